using System.Text;
using ChainRule.IO;

namespace ChainRule.Tests.IO;

/// <summary>Files as NumPy 1.24 wrote them (save, savez, savez_compressed), and our own.</summary>
public sealed class NpyTests
{
    private const string Floats =
        "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAg"
        + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAADAPwAAAMAAAEBAAACAQAAA"
        + "gH8=";

    private const string ColumnMajor =
        "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMywgNCksIH0gICAg"
        + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAAAAAAAAAChAAAAAAAAA"
        + "EEAAAAAAAAAwQAAAAAAAACBAAAAAAAAANEAAAAAAAADwPwAAAAAAACpAAAAAAAAAFEAAAAAAAAAxQAAAAAAAACJAAAAAAAAANUAA"
        + "AAAAAAAAQAAAAAAAACxAAAAAAAAAGEAAAAAAAAAyQAAAAAAAACRAAAAAAAAANkAAAAAAAAAIQAAAAAAAAC5AAAAAAAAAHEAAAAAA"
        + "AAAzQAAAAAAAACZAAAAAAAAAN0A=";

    private const string Scalar =
        "k05VTVBZAQB2AHsnZGVzY3InOiAnPGk4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKCksIH0gICAgICAgICAg"
        + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAr5/////////w==";

    private const string Row =
        "k05VTVBZAQB2AHsnZGVzY3InOiAnPGk0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsKSwgfSAgICAgICAg"
        + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAAAA/v///wMAAAA=";

    private const string Bytes =
        "k05VTVBZAQB2AHsnZGVzY3InOiAnfHUxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsIDIpLCB9ICAgICAg"
        + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoB/w==";

    private const string Flags =
        "k05VTVBZAQB2AHsnZGVzY3InOiAnfGIxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsKSwgfSAgICAgICAg"
        + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAAE=";

    private const string Empty =
        "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDAsIDUpLCB9ICAgICAg"
        + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo=";

    private const string Version2 =
        "k05VTVBZAgB0AAAAeydkZXNjcic6ICc8ZjQnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwpLCB9ICAgICAg"
        + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAIA/AAAAQA==";

    private const string Version3 =
        "k05VTVBZAwB0AAAAeydkZXNjcic6ICc8ZjQnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwpLCB9ICAgICAg"
        + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAIA/AAAAQA==";

    private const string BigEndian =
        "k05VTVBZAQB2AHsnZGVzY3InOiAnPmY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsKSwgfSAgICAgICAg"
        + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo/gAAAQAAAAA==";

    private const string Archive =
        "UEsDBBQAAAAAAAAAIQC2jIZTjAAAAIwAAAAFABQAeC5ucHkBABAAjAAAAAAAAACMAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzog"
        + "JzxmNCcsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgzLCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAg"
        + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAAAAAAAAgD8AAABAUEsDBBQAAAAAAAAAIQA5MljjoAAAAKAAAAAFABQA"
        + "eS5ucHkBABAAoAAAAAAAAACgAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJzxpOCcsICdmb3J0cmFuX29yZGVyJzogRmFsc2Us"
        + "ICdzaGFwZSc6ICgyLCAyKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg"
        + "ICAKAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAAAAAAAABQSwECFAMUAAAAAAAAACEAtoyGU4wAAACMAAAABQAAAAAAAAAAAAAA"
        + "gAEAAAAAeC5ucHlQSwECFAMUAAAAAAAAACEAOTJY46AAAACgAAAABQAAAAAAAAAAAAAAgAHDAAAAeS5ucHlQSwUGAAAAAAIAAgBm"
        + "AAAAmgEAAAAA";

    private const string Packed =
        "UEsDBBQAAAAIAAAAIQC2jIZTSwAAAIwAAAAFABQAeC5ucHkBABAAjAAAAAAAAABLAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6l"
        + "oG6TZqKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GsY6mjoKtQoUAC4GMGiwBxIOAFBLAwQUAAAACAAAACEAOTJY40wA"
        + "AACgAAAABQAUAHkubnB5AQAQAKAAAAAAAAAATAAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBuk2mhrqOgnpZfVFKUmBefX5SS"
        + "ChJ3S8wpTgWKF2ckFqQC+RpGOgpGmjoKtQpkAy5GBuwAJg4AUEsBAhQDFAAAAAgAAAAhALaMhlNLAAAAjAAAAAUAAAAAAAAAAAAA"
        + "AIABAAAAAHgubnB5UEsBAhQDFAAAAAgAAAAhADkyWONMAAAAoAAAAAUAAAAAAAAAAAAAAIABggAAAHkubnB5UEsFBgAAAAACAAIA"
        + "ZgAAAAUBAAAAAA==";

    public static TheoryData<string, int[], DType, double[]> Arrays => new()
    {
        { Floats, [2, 3], DType.Float32, [0, 1.5, -2, 3, 4, double.PositiveInfinity] },
        { ColumnMajor, [2, 3, 4], DType.Float64, [.. Enumerable.Range(0, 24).Select(i => (double)i)] },
        { Scalar, [], DType.Int64, [-7] },
        { Row, [3], DType.Int32, [1, -2, 3] },
        { Bytes, [1, 2], DType.UInt8, [1, 255] },
        { Flags, [3], DType.Bool, [1, 0, 1] },
        { Empty, [0, 5], DType.Float32, [] },
        { Version2, [2], DType.Float32, [1, 2] },
        { Version3, [2], DType.Float32, [1, 2] },
    };

    [Theory]
    [MemberData(nameof(Arrays))]
    public void File_of_NumPy_is_read(string content, int[] shape, DType dtype, double[] values)
    {
        using TempFolder folder = new();
        Tensor x = Npy.Read(folder.Write("x.npy", Convert.FromBase64String(content)));
        Assert.Equal(shape, x.Shape.Dims.ToArray());
        Assert.Equal(dtype, x.DType);
        Assert.Equal(values, x.ToDoubles());
    }

    [Theory]
    [InlineData(Floats, false)]
    [InlineData(ColumnMajor, true)]
    [InlineData(Scalar, false)]
    [InlineData(Row, false)]
    [InlineData(Bytes, false)]
    [InlineData(Flags, false)]
    [InlineData(Empty, false)]
    public void File_is_written_to_the_bytes_of_NumPy(string content, bool fortranOrder)
    {
        using TempFolder folder = new();
        byte[] theirs = Convert.FromBase64String(content);
        Tensor x = Npy.Read(folder.Write("x.npy", theirs));
        Npy.Write(folder["y.npy"], x, fortranOrder);
        Assert.Equal(theirs, File.ReadAllBytes(folder["y.npy"]));
    }

    [Fact]
    public void View_is_written_dense()
    {
        using TempFolder folder = new();
        Npy.Write(folder["x.npy"], Tensor.Arange(0, 6).Reshape(2, 3).Transpose(0, 1));
        Tensor x = Npy.Read(folder["x.npy"]);
        Assert.Equal([3, 2], x.Shape.Dims.ToArray());
        Assert.Equal([0, 3, 1, 4, 2, 5], x.ToDoubles());
    }

    [Theory]
    [InlineData(Archive)]
    [InlineData(Packed)]
    public void Archive_of_NumPy_is_read(string content)
    {
        using TempFolder folder = new();
        var arrays = Npz.Read(folder.Write("x.npz", Convert.FromBase64String(content)));
        Assert.Equal(["x", "y"], arrays.Keys.Order());
        Assert.Equal([0, 1, 2], arrays["x"].ToArray<float>());
        Assert.Equal([1, 0, 0, 1], arrays["y"].ToArray<long>());
        Assert.Equal([2, 2], arrays["y"].Shape.Dims.ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Archive_keeps_every_type(bool compress)
    {
        using TempFolder folder = new();
        (string Name, Tensor Value)[] all =
        [
            .. Enum.GetValues<DType>().Select(t => (t.Text(), Tensor.From(0f, 1, 1).To(t))), ("a/b", Tensor.Zeros([0])),
        ];
        Npz.Write(folder["x.npz"], all, compress);
        var read = Npz.Read(folder["x.npz"]);
        Assert.Equal(all.Select(t => t.Name).Order(), read.Keys.Order());
        foreach ((string name, Tensor value) in all)
        {
            Assert.Equal((value.DType, value.Shape), (read[name].DType, read[name].Shape));
            Assert.Equal(value.ToDoubles(), read[name].ToDoubles());
        }
        Assert.Throws<ArgumentException>(() => Npz.Write(folder["y.npz"], [all[0], all[0]]));
        Assert.False(File.Exists(folder["y.npz"]));
    }

    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }", 67,
        "the header promises [4] of float32, 16 bytes, but only 0 follow it: the file is cut short.")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (), ", 64, "expected a text in quotes.")]
    [InlineData("{'descr': '<f4', 'fortran_order': Maybe, 'shape': ()}", 44,
        "fortran_order is neither True nor False.")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", 61,
        "a size in shape is no whole number from 0 to 2147483647.")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (65536, 65536)}", 10,
        "the shape is [65536, 65536]; a tensor holds at most 2147483647 elements.")]
    [InlineData("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': ()}", 19,
        "descr is not one type but a structure; expected one of '<f4', '<f8', '<i8', '<i4', '|u1', '|b1'.")]
    [InlineData("{'descr': '<f4', 'descr': '<f4'}", 27, "the header has 'descr' twice.")]
    [InlineData("{'descr': '<f4', 'kind': '<f4'}", 27,
        "the header has a key 'kind'; expected descr, fortran_order and shape.")]
    [InlineData("{'shape': ()}", 10, "the header lacks one of descr, fortran_order and shape.")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': ()} 1", 64,
        "the header goes on after its closing brace.")]
    public void Header_that_is_wrong_is_refused(string header, int offset, string problem)
    {
        using TempFolder folder = new();
        byte[] content = [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.Latin1.GetBytes(header)];
        string path = folder.Write("x.npy", content);
        DataException e = Assert.Throws<DataException>(() => Npy.Read(path));
        Assert.Equal($"NPY: {problem}\n  file: {path}\n  offset: {offset}", e.Message);
    }

    [Fact]
    public void File_that_is_damaged_is_refused()
    {
        using TempFolder folder = new();
        byte[] good = Convert.FromBase64String(Flags);
        string Error(byte[] content) => Assert.Throws<DataException>(
            () => Npy.Read(folder.Write("x.npy", content))).Problem;
        Assert.Equal("the file is empty.", Error([]));
        Assert.Equal("this is not an NPY file: it begins with 504B0304, expected 934E554D5059 and a version.",
            Error([0x50, 0x4B, 3, 4]));
        Assert.Equal("version 4.0; expected 1.0, 2.0 or 3.0.", Error([.. good[..6], 4, 0, .. good[8..]]));
        Assert.Equal("the header should take 65535 bytes; expected at most 10000.",
            Error([.. good[..8], 255, 255, .. good[10..]]));
        Assert.Equal("the header promises [3] of bool, 3 bytes, but only 2 follow it: the file is cut short.",
            Error(good[..^1]));
        Assert.Equal(
            "the header promises [3] of bool, 3 bytes, but more follow: the file is longer than its header says.",
            Error([.. good, 0]));
        Assert.Equal("a bool is 2; expected 0 or 1.", Error([.. good[..^1], 2]));
        Assert.StartsWith("descr is '>f4', big-endian; expected one of", Error(Convert.FromBase64String(BigEndian)));
    }

    [Fact]
    public void Archive_that_is_damaged_is_refused()
    {
        using TempFolder folder = new();
        byte[] good = Convert.FromBase64String(Archive);
        byte[] changed = [.. good];
        changed[good.AsSpan().IndexOf(new byte[] { 0, 0, 128, 63 })] ^= 1;    // the 1 of x
        string path = folder.Write("x.npz", changed);
        DataException e = Assert.Throws<DataException>(() => Npz.Read(path));
        Assert.Equal("NPZ: 'x': the checksum is wrong: the archive is damaged.\n  file: "
            + $"{path}\n  offset: 140 (of the unpacked content)", e.Message);
        Assert.StartsWith("'the archive': the zip file is damaged or cut short", Assert.Throws<DataException>(
            () => Npz.Read(folder.Write("x.npz", good[..^10]))).Problem);
    }
}
