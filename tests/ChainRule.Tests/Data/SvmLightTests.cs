using System.IO.Compression;
using System.Text;
using ChainRule.Data;

namespace ChainRule.Tests.Data;

public sealed class SvmLightTests
{
    private const string Three = "# a note\n+1 1:0.5 4:-2e1 # first\n\n-1 qid:7 2:1\n1\n";

    private static readonly float[] ThreeRows = [0.5f, 0, 0, -20, 0, 1, 0, 0, 0, 0, 0, 0];

    [Fact]
    public void Lines_become_rows_and_labels()
    {
        using TempFolder folder = new();
        string path = folder.Write("x.svm", Three);
        SvmLight table = SvmLight.Read(path);
        Assert.Equal(ThreeRows, table.Rows.ToDense().ToArray<float>());
        Assert.Equal([1.0, -1, 1], table.Labels);
        Assert.Equal([-1.0, 1], table.Classes);
        SparseDataset data = table.ToDataset();
        Assert.Equal([1, 0, 1], data.All().Target.ToArray<long>());
        Assert.Equal(new SampleFile(path, 4), data.FileOf(1));
        Tensor numbers = table.ToRegression().All().Target;
        Assert.Equal("[3, 1] float32", $"{numbers.Shape} {numbers.DType.Text()}");
        Assert.Equal([1f, -1, 1], numbers.ToArray<float>());
    }

    [Fact]
    public void Line_ends_byte_order_mark_packing_and_tabs_change_nothing()
    {
        using TempFolder folder = new();
        string[] same = [Three.Replace("\n", "\r\n"), "\uFEFF" + Three, Three.Replace(' ', '\t'), Three.TrimEnd()];
        foreach (string text in same)
            Assert.Equal(ThreeRows, SvmLight.Read(folder.Write("x.svm", text)).Rows.ToDense().ToArray<float>());
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionMode.Compress)) gzip.Write(Encoding.UTF8.GetBytes(Three));
        Assert.Equal(
            ThreeRows, SvmLight.Read(folder.Write("x.svm.gz", packed.ToArray())).Rows.ToDense().ToArray<float>());
    }

    [Fact]
    public void Indices_count_from_0_where_it_is_said_and_the_width_may_be_given()
    {
        using TempFolder folder = new();
        string path = folder.Write("x.svm", "2 0:1 2:0 3:4\n3.5 1:1\n");
        Assert.Equal([1, 0, 0, 4, 0, 1, 0, 0], SvmLight.Read(path, zeroBased: true).Rows.ToDense().ToArray<float>());
        SvmLight wide = SvmLight.Read(path, width: 6, zeroBased: true);
        Assert.Equal([1, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0], wide.Rows.ToDense().ToArray<float>());
        // A zero that is written down takes no place.
        Assert.Equal(3, wide.Rows.StoredCount);
        Assert.Equal([0, 0, 0], SvmLight.Read(folder.Write("y.svm", "1\n"), width: 3).Rows.ToDense().ToArray<float>());
    }

    [Theory]
    [InlineData("", "there are no samples.", 1)]
    [InlineData("# 1 1:1\n\n", "there are no samples.", 1)]
    [InlineData("1\n2\n", "there are no features.\n  help: say with width how many there are.", 1)]
    [InlineData("1 1:1\nx 1:1\n", "'x' is no label; expected one finite number.", 2)]
    [InlineData("1,2 1:1\n", "'1,2' is no label; expected one finite number.", 1)]
    [InlineData("NaN 1:1\n", "'NaN' is no label; expected one finite number.", 1)]
    [InlineData("1 1\n", "'1' is no feature; expected index:value.", 1)]
    [InlineData("1 :1\n", "'' of ':1' is no index; expected a whole number.", 1)]
    [InlineData("1 -1:1\n", "'-1' of '-1:1' is no index; expected a whole number.", 1)]
    [InlineData("1 1:1 qid:2\n", "'qid' of 'qid:2' is no index; expected a whole number.", 1)]
    [InlineData("1 0:1\n", "there is an index 0; expected indices from 1.\n"
        + "  help: read a file that counts from 0 with zeroBased: true.", 1)]
    [InlineData("1 1:\n", "'' of '1:' is no value; expected a finite number.", 1)]
    [InlineData("1 1:1e39\n", "'1e39' of '1:1e39' is no value; expected a finite number.", 1)]
    [InlineData("1 1:1:2\n", "'1:2' of '1:1:2' is no value; expected a finite number.", 1)]
    [InlineData("1 3:1 3:1\n", "index 3 follows index 3; expected ascending indices.", 1)]
    [InlineData("1 3:1 2:1\n", "index 2 follows index 3; expected ascending indices.", 1)]
    [InlineData("1 16777217:1\n", "index 16777217 is beyond 16777216 features.\n"
        + "  help: if it is right, say with width how many features there are.", 1)]
    [InlineData("1 99999999999:1\n", "index 99999999999 is beyond 16777216 features.\n"
        + "  help: if it is right, say with width how many features there are.", 1)]
    [InlineData("1 1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
        "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...' of '1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...' is no value; "
        + "expected a finite number.", 1)]
    public void What_is_wrong_is_named_with_its_row(string text, string problem, int row)
    {
        using TempFolder folder = new();
        string path = folder.Write("x.svm", text);
        string[] parts = problem.Split("\n  help:");
        string help = parts.Length > 1 ? $"\n  help:{parts[1]}" : "";
        Assert.Equal($"SVMlight: {parts[0]}\n  file: {path}\n  at: row {row}{help}",
            Assert.Throws<DataException>(() => SvmLight.Read(path)).Message);
    }

    [Fact]
    public void Test_part_must_fit_the_training_part()
    {
        using TempFolder folder = new();
        SvmLight train = SvmLight.Read(folder.Write("a.svm", "1 2:1\n3 1:1\n"));
        string path = folder.Write("b.svm", "3 1:1\n2 2:1\n");
        SvmLight test = SvmLight.Read(path, train.Rows.Width);
        Assert.Equal($"SVMlight: the label 2 is none of the classes 1, 3.\n  file: {path}\n  at: row 2",
            Assert.Throws<DataException>(() => test.ToDataset(train.Classes)).Message);
        folder.Write("b.svm", "3 1:1\n");
        Assert.Equal(1, SvmLight.Read(path, 2).ToDataset(train.Classes).All().Target.Item());
        folder.Write("b.svm", "3 1:1 3:1\n");
        Assert.Equal($"SVMlight: index 3 is beyond 2 features.\n  file: {path}\n  at: row 1",
            Assert.Throws<DataException>(() => SvmLight.Read(path, 2)).Message);
        Assert.Equal("SvmLight: width is 0; expected 1 or more. (Parameter 'width')",
            Assert.Throws<ArgumentOutOfRangeException>(() => SvmLight.Read(path, 0)).Message);
    }
}
