using System.Buffers.Binary;
using System.Text;

namespace ChainRule.Fuzz;

/// <summary>Damages files: a few changes each, of the kinds that disks, networks and attackers make.</summary>
internal static class Mutation
{
    private static readonly long[] Lengths =
        [0, 1, 2, 127, 128, 255, 256, 32767, 65535, 65536, int.MaxValue, 1L << 31, uint.MaxValue, 1L << 32,
            long.MaxValue, -1, long.MinValue];

    private static readonly string[] Numbers =
        ["0", "-1", "1", "2147483647", "2147483648", "4294967295", "9223372036854775807", "99999999999999999999",
            "1e308", "1e999", "NaN", "0.5", "null", "\"\"", "[]"];

    /// <summary>A damaged copy of one of the files.</summary>
    /// <param name="seeds">Valid files.</param>
    /// <param name="structure">How they are put together: half of the time the damage is done inside.</param>
    /// <param name="random">Decides what is done.</param>
    public static byte[] Of(IReadOnlyList<byte[]> seeds, FileStructure? structure, Random random)
    {
        byte[] content = [.. seeds[random.Next(seeds.Count)]];
        int changes = 1 + (random.Next(4) == 0 ? random.Next(8) : 0);
        if (structure is not null && random.Next(2) == 0)
        {
            byte[][] parts = structure.Open(content);
            for (int i = 0; i < changes; i++) parts = ChangeParts(parts, random);
            return structure.Close(parts);
        }
        for (int i = 0; i < changes; i++) content = Change(content, seeds, random);
        return content;
    }

    // One part is damaged, now and then left out, doubled, or exchanged with another.
    private static byte[][] ChangeParts(byte[][] parts, Random random)
    {
        int at = random.Next(parts.Length), other = random.Next(parts.Length);
        switch (random.Next(16))
        {
            case 0 when parts.Length > 1:
                return [.. parts[..at], .. parts[(at + 1)..]];
            case 1:
                return [.. parts[..at], parts[at], .. parts[at..]];
            case 2:
                (parts[at], parts[other]) = (parts[other], parts[at]);
                return parts;
            default:
                parts[at] = Change([.. parts[at]], parts, random);
                return parts;
        }
    }

    private static byte[] Change(byte[] content, IReadOnlyList<byte[]> seeds, Random random)
    {
        if (content.Length == 0) return [(byte)random.Next(256)];
        // Headers stand in front: half of all changes are made there.
        int reach = random.Next(2) == 0 ? content.Length : Math.Min(content.Length, 64);
        int at = random.Next(reach);
        int size = Math.Min(1 + random.Next(1 << random.Next(9)), content.Length - at);
        switch (random.Next(12))
        {
            case 0:
                content[at] ^= (byte)(1 << random.Next(8));
                return content;
            case 1:
                content[at] = (byte)random.Next(256);
                return content;
            case 2:
                content.AsSpan(at, size).Fill(random.Next(2) == 0 ? (byte)0 : (byte)0xFF);
                return content;
            case 3:
                return content[..at];
            case 4:
                return [.. content[..(at + size)], .. content[at..]];
            case 5:
                return [.. content[..at], .. content[(at + size)..]];
            case 6:
                byte[] noise = new byte[size];
                random.NextBytes(noise);
                return [.. content[..at], .. noise, .. content[at..]];
            case 7:
                return SetLength(content, at, random);
            case 8:
                int other = random.Next(content.Length);
                (int first, int second) = (Math.Min(at, other), Math.Max(at, other));
                size = Math.Min(size, Math.Min(second - first, content.Length - second));
                return [.. content[..first], .. content[second..(second + size)], .. content[(first + size)..second],
                    .. content[first..(first + size)], .. content[(second + size)..]];
            case 9:
                return SetNumber(content, at, random);
            case 10:
                byte[] donor = seeds[random.Next(seeds.Count)];
                int from = random.Next(donor.Length + 1);
                return [.. content[..at], .. donor[from..Math.Min(donor.Length, from + size)], .. content[at..]];
            default:
                random.NextBytes(content.AsSpan(at, size));
                return content;
        }
    }

    // A length, offset or size as binary formats write them: 2, 4 or 8 bytes of either order.
    private static byte[] SetLength(byte[] content, int at, Random random)
    {
        Span<byte> number = stackalloc byte[8];
        long value = random.Next(3) switch
        {
            0 => Lengths[random.Next(Lengths.Length)],
            1 => content.Length + random.Next(-16, 17),
            _ => random.NextInt64(1L << random.Next(1, 63)),
        };
        int width = 2 << random.Next(3);
        if (random.Next(2) == 0) BinaryPrimitives.WriteInt64LittleEndian(number, value);
        else BinaryPrimitives.WriteInt64BigEndian(number, value << (64 - (8 * width)));
        at -= random.Next(2) == 0 ? at % width : 0;
        number[..Math.Min(width, content.Length - at)].CopyTo(content.AsSpan(at));
        return content;
    }

    // A number written in digits becomes another.
    private static byte[] SetNumber(byte[] content, int at, Random random)
    {
        int begin = content.AsSpan(at).IndexOfAnyInRange((byte)'0', (byte)'9');
        if (begin < 0) return SetLength(content, at, random);
        begin += at;
        int length = content.AsSpan(begin).IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (length < 0) length = content.Length - begin;
        string other = random.Next(3) > 0 || length > 18 ? Numbers[random.Next(Numbers.Length)]
            : $"{long.Parse(Encoding.ASCII.GetString(content, begin, length)) + random.Next(-2, 3)}";
        byte[] number = Encoding.ASCII.GetBytes(other);
        return [.. content[..begin], .. number, .. content[(begin + length)..]];
    }
}
