using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace ChainRule.IO;

/// <summary>The part of a <c>.npy</c> file that says what its numbers are.</summary>
internal sealed class NpyHeader
{
    // NumPy itself refuses longer ones; only structured types, which are not read, make them long.
    private const int MaxLength = 10_000;

    private const int MagicLength = 6, MaxRank = 64;

    private static readonly (string Name, DType DType)[] Types =
    [
        ("<f4", DType.Float32), ("<f8", DType.Float64), ("<i8", DType.Int64), ("<i4", DType.Int32),
        ("|u1", DType.UInt8), ("|b1", DType.Bool),
    ];

    private readonly NpyPlace _place;
    private readonly string _text;
    private readonly long _begin;
    private int _at;
    private DType? _dtype;
    private bool? _fortranOrder;
    private int[]? _shape;

    private NpyHeader(string text, long begin, NpyPlace place) => (_text, _begin, _place) = (text, begin, place);

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    public DType DType => _dtype!.Value;

    public bool FortranOrder => _fortranOrder!.Value;

    public IReadOnlyList<int> Shape => _shape!;

    /// <summary>Offset of the first number.</summary>
    public long Start => _begin + _text.Length;

    /// <summary>Bytes of all numbers.</summary>
    public long Bytes { get; private set; }

    /// <summary>What the header promises, for errors.</summary>
    public string Promise => $"the header promises [{string.Join(", ", _shape!)}] of {DType.Text()}, {Bytes} bytes,";

    /// <summary>All that stands before the numbers, filled up to a multiple of 64 bytes.</summary>
    public static string Make(Tensor tensor, bool fortranOrder)
    {
        string type = Types.First(t => t.DType == tensor.DType).Name;
        string shape = string.Join(", ", tensor.Dims.ToArray().Select(d => d.ToString(CultureInfo.InvariantCulture)));
        string text = $"{{'descr': '{type}', 'fortran_order': {(fortranOrder ? "True" : "False")}, "
            + $"'shape': ({shape}{(tensor.Rank == 1 ? "," : "")}), }}";
        const int before = MagicLength + 4;
        int whole = (before + text.Length + 1 + 63) & ~63, length = whole - before;
        return $"\u0093NUMPY\u0001\0{(char)(length & 255)}{(char)(length >> 8)}{text.PadRight(length - 1)}\n";
    }

    /// <summary>Reads a header and checks that what it promises can be there.</summary>
    public static NpyHeader Read(Stream stream, NpyPlace place, long most)
    {
        Span<byte> head = stackalloc byte[12];
        int have = stream.ReadAtLeast(head[..8], 8, throwOnEndOfStream: false);
        if (have < 8 || !head[..MagicLength].SequenceEqual(Magic))
        {
            throw place.Wrong(0, have == 0 ? "the file is empty."
                : "this is not an NPY file: it begins with "
                    + $"{Convert.ToHexString(head[..Math.Min(have, MagicLength)])}, "
                    + $"expected {Convert.ToHexString(Magic)} and a version.");
        }
        int version = head[MagicLength];
        if (version is < 1 or > 3 || head[MagicLength + 1] != 0)
            throw place.Wrong(MagicLength, $"version {version}.{head[MagicLength + 1]}; expected 1.0, 2.0 or 3.0.");
        int width = version == 1 ? 2 : 4;
        have = stream.ReadAtLeast(head[8..(8 + width)], width, throwOnEndOfStream: false);
        if (have < width) throw place.Wrong(8 + have, "the file ends inside its header's length.");
        uint length = width == 2
            ? BinaryPrimitives.ReadUInt16LittleEndian(head[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(head[8..]);
        if (length > MaxLength)
            throw place.Wrong(8, $"the header should take {length} bytes; expected at most {MaxLength}.");
        byte[] text = new byte[(int)length];
        have = stream.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
        if (have < text.Length)
        {
            throw place.Wrong(8 + width + have,
                $"the header should take {length} bytes, but only {have} follow: the file is cut short.");
        }
        NpyHeader header = new(Encoding.Latin1.GetString(text), 8 + width, place);
        header.Parse();
        header.Check(most);
        return header;
    }

    // {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
    private void Parse()
    {
        Expect('{');
        while (!Takes('}'))
        {
            int begin = _at;
            string key = ReadText();
            Expect(':');
            bool twice = key switch
            {
                "descr" => _dtype is not null,
                "fortran_order" => _fortranOrder is not null,
                "shape" => _shape is not null,
                _ => throw Wrong(begin, $"the header has a key '{key}'; expected descr, fortran_order and shape."),
            };
            if (twice) throw Wrong(begin, $"the header has '{key}' twice.");
            if (key == "descr") _dtype = ReadType();
            else if (key == "shape") _shape = ReadShape();
            else _fortranOrder = ReadFlag();
            if (Takes(',')) continue;
            Expect('}');
            break;
        }
        SkipBlanks();
        if (_at < _text.Length) throw Wrong(_at, "the header goes on after its closing brace.");
        if (_dtype is null || _fortranOrder is null || _shape is null)
            throw Wrong(0, "the header lacks one of descr, fortran_order and shape.");
    }

    private void Check(long most)
    {
        long count = _shape!.Contains(0) ? 0 : 1;
        foreach (int size in _shape!)
        {
            count *= size;                                           // at most 2^62
            if (count > int.MaxValue)
            {
                throw Wrong(0, $"the shape is [{string.Join(", ", _shape!)}]; "
                    + $"a tensor holds at most {int.MaxValue} elements.");
            }
        }
        Bytes = count * DType.Size();
        if (Bytes <= most - Start) return;
        throw _place.Unpacked
            ? _place.Wrong(Start, $"{Promise} more than the archive can unpack to.")
            : _place.Wrong(most, $"{Promise} but only {most - Start} follow it: the file is cut short.");
    }

    private DType ReadType()
    {
        int begin = _at;
        SkipBlanks();
        string expected = $"expected one of {string.Join(", ", Types.Select(t => $"'{t.Name}'"))}.";
        if (_at < _text.Length && _text[_at] is not ('\'' or '"'))
            throw Wrong(begin, $"descr is not one type but a structure; {expected}");
        string given = ReadText();
        foreach ((string name, DType dtype) in Types)
        {
            // The order of one byte is none.
            if (given == name || (dtype.Size() == 1 && given.Length == 3 && given[1..] == name[1..])) return dtype;
        }
        throw Wrong(begin, given.StartsWith('>') ? $"descr is '{given}', big-endian; {expected}"
            : $"descr is '{given}'; {expected}");
    }

    private bool ReadFlag()
    {
        SkipBlanks();
        foreach (string word in (string[])["True", "False"])
        {
            if (string.CompareOrdinal(_text, _at, word, 0, word.Length) != 0) continue;
            _at += word.Length;
            return word == "True";
        }
        throw Wrong(_at, "fortran_order is neither True nor False.");
    }

    private int[] ReadShape()
    {
        List<int> sizes = [];
        Expect('(');
        while (!Takes(')'))
        {
            SkipBlanks();
            int begin = _at;
            while (_at < _text.Length && char.IsAsciiDigit(_text[_at])) _at++;
            if (!int.TryParse(_text.AsSpan(begin, _at - begin), NumberStyles.None, CultureInfo.InvariantCulture,
                out int size))
            {
                throw Wrong(begin, $"a size in shape is no whole number from 0 to {int.MaxValue}.");
            }
            Takes('L');                                              // as Python 2 wrote them
            sizes.Add(size);
            if (sizes.Count > MaxRank) throw Wrong(begin, $"there are more than {MaxRank} dimensions.");
            if (Takes(',')) continue;
            Expect(')');
            break;
        }
        return [.. sizes];
    }

    private string ReadText()
    {
        SkipBlanks();
        if (_at >= _text.Length || _text[_at] is not ('\'' or '"')) throw Wrong(_at, "expected a text in quotes.");
        int end = _text.IndexOf(_text[_at], _at + 1);
        if (end < 0) throw Wrong(_at, "a quote is opened and never closed.");
        string text = _text[(_at + 1)..end];
        _at = end + 1;
        return text;
    }

    private void SkipBlanks()
    {
        while (_at < _text.Length && _text[_at] is (' ' or '\n' or '\t' or '\r')) _at++;
    }

    private bool Takes(char c)
    {
        SkipBlanks();
        if (_at >= _text.Length || _text[_at] != c) return false;
        _at++;
        return true;
    }

    private void Expect(char c)
    {
        if (!Takes(c)) throw Wrong(_at, $"the header is not a Python dictionary; expected '{c}' here.");
    }

    private DataException Wrong(int at, string problem) => _place.Wrong(_begin + at, problem);
}
