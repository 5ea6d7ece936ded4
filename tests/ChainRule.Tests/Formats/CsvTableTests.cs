using System.IO.Compression;
using System.Text;
using ChainRule.Formats;

namespace ChainRule.Tests.Formats;

public sealed class CsvTableTests
{
    [Theory]
    [InlineData("a,b,c\n1,2,3\n4,5,6\n", ',')]
    [InlineData("a;b;c\r\n1;2;3\r\n4;5;6\r\n", ';')]
    [InlineData("a\tb\tc\n1\t2\t3\n4\t5\t6", '\t')]
    [InlineData("a b  c\n1  2 3\n 4 5 6 \n", ' ')]
    [InlineData("\n\"a\",\"b\",\"c\"\n1 , 2,3 \n\n4,5,\"6\"\n\n", ',')]
    public void Delimiter_header_and_cells_are_found(string text, char delimiter)
    {
        var table = CsvTable.Parse(text);
        Assert.Equal(delimiter, table.Delimiter);
        Assert.True(table.HasHeader);
        Assert.Equal(["a", "b", "c"], table.Columns);
        Assert.Equal(2, table.RowCount);
        Assert.Equal(["1", "2", "3", "4", "5", "6"], Enumerable.Range(0, 6).Select(i => table[i / 3, i % 3]));
    }

    [Theory]
    [InlineData("1,2\n3,4\n", false)]
    [InlineData("x,y\n1,a\n2,b\n", true)]
    [InlineData("1,a\n2,b\n", false)]
    [InlineData("size,colour\nbig,red\nsmall,red\n", true)]
    [InlineData("big,red\nsmall,blue\nbig,red\n", false)]
    [InlineData(",x\n0,1\n1,2\n", true)]
    [InlineData("5.1,oops,1\n5.2,3,1\n5.3,3,2\n", false)]
    [InlineData("year,2019,2020\n1,2,3\n1,2,3\n", false)]
    public void Header_is_told_from_the_rows_below_it(string text, bool expected) =>
        Assert.Equal(expected, CsvTable.Parse(text).HasHeader);

    [Fact]
    public void Header_and_delimiter_can_be_said()
    {
        Assert.Equal(["1", "2"], CsvTable.Parse("1,2\n3,4\n", header: true).Columns);
        Assert.Equal(["column 1", "column 2"], CsvTable.Parse("a,b\n3,4\n", header: false).Columns);
        Assert.Equal("1,2", CsvTable.Parse("1,2;3\n1,2;4\n", delimiter: ';')[0, 0]);
    }

    [Fact]
    public void Quoted_cells_hold_delimiters_quotes_and_line_ends_and_rows_keep_their_lines()
    {
        var table = CsvTable.Parse("name,n\n\"a, b\",1\n\"c \"\"d\"\"\nsecond line\",2\n\ne\" f,3\n");
        Assert.Equal(["a, b", "c \"d\"\nsecond line", "e\" f"], Enumerable.Range(0, 3).Select(r => table[r, 0]));
        Assert.Equal([2, 3, 6], Enumerable.Range(0, 3).Select(table.LineOf));
    }

    [Fact]
    public void Decimal_commas_are_understood_where_nothing_speaks_against_it()
    {
        Assert.True(CsvTable.Parse("a;b\n1,5;2\n3,25;4\n").DecimalComma);
        Assert.False(CsvTable.Parse("a;b\n1,5;2.5\n").DecimalComma);
        Assert.False(CsvTable.Parse("a,b\n1,5\n").DecimalComma);
    }

    [Fact]
    public void First_row_of_counts_and_class_names_names_the_classes()
    {
        var table = CsvTable.Parse("3,2,red,blue\n1,2,0\n3,4,1\n5,6,1\n");
        Assert.Equal(["red", "blue"], table.ClassNames!);
        Assert.Equal((3, 3), (table.RowCount, table.Columns.Count));
    }

    [Fact]
    public void Packed_file_is_unpacked()
    {
        using var folder = new TempFolder();
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Optimal)) zip.Write("a,b\n1,2\n"u8);
        Assert.Equal("2", CsvTable.Read(folder.Write("x.csv.gz", packed.ToArray()))[0, 1]);
    }

    [Fact]
    public void Byte_order_mark_is_no_part_of_the_first_name()
    {
        using var folder = new TempFolder();
        Assert.Equal(
            "é", CsvTable.Read(folder.Write("x.csv", [.. Encoding.UTF8.Preamble, .. "é,b\n1,2\n"u8])).Columns[0]);
    }

    [Fact]
    public void Text_of_another_encoding_is_read_by_its_mark_or_refused()
    {
        using var folder = new TempFolder();
        byte[] marked = [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes("é,b\n1,2\n")];
        Assert.Equal("é", CsvTable.Read(folder.Write("a.csv", marked)).Columns[0]);
        string path = folder.Write("b.csv", Encoding.Latin1.GetBytes("name,b\nMüller,1\n"));
        Assert.Equal(
            $"CSV: byte FC is no UTF-8.\n  file: {path}\n  at: row 2\n  help: store the file as UTF-8.",
            Assert.Throws<DataException>(() => CsvTable.Read(path)).Message);
    }

    [Fact]
    public void Columns_are_found_by_name_and_by_number()
    {
        var table = CsvTable.Parse("Age,age,Size\n1,2,3\n");
        Assert.Equal([0, 1, 2, 2, 1], new[] { "Age", "age", "size", "3", "2" }.Select(table.FindColumn));
    }

    private static string ErrorOf(Action action) => Assert.Throws<DataException>(action).Message;

    [Theory]
    [InlineData("")]
    [InlineData(" \n\n")]
    public void Empty_file_is_refused(string text)
    {
        using var folder = new TempFolder();
        string path = folder.Write("x.csv", text);
        Assert.Equal($"CSV: the file is empty.\n  file: {path}\n  at: row 1", ErrorOf(() => CsvTable.Read(path)));
    }

    [Fact]
    public void File_of_a_header_alone_is_refused() => Assert.Equal(
        "CSV: there is a header but no data row.\n  at: row 1", ErrorOf(() => CsvTable.Parse("a,b,c\n")));

    [Theory]
    [InlineData("a,b,c\n1,2,3\n4,5\n7,8,9\n", 2)]
    [InlineData("a,b,c\n1,2,3\n4,5,6,7\n7,8,9\n", 4)]
    public void Ragged_row_is_refused(string text, int cells) => Assert.Equal(
        $"CSV: a row of {cells} cells; expected 3, as in the first.\n  at: row 3", ErrorOf(() => CsvTable.Parse(text)));

    [Fact]
    public void Quote_that_is_never_closed_is_refused() => Assert.Equal(
        "CSV: a quote is opened and never closed.\n  at: row 3",
        ErrorOf(() => CsvTable.Parse("a,b\n1,2\n\"3,4\n5,6\n")));

    [Fact]
    public void Absent_column_suggests_the_nearest_name() => Assert.Equal(
        "CSV: there is no column 'spceies'; there are 'width', 'species'.\n  help: did you mean 'species'?",
        ErrorOf(() => CsvTable.Parse("width,species\n1,2\n").FindColumn("spceies")));

    [Theory]
    [InlineData("0")]
    [InlineData("3")]
    [InlineData("zebra")]
    public void Absent_column_with_no_near_name_lists_the_names(string name) => Assert.Equal(
        $"CSV: there is no column '{name}'; there are 'width', 'species'.",
        ErrorOf(() => CsvTable.Parse("width,species\n1,2\n").FindColumn(name)));

    [Fact]
    public void Name_of_two_columns_is_refused() => Assert.Equal(
        "CSV: 2 columns are called 'x'.\n  help: use a number: 1 or 3.",
        ErrorOf(() => CsvTable.Parse("x,y,x\n1,2,3\n").FindColumn("x")));

    [Fact]
    public void Damaged_gzip_is_refused()
    {
        using var folder = new TempFolder();
        string path = folder.Write("x.csv.gz", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 1, 2, 3]);
        Assert.Equal(
            $"CSV: the gzip stream is damaged.\n  file: {path}\n  offset: 0 (of the unpacked content)",
            ErrorOf(() => CsvTable.Read(path)));
    }

    [Fact]
    public void File_too_long_for_a_text_is_refused_before_it_is_read()
    {
        using var folder = new TempFolder();
        string path = folder.Write("x.csv", "1,2\n");
        using (FileStream file = File.OpenWrite(path)) file.SetLength(0x3FFFFFE0);
        Assert.Equal(
            "CSV: the file has more than 1073741791 bytes.\n"
            + $"  file: {path}\n  offset: 1073741791", ErrorOf(() => CsvTable.Read(path)));
    }

    [Fact]
    public void Packed_table_that_was_cut_short_is_refused()
    {
        using var folder = new TempFolder();
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            zip.Write("a,b\n1,2\n3,4\n5,6\n"u8);
        string path = folder.Write("x.csv.gz", packed.ToArray()[..^9]);
        Assert.StartsWith("CSV: the gzip stream is cut short.\n", ErrorOf(() => CsvTable.Read(path)));
    }
}
