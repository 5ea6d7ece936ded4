using ChainRule.Formats;
using ChainRule.Reports;
using ChainRule.Training;

namespace ChainRule.Tests.Reports;

/// <summary>Plots as SVG text and as pixels.</summary>
public sealed class PlotTests
{
    private static readonly (byte, byte, byte) Blue = (0, 114, 178), White = (255, 255, 255), Vermilion = (213, 94, 0);

    [Fact]
    public void Line_plot_is_this_svg()
    {
        LinePlot plot = new LinePlot { Width = 160, Height = 120, YLabel = "loss" }
            .Add("a<b", [1, double.NaN, 2, 4]).Mark(3, "best");
        const string label = "font-size=\"12\" fill=\"#222222\" text-anchor=\"middle\"";
        const string fonts = "system-ui, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif";
        const string size = "width=\"160\" height=\"120\"", ends = "stroke-linejoin=\"round\" stroke-linecap=\"round\"";
        Assert.Equal($"""
            <svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 160 120" role="img" font-family="{fonts}">
            <rect {size} fill="#ffffff"/>
            <line x1="12" y1="16" x2="34" y2="16" stroke="#0072b2" stroke-width="2"/>
            <text x="40" y="20" font-size="12" fill="#222222">a&lt;b</text>
            <line x1="44.93" y1="71.18" x2="138" y2="71.18" stroke="#e6e6e6" stroke-width="1"/>
            <text x="38.93" y="75.18" font-size="11" fill="#666666" text-anchor="end">2</text>
            <line x1="44.93" y1="38.45" x2="138" y2="38.45" stroke="#e6e6e6" stroke-width="1"/>
            <text x="38.93" y="42.45" font-size="11" fill="#666666" text-anchor="end">4</text>
            <line x1="76.55" y1="36" x2="76.55" y2="90" stroke="#e6e6e6" stroke-width="1"/>
            <line x1="76.55" y1="90" x2="76.55" y2="94" stroke="#8c8c8c" stroke-width="1"/>
            <text x="76.55" y="106" font-size="11" fill="#666666" text-anchor="middle">2</text>
            <line x1="136.21" y1="36" x2="136.21" y2="90" stroke="#e6e6e6" stroke-width="1"/>
            <line x1="136.21" y1="90" x2="136.21" y2="94" stroke="#8c8c8c" stroke-width="1"/>
            <text x="136.21" y="106" font-size="11" fill="#666666" text-anchor="middle">4</text>
            <polyline points="44.93,36 44.93,90 138,90" fill="none" stroke="#8c8c8c" stroke-width="1" {ends}/>
            <text x="21" y="63" {label} transform="rotate(-90 21 63)">loss</text>
            <line x1="106.38" y1="36" x2="106.38" y2="90" stroke="#666666" stroke-width="1" stroke-dasharray="4"/>
            <text x="110.38" y="84" font-size="11" fill="#666666">best</text>
            <circle cx="46.72" cy="87.55" r="3" fill="#0072b2"/>
            <line x1="106.38" y1="71.18" x2="136.21" y2="38.45" stroke="#0072b2" stroke-width="2"/>
            </svg>

            """.ReplaceLineEndings("\n"), plot.ToSvg());
    }

    [Fact]
    public void Confusion_matrix_shows_counts_right_in_blue_and_wrong_in_vermilion()
    {
        ConfusionMatrix metric = new(2);
        metric.Add(Tensor.From([4f, 1, 4, 1, 4, 1, 0, 2], [4, 2]), Tensor.From(new long[] { 0, 0, 1, 1 }));
        string svg = new MatrixPlot(metric, ["cat", "dog"]).ToSvg();
        Assert.Contains("fill=\"#0072b2\"", svg);                        // both cats
        Assert.Contains(">2</text>", svg);
        PngImage png = new MatrixPlot(new long[,] { { 0, 5 }, { 0, 5 } }) { Width = 200, Height = 200 }.ToPng(1);
        var cells = Enumerable.Range(0, 200 * 200).Select(i => Point(png, i % 200, i / 200)).ToList();
        Assert.Contains(Vermilion, cells);
        Assert.Contains(Blue, cells);
    }

    [Fact]
    public void Png_is_read_again_by_our_reader_and_holds_the_line()
    {
        using TempFolder folder = new();
        LinePlot plot = new LinePlot { Width = 200, Height = 100, XRange = (0, 1), YRange = (0, 1) }
            .Add("", [0, 1], [0.5, 0.5]);
        plot.Save(folder["curve.png"]);
        PngImage png = PngImage.Read(folder["curve.png"]);
        Assert.Equal((400, 200, 3), (png.Width, png.Height, png.Channels));
        Assert.Equal(White, Point(png, 2, 2));
        var column = Enumerable.Range(0, 200).Count(y => Point(png, 250, y) == Blue);
        Assert.Equal(4, column);                                         // 2 points wide, 2 pixels a point
        Assert.Equal(plot.ToPng().Encode(), File.ReadAllBytes(folder["curve.png"]));
    }

    [Fact]
    public void Search_for_a_rate_is_drawn_with_the_rate_to_take_and_the_first_that_diverged()
    {
        RateSearch search = new([new(0.01, 2), new(0.1, 1), new(1, 3), new(10, double.PositiveInfinity)], Best: 0.1);
        LinePlot drawn = new LinePlot
        {
            Title = "Bisection",
            XLabel = "learning rate",
            YLabel = "loss",
            XScale = AxisScale.Log,
        };
        drawn.Add("", [0.01, 0.1, 1, 10], [2, 1, 3, double.NaN], LineStyle.LineAndPoints)
            .Mark(0.1, "0.1").Mark(10, "diverged");
        Assert.Equal(drawn.ToSvg(), search.Plot("Bisection").ToSvg());
    }

    [Fact]
    public void Search_for_a_rate_of_many_steps_is_a_curve_without_dots()
    {
        RateLoss[] tried = [.. Enumerable.Range(0, 50).Select(i => new RateLoss(Math.Pow(10, (i / 10.0) - 5), 50 - i))];
        string svg = new RateSearch(tried, tried[25].Rate).Plot().ToSvg();
        Assert.Contains("<polyline", svg);
        Assert.DoesNotContain("<circle", svg);
    }

    [Fact]
    public void Slanted_line_of_pixels_covers_its_area()
    {
        PixelCanvas canvas = new(100, 100, 1);
        canvas.Line(20, 30, 70, 80, new Colour(0, 0, 0), 3);
        PngImage png = canvas.Finish();
        double ink = Enumerable.Range(0, 10_000).Sum(i => (255 - png.Pixels[3 * i]) / 255.0);
        // A band of 3 by the length, and a half disc at each end.
        Assert.Equal(3 * 50 * Math.Sqrt(2) + Math.PI * 1.5 * 1.5, ink, tolerance: 5);
    }

    [Fact]
    public void Line_outside_the_ranges_is_cut_at_the_frame()
    {
        string svg = new LinePlot { Width = 300, Height = 200, XRange = (0, 4), YRange = (0, 1) }
            .Add("", [0, 1, 2, 3, 4], [0.5, 0.5, 9, 0.5, 0.5]).ToSvg();
        // Two pieces, each of three places: flat, then up to the upper edge.
        var pieces = svg.Split('\n').Where(l => l.Contains("polyline") && l.Contains("#0072b2")).ToList();
        Assert.Equal(2, pieces.Count);
        Assert.All(pieces, p => Assert.Equal(3, p.Split('"')[1].Split(' ').Length));
        Assert.All(pieces, p => Assert.Contains(p.Split('"')[1].Split(' '), s => s.EndsWith(",16")));
    }

    [Fact]
    public void Long_series_keep_their_peaks_in_a_small_file()
    {
        double[] y = new double[100_000];
        y[54_321] = 7;
        string svg = new LinePlot { YRange = (0, 7) }.Add("", y).ToSvg();
        Assert.InRange(svg.Length, 1, 60_000);
        Assert.Contains(",16 ", svg);                                    // the upper edge of the frame
    }

    [Theory]
    [InlineData(AxisScale.Linear, 0, 1, "0 0.2 0.4 0.6 0.8 1.0")]
    [InlineData(AxisScale.Linear, -3, 47, "0 10 20 30 40")]
    [InlineData(AxisScale.Linear, 0, 2.6e-5, "0 1e-5 2e-5")]
    [InlineData(AxisScale.Linear, 0, 5e6, "0 1e6 2e6 3e6 4e6 5e6")]
    [InlineData(AxisScale.Log, 0.001, 100, "0.001 0.01 0.1 1 10 100")]
    [InlineData(AxisScale.Log, 0.1, 1, "0.1 0.2 0.5 1")]
    [InlineData(AxisScale.Log, 1e-12, 1, "1e-12 1e-9 1e-6 0.001 1")]
    [InlineData(AxisScale.Log, 3, 4, "3.0 3.2 3.4 3.6 3.8 4.0")]
    public void Ticks_are_steps_of_1_2_and_5(AxisScale scale, double from, double to, string expected)
    {
        Axis axis = new(scale, [from + 1e-9, to], (from, to), 0);
        Assert.Equal(expected, string.Join(' ', axis.Ticks(5).Select(t => t.Text)));
    }

    [Fact]
    public void Whole_numbers_get_whole_ticks()
    {
        Axis axis = new(AxisScale.Linear, [1, 2, 3], null, 0.02);
        Assert.Equal(["1", "2", "3"], axis.Ticks(10).Select(t => t.Text));
    }

    [Fact]
    public void Plots_of_nothing_and_of_equal_numbers_are_drawn()
    {
        Assert.Contains("</svg>", new LinePlot().ToSvg());
        Assert.Contains("</svg>", new LinePlot { YScale = AxisScale.Log }.Add("gone", [-1, 0, double.NaN]).ToSvg());
        Assert.Contains("<circle", new LinePlot().Add("one", [3]).ToSvg());
        Assert.DoesNotContain("NaN", new LinePlot().Add("flat", [3, 3, 3]).ToSvg());
        Assert.Contains("</svg>", new HeatMap(new double[,] { { double.NaN } }).ToSvg());
        Assert.Contains("</svg>", new BarPlot().ToSvg());
        Assert.Contains("</svg>", new PictureGrid().ToSvg());
        Assert.DoesNotContain("NaN", new Histogram([2, 2, 2]).ToSvg());
    }

    [Fact]
    public void Histogram_counts_each_number_once_and_says_what_it_cannot_show()
    {
        Histogram histogram = new([0, 0.1, 0.5, 1, double.NaN, double.MaxValue - double.MaxValue], bins: 2);
        Assert.Equal([3, 2], histogram.Counts);
        Assert.Equal(1, histogram.NonFinite);
        Assert.Contains("1 NaN or infinite", histogram.ToSvg());
        Assert.Equal([1, 1], new Histogram([-double.MaxValue, double.MaxValue], bins: 2).Counts);
    }

    [Fact]
    public void Large_heat_map_is_a_picture_within_the_svg()
    {
        string svg = new HeatMap(new double[100, 100]).ToSvg();
        Assert.Contains("href=\"data:image/png;base64,", svg);
        Assert.InRange(svg.Split('\n').Length, 1, 120);
    }

    [Fact]
    public void Picture_grid_shows_tensors_and_marks_mistakes()
    {
        PngImage png = new PictureGrid(2, 20).Add(Tensor.From([0f, 1, 1, 0], [2, 2]), "a")
            .Add(Tensor.From([0f, 1, 1, 0], [1, 2, 2]), "b", wrong: true).ToPng(1);
        Assert.Equal(((byte)0, (byte)0, (byte)0), Point(png, 12, 12));
        Assert.Equal(White, Point(png, 24, 12));
        var error = Assert.Throws<ShapeException>(() => new PictureGrid().Add(Tensor.Zeros([2, 3, 4])));
        Assert.Equal("PictureGrid: the picture is [2, 3, 4]; expected [H, W], [1, H, W] or [3, H, W].", error.Message);
    }

    [Fact]
    public void Grid_of_plots_is_as_large_as_its_parts()
    {
        PlotGrid grid = new(2, new LinePlot { Width = 100 }, new Histogram([1, 2]) { Width = 200 }, new BarPlot());
        Assert.Equal((1296, 816), (grid.Width, grid.Height));
    }

    [Fact]
    public void Every_printable_character_has_strokes()
    {
        for (char c = '!'; c <= '~'; c++)
        {
            Assert.NotEmpty(StrokeFont.StrokesOf(c));
            if (c > '!') Assert.NotEqual(StrokeFont.StrokesOf('\u4e00'), StrokeFont.StrokesOf(c));
        }
    }

    [Fact]
    public void Wrong_use_is_refused()
    {
        Assert.Equal("a plot is saved as .svg or .png; the file is 'curve.pdf'. (Parameter 'path')",
            Assert.Throws<ArgumentException>(() => new LinePlot().Save("curve.pdf")).Message);
        Assert.Equal("Add: series 'a' has 1 places for 2 numbers. (Parameter 'x')",
            Assert.Throws<ArgumentException>(() => new LinePlot().Add("a", [1], [1, 2])).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinePlot { Width = 10 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinePlot().ToPng(100));
        Assert.Throws<ArgumentException>(() => new MatrixPlot(new long[2, 3]));
        Assert.Throws<ArgumentException>(() => new MatrixPlot(new long[2, 2], ["one"]));
        Assert.Throws<ArgumentException>(() => new HeatMap(new double[0, 3]));
        Assert.Throws<ArgumentException>(() => new PlotGrid(2));
    }

    private static (byte, byte, byte) Point(PngImage png, int x, int y)
    {
        var point = png.Pixels.AsSpan((y * png.Width + x) * 3, 3);
        return (point[0], point[1], point[2]);
    }
}
