using System.Globalization;

namespace ChainRule.Tests.Tensors;

public sealed class TensorPrintTests
{
    [Fact]
    public void Numbers_of_a_tensor_share_one_count_of_decimals()
    {
        Assert.Equal("[1, 2, 3] [3] float32", $"{Tensor.From(1f, 2f, 3f)}");
        Assert.Equal("[1.0, 2.5, 3.0] [3] float32", $"{Tensor.From(1f, 2.5f, 3f)}");
        Assert.Equal("[ 0.3333, -0.5000] [2] float64", $"{Tensor.From(1 / 3.0, -0.5)}");
        Assert.Equal("[0.1, 0.2] [2] float32", $"{Tensor.From(0.1f, 0.2f)}");
        Assert.Equal("[  1.5, -10.0, 100.0] [3] float64", $"{Tensor.From(1.5, -10, 100)}");
    }

    [Fact]
    public void Single_number_has_no_brackets()
    {
        Assert.Equal("-2.5 [] float32", $"{Tensor.Scalar(-2.5)}");
        Assert.Equal("0 [] float32", $"{Tensor.Scalar(0)}");
        Assert.Equal("true [] bool", $"{Tensor.Scalar(1, DType.Bool)}");
        Assert.Equal("[[[7]]] [1, 1, 1] int64", $"{Tensor.Full([1, 1, 1], 7, DType.Int64)}");
    }

    [Fact]
    public void Rows_of_a_matrix_line_up()
    {
        Prints("""
            [[  1.00,  -2.25],
             [ 10.50, 100.00]] [2, 2] float32
            """, Tensor.From(new[,] { { 1f, -2.25f }, { 10.5f, 100f } }));
        Prints("""
            [[  1, 200],
             [-30,   4]] [2, 2] int32
            """, Tensor.From(new[,] { { 1, 200 }, { -30, 4 } }));
        Prints("""
            [[ true, false],
             [false,  true]] [2, 2] bool
            """, Tensor.Eye(2, DType.Bool));
    }

    [Fact]
    public void View_prints_its_own_order() => Prints("""
        [[1, 4],
         [2, 5],
         [3, 6]] [3, 2] int32
        """, Tensor.From(new[,] { { 1, 2, 3 }, { 4, 5, 6 } }).T);

    [Fact]
    public void Matrices_of_a_batch_are_set_apart() => Prints("""
        [[[0, 1],
          [2, 3]],

         [[4, 5],
          [6, 7]]] [2, 2, 2] uint8
        """, Tensor.Arange(0, 8, dtype: DType.UInt8).Reshape(2, 2, 2));

    [Fact]
    public void Very_large_and_very_small_numbers_get_exponents()
    {
        Assert.Equal("[1.00e+00, 2.00e-05, 1.25e+10] [3] float64", $"{Tensor.From(1, 2e-5, 1.25e10)}");
        Assert.Equal("[-1.2346e+05,  5.0000e-01] [2] float64", $"{Tensor.From(-123456.789, 0.5)}");
        Assert.Equal("[ 1000000, -2000000] [2] float32", $"{Tensor.From(1e6f, -2e6f)}");
        Assert.Equal("[1e+08] [1] float32", $"{Tensor.From(1e8f)}");
        Assert.Equal("[0.0001, 0.0000] [2] float64", $"{Tensor.From(0.0001, 0)}");
        Assert.Equal("[1e-100] [1] float64", $"{Tensor.From(1e-100)}");
    }

    [Fact]
    public void Numbers_that_are_not_finite_have_short_names()
    {
        Assert.Equal(
            "[ nan,  inf, -inf,  1.5] [4] float32",
            $"{Tensor.From(float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1.5f)}");
        Assert.Equal("[nan] [1] float64", $"{Tensor.From(double.NaN)}");
        Assert.Equal("[-0,  0] [2] float32", $"{Tensor.From(-0f, 0f)}");
    }

    [Fact]
    public void Integers_keep_every_digit() => Assert.Equal(
        "[ 9223372036854775807, -9223372036854775808,     9007199254740993] [3] int64",
        $"{Tensor.From(long.MaxValue, long.MinValue, 9007199254740993L)}");

    [Fact]
    public void Empty_tensor_prints_its_shape()
    {
        Assert.Equal("[] [0] float32", $"{Tensor.Zeros([0])}");
        Assert.Equal("[] [3, 0] int64", $"{Tensor.Zeros([3, 0], DType.Int64)}");
    }

    [Fact]
    public void Long_tensor_shows_its_ends()
    {
        Assert.Equal("[   0,    1,    2, ..., 1998, 1999, 2000] [2001] float32", $"{Tensor.Arange(0, 2001)}");
        Prints("""
            [[   0,    1,    2, ...,   97,   98,   99],
             [ 100,  101,  102, ...,  197,  198,  199],
             [ 200,  201,  202, ...,  297,  298,  299],
             ...,
             [1700, 1701, 1702, ..., 1797, 1798, 1799],
             [1800, 1801, 1802, ..., 1897, 1898, 1899],
             [1900, 1901, 1902, ..., 1997, 1998, 1999]] [20, 100] int32
            """, Tensor.Arange(0, 2000, dtype: DType.Int32).Reshape(20, 100));
    }

    [Fact]
    public void Long_row_is_broken_into_lines()
    {
        string[] lines = $"{Tensor.Arange(100, 160)}".Split('\n');
        Assert.Equal(4, lines.Length);
        Assert.StartsWith("[100, 101,", lines[0], StringComparison.Ordinal);
        Assert.StartsWith(" 119, 120,", lines[1], StringComparison.Ordinal);
        Assert.EndsWith("159] [60] float32", lines[3], StringComparison.Ordinal);
        Assert.All(lines[..3], l => Assert.InRange(l.Length, 90, 100));
    }

    [Fact]
    public void Printing_does_not_depend_on_the_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture, other = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (other.NumberFormat.NumberDecimalSeparator, other.NumberFormat.NegativeSign) = (",", "minus");
        try
        {
            CultureInfo.CurrentCulture = other;
            Assert.Equal("[-1,  2] [2] int32", Tensor.From(-1, 2).ToString());
            Assert.Equal("[1.5, 2.0] [2] float32", Tensor.From(1.5f, 2f).ToString());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static void Prints(string expected, Tensor t) =>
        Assert.Equal(expected.ReplaceLineEndings("\n"), t.ToString());
}
