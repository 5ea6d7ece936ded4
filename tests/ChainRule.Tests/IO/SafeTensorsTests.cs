using System.Text;
using ChainRule.IO;
using ChainRule.Tests.Errors;

namespace ChainRule.Tests.IOTests;

public sealed class SafeTensorsTests
{
    private static readonly (string, Tensor)[] Sample =
    [
        ("f32", Tensor.From([1.5f, -2, float.NaN, float.PositiveInfinity], [2, 2])),
        ("f64", Tensor.From([Math.PI], [1])),
        ("i64", Tensor.From([long.MinValue, 7L], [2])),
        ("i32", Tensor.From([-3], [1, 1])),
        ("u8", Tensor.From([(byte)0, (byte)255, (byte)3], [3])),
        ("bool", Tensor.From([true, false, true], [3])),
        ("scalar", Tensor.Scalar(4)),
        ("empty", Tensor.Zeros([0, 3])),
        ("名前.\"quoted\"", Tensor.Ones([1])),
    ];

    [Fact]
    public void Every_type_and_shape_comes_back_as_it_was()
    {
        using TempFolder folder = new();
        SafeTensors.Write(
            folder["a.safetensors"], Sample, new Dictionary<string, string> { ["note"] = "line 1\nline 2" });
        SafeTensorsContent content = SafeTensors.Read(folder["a.safetensors"]);
        Assert.Equal(Sample.Length, content.Tensors.Count);
        foreach ((string key, Tensor expected) in Sample)
        {
            Tensor got = content.Tensors[key];
            Assert.Equal(expected.Shape, got.Shape);
            Assert.Equal(expected.DType, got.DType);
            Assert.Equal(expected.ToDoubles(), got.ToDoubles());
        }
        Assert.Equal("line 1\nline 2", content.Metadata["note"]);
        Assert.Equal(["a.safetensors"], Directory.GetFiles(folder.Root).Select(Path.GetFileName));
    }

    [Fact]
    public void Bytes_do_not_depend_on_the_order_given()
    {
        byte[] first = Bytes(Sample, new() { ["a"] = "1", ["b"] = "2" });
        byte[] second = Bytes([.. Sample.Reverse()], new() { ["b"] = "2", ["a"] = "1" });
        Assert.Equal(first, second);
        Assert.Equal(0, BitConverter.ToInt64(first) % 8);
    }

    [Fact]
    public void Small_file_has_the_bytes_of_the_format()
    {
        byte[] bytes = Bytes(
            [("b", Tensor.From([(byte)9], [1])), ("a", Tensor.From([1f], [1]))], new() { ["k"] = "v" });
        const string Header = """{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"""
            + ""","b":{"dtype":"U8","shape":[1],"data_offsets":[4,5]}}""";
        string padded = Header.PadRight((Header.Length + 7) / 8 * 8);
        byte[] length = BitConverter.GetBytes((long)padded.Length);
        Assert.Equal([.. length, .. Encoding.ASCII.GetBytes(padded), 0, 0, 0x80, 0x3F, 9], bytes);
    }

    [Fact]
    public void Views_are_written_as_they_read()
    {
        Tensor x = Tensor.From([1f, 2, 3, 4, 5, 6], [2, 3]);
        Tensor got = Parse(Bytes([("t", x.T), ("s", x.Slice(1, 1, 2))])).Tensors["t"];
        Assert.Equal([1f, 4, 2, 5, 3, 6], got.ToArray<float>());
    }

    [Fact]
    public void Failed_writing_leaves_the_old_file_and_nothing_else()
    {
        using TempFolder folder = new();
        string path = folder.Write("a.safetensors", "old");
        Assert.Throws<ArgumentException>(
            () => SafeTensors.Write(path, [("x", Tensor.Ones([1])), ("x", Tensor.Ones([1]))]));
        Assert.Throws<ArgumentException>(() => SafeTensors.Write(path, [("__metadata__", Tensor.Ones([1]))]));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(folder.Root));
        Assert.Throws<DirectoryNotFoundException>(() => SafeTensors.Write(folder["none/a.safetensors"], Sample));
    }

    [Theory]
    // The frame.
    [InlineData(
        "", "",
        "the file ends after 0 of the 8 bytes that hold the header's length; "
        + "the file is cut short or not safetensors.", 0)]
    // The header as a whole.
    [InlineData("[]", "", "the header does not begin with '{'; this is not a safetensors file.", 8)]
    [InlineData("{", "", "the header cannot be read as JSON.", 9)]
    [InlineData("{} x", "", "the header cannot be read as JSON.", 11)]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},}""",
        "1",
        "the header cannot be read as JSON.", 61)]
    [InlineData("""{"\ud800":1}""", "", "the header holds text that is not valid Unicode.", 9)]
    [InlineData(
        """{"a":[[[[[1]]]]]}""",
        "",
        "'a' is not as the format wants it; expected an object of dtype, shape and data_offsets.", 13)]
    // One tensor.
    [InlineData(
        """{"a":1}""",
        "",
        "'a' is not as the format wants it; expected an object of dtype, shape and data_offsets.", 13)]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[1]}}""",
        "1",
        "'a' is not an object of dtype, shape and data_offsets.", 13)]
    [InlineData("""{"a":{"dtype":"U8","dtype":"U8"}}""", "1", "'a' has the field 'dtype' twice.", 27)]
    [InlineData(
        """{"a":{"type":"U8"}}""",
        "1",
        "'a' has a field 'type'; expected an object of dtype, shape and data_offsets.", 14)]
    [InlineData(
        """{"a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}""",
        "12",
        "'a' has dtype 'F16'; expected one of F32, F64, I64, I32, U8, BOOL.", 22)]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}""",
        "1",
        "'a' is not as the format wants it; expected as shape a list of integers that are not negative.", 36)]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[1.5],"data_offsets":[0,1]}}""",
        "1",
        "'a' is not as the format wants it; expected as shape a list of integers that are not negative.", 36)]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[99999999999999999999],"data_offsets":[0,1]}}""",
        "1",
        "'a' is not as the format wants it; expected as shape a list of integers that are not negative.", 36)]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[2147483647,2],"data_offsets":[0,1]}}""",
        "1",
        "'a' has shape [2147483647, 2]; a tensor holds at most 2147483647 elements.", 13)]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[0,4294967296],"data_offsets":[0,0]}}""",
        "",
        "'a' has shape [0, 4294967296]; a tensor holds at most 2147483647 elements.", 13)]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""",
        "1234",
        "'a' [2] float32 takes 8 bytes, but its data_offsets [0, 4] span 4.", 13)]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}""",
        "1",
        "'a' has data_offsets [1, 0]; expected [begin, end].", 13)]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}}""",
        "1",
        "'a' has data_offsets [0]; expected [begin, end].", 13)]
    [InlineData(
        """{"a":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}}""",
        "\u0001\u0007",
        "'a' is BOOL and holds 7; expected 0 or 1.", 64)]
    // Several tensors and the data.
    [InlineData(
        """{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""",
        "",
        "the header holds 'a' twice.", 61)]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""",
        "123",
        "'b' overlaps 'a'.", 114)]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}""",
        "123",
        "1 bytes between 'a' and 'b' belong to no tensor.", 114)]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""",
        "123",
        "'a' should end at byte 4 of the data, but the file holds only 3; it is cut short.", 64)]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""",
        "123",
        "1 bytes after the last tensor belong to none.", 63)]
    // The metadata.
    [InlineData(
        """{"__metadata__":1}""",
        "",
        "'__metadata__' is not as the format wants it; expected an object of texts.", 24)]
    [InlineData(
        """{"__metadata__":{"k":1}}""",
        "",
        "'__metadata__' is not as the format wants it; expected texts only.", 29)]
    [InlineData("""{"__metadata__":{"k":"1","k":"2"}}""", "", "the metadata hold 'k' twice.", 33)]
    public void Damaged_file_gets_an_error_with_its_offset(string header, string data, string problem, int offset)
    {
        byte[] json = Encoding.UTF8.GetBytes(header),
            bytes = [.. BitConverter.GetBytes((long)json.Length), .. json, .. Encoding.Latin1.GetBytes(data)];
        if (header.Length == 0) bytes = [];
        ErrorSnapshot.Throws<CheckpointException>(
            $"SafeTensors: {problem}\n  file: x.safetensors\n  offset: {offset}", () => Parse(bytes));
    }

    [Theory]
    [InlineData(
        1_000, "the header should take 1000 bytes, but only 2 follow; the file is cut short or not safetensors.")]
    [InlineData(
        -1, "the header should take 18446744073709551615 bytes, but only 2 follow; "
        + "the file is cut short or not safetensors.")]
    public void Lying_header_length_costs_no_memory(long promised, string problem) =>
        ErrorSnapshot.Throws<CheckpointException>(
            $"SafeTensors: {problem}\n  file: x.safetensors\n  offset: 0",
            () => Parse([.. BitConverter.GetBytes(promised), .. "{}"u8]));

    [Fact]
    public void File_cut_short_anywhere_gets_an_error()
    {
        byte[] whole = Bytes(Sample);
        for (int length = 0; length < whole.Length; length++)
            Assert.Throws<CheckpointException>(() => Parse(whole[..length]));
    }

    [Fact]
    public void Damage_of_any_kind_is_read_or_refused_but_nothing_else()
    {
        byte[] whole = Bytes(Sample, new() { ["note"] = "text" });
        int header = (int)BitConverter.ToInt64(whole), refused = 0;
        Rng rng = new(20260101);
        for (int round = 0; round < 2_000; round++)
        {
            List<byte> bytes = [.. whole];
            for (int edits = 1 + rng.NextInt(3); edits > 0; edits--)
            {
                // Most of the edits go where the structure is.
                int at = rng.NextInt(rng.NextInt(4) == 0 ? bytes.Count : Math.Min(bytes.Count, 8 + header));
                switch (rng.NextInt(6))
                {
                    case 0: bytes[at] ^= (byte)(1 << rng.NextInt(8)); break;
                    case 1: bytes[at] = (byte)rng.NextInt(256); break;
                    case 2: bytes[at] = (byte)"0123456789-{}[]\",:\\"[rng.NextInt(19)]; break;
                    case 3: bytes.RemoveAt(at); break;
                    case 4: bytes.Insert(at, (byte)rng.NextInt(256)); break;
                    default: bytes.RemoveRange(at, Math.Min(bytes.Count - at, rng.NextInt(40))); break;
                }
                if (bytes.Count == 0) break;
            }
            try
            {
                Parse([.. bytes]);
            }
            catch (CheckpointException e)
            {
                Assert.InRange(e.Offset!.Value, 0, bytes.Count);
                refused++;
            }
            catch (Exception e)
            {
                Assert.Fail($"round {round}: {e}");
            }
        }
        Assert.InRange(refused, 1_000, 2_000);
    }

    [SharedFact("goldens/INDEX.tsv")]
    public void Files_of_another_writer_are_read()
    {
        int tensors = 0;
        string folder = SharedData.Path("goldens/trajectory");
        foreach (string path in Directory.EnumerateFiles(folder, "*.safetensors", SearchOption.AllDirectories))
        {
            SafeTensorsContent content = SafeTensors.Read(path);
            Assert.Equal("chainrule-golden/1", content.Metadata["format"]);
            tensors += content.Tensors.Count;
        }
        Assert.InRange(tensors, 100, int.MaxValue);
    }

    private static byte[] Bytes((string, Tensor)[] tensors, Dictionary<string, string>? metadata = null)
    {
        using MemoryStream stream = new();
        SafeTensors.Write(stream, tensors, metadata);
        return stream.ToArray();
    }

    private static SafeTensorsContent Parse(byte[] bytes) => SafeTensors.Read(new MemoryStream(bytes), "x.safetensors");
}
