using ChainRule.Bench;

namespace ChainRule.Tests.Bench;

/// <summary>What the benchmarks compute besides times.</summary>
public sealed class SuiteTests
{
    private static readonly string[] Cases = ["nn_16", "nn_64", "lstm", "lstm_dw"];

    [Fact]
    public void Options_without_arguments_select_every_case()
    {
        SuiteOptions options = Read()!;
        Assert.All(Cases, name => Assert.True(options.Selects(name)));
        Assert.Equal((5, 0.05, true), (options.Rounds, options.Seconds, options.WithPeer));
    }

    [Fact]
    public void Options_with_a_beginning_select_all_that_begin_so()
    {
        SuiteOptions options = Read("nn_", "--threads", "1,3", "--rounds", "2", "--seconds", "0.5", "--no-peer")!;
        Assert.Equal([true, true, false, false], Cases.Select(options.Selects));
        Assert.Equal([1, 3], options.Threads);
        Assert.Equal((2, 0.5, false), (options.Rounds, options.Seconds, options.WithPeer));
    }

    [Fact]
    public void Options_with_a_whole_name_select_that_case_alone() =>
        Assert.Equal([false, false, true, false], Cases.Select(Read("lstm")!.Selects));

    [Theory]
    [InlineData("nn_65")]
    [InlineData("")]
    [InlineData("--threads", "1,0")]
    [InlineData("--rounds", "many")]
    [InlineData("--seconds", "-1")]
    [InlineData("--out")]
    public void Options_that_make_no_sense_are_refused(params string[] args) => Assert.Null(Read(args));

    [Theory]
    [InlineData("96x700x5000", "96x700x5000 NN")]
    [InlineData("1x20x3_nt", "1x20x3 NT")]
    [InlineData("1x20", null)]
    [InlineData("0x20x3", null)]
    [InlineData("1x20x3_xx", null)]
    [InlineData("nn_64", null)]
    public void Shape_of_a_product_is_read_from_an_argument(string argument, string? text) =>
        Assert.Equal(text, GemmCase.Read(argument)?.Text);

    [Fact]
    public void Median_of_an_even_number_is_the_middle_of_two() => Assert.Equal(2.5, Median.Of([9, 2, 1, 3]));

    [Fact]
    public void Cache_line_takes_its_time_between_two_threads() =>
        Assert.InRange(Handover.Nanoseconds(), 1, 1e9);

    [Fact]
    public void Median_of_nothing_is_not_a_number() => Assert.Equal(double.NaN, Median.Of([]));

    [Fact]
    public void Buffers_that_differ_or_hold_NaN_are_refused()
    {
        using Buffer<float> a = new(3), b = new(3);
        b.Span[1] = 0.25f;
        a.MustEqual(b, 0.25, "case");
        Assert.Equal(
            "case: the peer's result differs by 0.25, more than 0.1.",
            Assert.Throws<InvalidOperationException>(() => a.MustEqual(b, 0.1, "case")).Message);
        b.Span[2] = float.NaN;
        Assert.Throws<InvalidOperationException>(() => a.MustEqual(b, 0.25, "case"));
    }

    private static SuiteOptions? Read(params string[] args) => SuiteOptions.Read("suite", args, Cases, 5, 0.05);
}
