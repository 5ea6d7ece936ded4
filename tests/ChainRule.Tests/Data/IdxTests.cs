using System.Buffers.Binary;
using System.IO.Compression;
using ChainRule.Data;

namespace ChainRule.Tests.Data;

public sealed class IdxTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static byte[] Header(byte type, params int[] shape)
    {
        var bytes = new byte[4 + 4 * shape.Length];
        bytes[2] = type;
        bytes[3] = (byte)shape.Length;
        for (int i = 0; i < shape.Length; i++) BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 + 4 * i), shape[i]);
        return bytes;
    }

    private static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Optimal)) zip.Write(content);
        return packed.ToArray();
    }

    private string ErrorOf(byte[] content)
    {
        string path = _folder.Write("x.idx", content);
        return Assert.Throws<DataException>(() => Idx.Read(path)).Message.Replace(path, "FILE");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Bytes_of_two_by_three_are_read_plain_and_packed(bool packed)
    {
        byte[] content = [.. Header(0x08, 2, 3), 1, 2, 3, 4, 5, 255];
        var array = Idx.Read(_folder.Write("x", packed ? Gzip(content) : content));
        Assert.Equal(IdxType.UInt8, array.Type);
        Assert.Equal([2, 3], array.Shape);
        Assert.Equal(6, array.Count);
        Assert.Equal([1, 2, 3, 4, 5, 255], array.ToBytes());
        Assert.Equal([1, 2, 3, 4, 5, 255.0], array.ToDoubles());
    }

    [Theory]
    [InlineData(0x09, new byte[] { 0xFF, 0x7F }, new[] { -1.0, 127 })]
    [InlineData(0x0B, new byte[] { 0xFF, 0xFE, 0x01, 0x02 }, new[] { -2.0, 258 })]
    [InlineData(0x0C, new byte[] { 0x80, 0, 0, 0, 0, 1, 0, 0 }, new[] { int.MinValue, 65536.0 })]
    [InlineData(0x0D, new byte[] { 0x3F, 0x80, 0, 0, 0xC0, 0x20, 0, 0 }, new[] { 1.0, -2.5 })]
    [InlineData(0x0E, new byte[] { 0x3F, 0xF0, 0, 0, 0, 0, 0, 0, 0xC0, 0x04, 0, 0, 0, 0, 0, 0 }, new[] { 1.0, -2.5 })]
    public void Every_type_is_read_big_endian(byte type, byte[] elements, double[] expected)
    {
        var array = Idx.Read(_folder.Write("x", [.. Header(type, 2), .. elements]));
        Assert.Equal((IdxType)type, array.Type);
        Assert.Equal(expected, array.ToDoubles());
        Assert.Throws<InvalidOperationException>(array.ToBytes);
    }

    [Fact]
    public void Array_of_no_elements_is_read() =>
        Assert.Equal(0, Idx.Read(_folder.Write("x", Header(0x08, 0, 28))).Count);

    [Fact]
    public void Empty_file_is_refused() => Assert.Equal("""
        IDX: the file is empty; expected the four bytes that an IDX file begins with.
          file: FILE
          offset: 0
        """, ErrorOf([]));

    [Fact]
    public void File_of_three_bytes_is_refused() => Assert.Equal("""
        IDX: the file ends after 3 of the 4 bytes that an IDX file begins with.
          file: FILE
          offset: 3
        """, ErrorOf([0, 0, 8]));

    [Fact]
    public void Wrong_magic_is_refused() => Assert.Equal("""
        IDX: this is not an IDX file: it begins with 89 50 4E 47, expected 00 00, a type, a rank.
          file: FILE
          offset: 0
        """, ErrorOf([0x89, 0x50, 0x4E, 0x47, 0x0D]));

    [Fact]
    public void Unknown_type_is_refused() => Assert.Equal("""
        IDX: unknown element type 0x0A; expected 08, 09, 0B, 0C, 0D or 0E.
          file: FILE
          offset: 2
        """, ErrorOf([.. Header(0x0A, 1), 7]));

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public void Absurd_rank_is_refused(int rank) => Assert.Equal($"""
        IDX: {rank} dimensions; expected 1 to 8.
          file: FILE
          offset: 3
        """, ErrorOf([.. Header(0x08, new int[rank]), 7]));

    [Fact]
    public void Header_cut_short_is_refused() => Assert.Equal("""
        IDX: the file ends inside its header: 10 of 16 bytes are there.
          file: FILE
          offset: 10
        """, ErrorOf(Header(0x08, 1, 2, 3)[..10]));

    [Fact]
    public void Negative_dimension_is_refused() => Assert.Equal("""
        IDX: dimension 1 is 4294967295; expected at most 2147483647.
          file: FILE
          offset: 8
        """, ErrorOf(Header(0x08, 1, -1)));

    [Fact]
    public void Array_larger_than_memory_can_hold_is_refused() => Assert.Equal("""
        IDX: the header promises [60000, 60000, ...] of UInt8, more than one array can hold (2147483591 bytes).
          file: FILE
          offset: 8
        """, ErrorOf([.. Header(0x08, 60000, 60000, 28), 1, 2, 3]));

    [Fact]
    public void Truncated_file_is_refused() => Assert.Equal("""
        IDX: the header promises [2, 3] of Int16, 12 bytes, but only 5 follow it: the file is cut short.
          file: FILE
          offset: 17
        """, ErrorOf([.. Header(0x0B, 2, 3), 1, 2, 3, 4, 5]));

    [Fact]
    public void Truncated_content_of_a_whole_gzip_is_refused() => Assert.Equal("""
        IDX: the header promises [2, 3] of UInt8, 6 bytes, but only 5 follow it: the file is cut short.
          file: FILE
          offset: 17 (of the unpacked content)
        """, ErrorOf(Gzip([.. Header(0x08, 2, 3), 1, 2, 3, 4, 5])));

    [Fact]
    public void Oversized_file_is_refused() => Assert.Equal("""
        IDX: the header promises [2] of UInt8, 2 bytes, but more follow: the file is longer than its header says.
          file: FILE
          offset: 10
        """, ErrorOf([.. Header(0x08, 2), 1, 2, 3]));

    [Fact]
    public void Oversized_content_of_a_gzip_is_refused() => Assert.Equal("""
        IDX: the header promises [2] of UInt8, 2 bytes, but more follow: the file is longer than its header says.
          file: FILE
          offset: 10 (of the unpacked content)
        """, ErrorOf(Gzip([.. Header(0x08, 2), 1, 2, 3])));

    [Fact]
    public void Gzip_cut_short_is_refused()
    {
        var noise = new byte[5000];
        new Random(1).NextBytes(noise);
        string error = ErrorOf(Gzip([.. Header(0x08, 5000), .. noise])[..2000]);
        Assert.Matches("""
            ^IDX: the header promises \[5000\] of UInt8, 5000 bytes, but only \d+ follow it: the file is cut short\.
              file: FILE
              offset: \d+ \(of the unpacked content\)$
            """, error);
    }

    [Fact]
    public void Damaged_gzip_is_refused()
    {
        byte[] packed = Gzip([.. Header(0x08, 1000), .. new byte[1000]]);
        packed[^6] ^= 0xFF;                                              // in the checksum
        Assert.StartsWith("IDX: the gzip stream is damaged or cut short.\n  file: FILE\n  offset: ", ErrorOf(packed));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Lying_header_takes_no_memory(bool packed)
    {
        byte[] content = [.. Header(0x08, 60000, 28, 28), .. new byte[100]];
        string path = _folder.Write("x", packed ? Gzip(content) : content);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<DataException>(() => Idx.Read(path));
        long taken = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(taken < 3 << 20, $"{taken} bytes for a file of {content.Length}");
    }

    [Fact]
    public void Lying_header_of_a_small_gzip_is_refused_by_its_size()
    {
        byte[] packed = Gzip([.. Header(0x08, 60000, 28, 28), 1]);
        Assert.Equal(
            "IDX: the header promises [60000, 28, 28] of UInt8, 47040000 bytes, "
            + $"more than the whole file can unpack to ({packed.Length * 1032}).\n"
            + "  file: FILE\n  offset: 16 (of the unpacked content)",
            ErrorOf(packed));
    }

    [Fact]
    public void Every_damaged_byte_gives_a_data_error_or_other_elements()
    {
        byte[] content = [.. Header(0x08, 2, 2), 1, 2, 3, 4];
        foreach (byte[] whole in new[] { content, Gzip(content) })
        {
            for (int i = 0; i < whole.Length; i++)
            {
                foreach (byte flip in new byte[] { 1, 0x80, 0xFF })
                {
                    var damaged = (byte[])whole.Clone();
                    damaged[i] ^= flip;
                    string path = _folder.Write("x", damaged);
                    var error = Record.Exception(() => Idx.Read(path));
                    Assert.True(error is null or DataException, $"byte {i} ^ {flip}: {error}");
                }
            }
        }
    }
}
