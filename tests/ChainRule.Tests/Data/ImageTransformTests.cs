using ChainRule.Data;

namespace ChainRule.Tests.Data;

public sealed class ImageTransformTests
{
    private static readonly Dictionary<string, ImageTransform> All = new()
    {
        ["affine"] = new RandomAffine(15, 0.1, 0.9, 1.1, 10),
        ["elastic"] = new ElasticTransform(34, 4),
        ["horizontal flip"] = new RandomHorizontalFlip(),
        ["vertical flip"] = new RandomVerticalFlip(),
        ["affine, nearest"] = new RandomAffine(15, 0.1, interpolation: Interpolation.Nearest, fill: 7),
        ["crop"] = new RandomCrop(20, 24, 2),
        ["cutout"] = new Cutout(8),
        ["jitter"] = new ColorJitter(0.3, 0.3),
        ["noise"] = new GaussianNoise(10),
    };

    public static TheoryData<string> Names => [.. All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Picture_is_changed_alike_whatever_its_batch_and_worker_and_anew_each_epoch(string name)
    {
        foreach (bool bytes in new[] { true, false })
        {
            Dictionary<int, string> one = Pictures([All[name]], bytes, 40, 0, 1);
            foreach (int workers in new[] { 1, 2, 4 })
                Assert.Equal(one, Pictures([All[name]], bytes, 7, workers, 1));
            Assert.NotEqual(one, Pictures([All[name]], bytes, 40, 0, 2));
        }
    }

    [Fact]
    public void Changes_one_after_the_other_are_alike_whatever_the_worker_and_two_of_a_kind_differ()
    {
        Transform[] many = [new Scale(1f / 255), .. All.Values.Where(t => t is not RandomCrop), new RandomCrop(20, 20)];
        Dictionary<int, string> one = Pictures(many, true, 40, 0, 3);
        foreach (int workers in new[] { 1, 2, 4 }) Assert.Equal(one, Pictures(many, true, 9, workers, 3));
        Assert.Equal(20 * 20 * 4 * 2, one[0].Length);
        // The second shift does not repeat the first: places differ from the doubled shift.
        Tensor x = Tensor.Zeros([1, 1, 9, 9]);
        DataLoader twice = new(new TensorDataset(x, Tensor.Zeros([1])), 1, transforms:
            [new LambdaTransform((_, r) => Tensor.From(r[0].NextFloat())),
             new LambdaTransform((first, r) => first - r[0].NextFloat())]);
        Assert.NotEqual(0, twice.First().Input.Item());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Bytes_are_the_floats_rounded_and_cut_off(string name)
    {
        Tensor bytes = Digits().All().Input, floats = bytes.To(DType.Float32);
        Tensor one = Run(All[name], bytes), other = Run(All[name], floats);
        Assert.Equal((DType.UInt8, DType.Float32), (one.DType, other.DType));
        Assert.Equal(
            other.ToArray<float>().Select(v => (byte)(Math.Clamp(v, 0, 255) + 0.5f)), one.ToArray<byte>());
    }

    [Fact]
    public void Affine_without_ranges_is_the_identity()
    {
        Tensor x = Tensor.Randn([2, 3, 9, 21], new Rng(1));
        Assert.Equal(x.ToArray<float>(), Run(new RandomAffine(), x).ToArray<float>());
    }

    [Fact]
    public void Map_moves_points_as_named()
    {
        ImageSize size = new(1, 11, 21);                             // centre: column 10, row 5
        Assert.Equal((13.0, 4.0), Source(AffineMap.ToSource(size, 0, 0, 1, -3, 1), 10, 5));
        Assert.Equal((12.0, 6.0), Source(AffineMap.ToSource(size, 0, 0, 0.5, 0, 0), 11, 5.5));
        // A quarter turn clockwise: what is right of the centre in the result was above it.
        var (x, y) = Source(AffineMap.ToSource(size, Math.PI / 2, 0, 1, 0, 0), 13, 5);
        Assert.Equal((10.0, 2.0), (Math.Round(x, 12), Math.Round(y, 12)));
    }

    [Fact]
    public void Map_and_its_inverse_lead_back()
    {
        Rng rng = new(3);
        for (int i = 0; i < 100; i++)
        {
            AffineMap map = AffineMap.ToSource(
                new ImageSize(1, 28, 28), Amount.Around(rng, 3), Amount.Around(rng, 1), 0.5 + rng.NextDouble(),
                Amount.Around(rng, 9), Amount.Around(rng, 9));
            var (x, y) = Source(map, 3, 20);
            var (back, down) = Source(map.Inverse(), x, y);
            Assert.Equal((3, 20), (Math.Round(back, 9), Math.Round(down, 9)));
        }
    }

    [Fact]
    public void Quarter_turn_moves_points_exactly_and_whole_shifts_bring_the_fill_in()
    {
        ImageSize size = new(1, 3, 3);
        float[] x = [1, 2, 3, 4, 5, 6, 7, 8, 9], y = new float[9];
        Resampling.Affine(x, y, size, new AffineMap(0, 1, 0, -1, 0, 2), default);
        Assert.Equal([7, 4, 1, 8, 5, 2, 9, 6, 3], y);
        Resampling.Affine(x, y, size, new AffineMap(1, 0, 1, 0, 1, -1), new Sampling(Fill: -5, Interpolation: 0));
        Assert.Equal([-5, -5, -5, 2, 3, -5, 5, 6, -5], y);
        Resampling.Affine(x, y, size, new AffineMap(1, 0, 0.5, 0, 1, 0.5), default);
        Assert.Equal([3, 4, 2.25f, 6, 7, 3.75f, 3.75f, 4.25f, 2.25f], y);
        Resampling.Affine(x, y, size, new AffineMap(1, 0, 1e9, 0, 1, -1e9), new Sampling(Fill: 7, Interpolation: 0));
        Assert.All(y, v => Assert.Equal(7, v));
    }

    /// <summary>Values of PyTorch's grid_sample with zeros beyond the edge and aligned corners.</summary>
    [Theory]
    [InlineData(Interpolation.Bilinear, new[]
    {
        2.93895, 1.08379, 2.54862, 2.78684, 4.56731, 2.17252, 1.59769, -0.95695, 3.25444, 5.08742, 2.6096, 0.13178,
        1.487, 2.57472, 3.47315, 3.04668, 0.56886, -1.1199, 1.28912, 5.00419, 3.41173, 1.00594, 0.13714, -1.27954,
        0.0, 0.42582, 1.00659, -0.25604, 3.2095, 3.16549, 3.85267, 2.08379, -0.39403, -0.43634, 5.54738, 2.89253,
        2.52087, 0.04305, 0.91763, 0.61905, 3.6096, 1.13178, 0.48013, -1.99769, 3.92893, 3.58523, 1.56886, -0.1199,
        -0.25393, -1.52137, 3.60343, 2.00594, 1.13714, -0.27954, 0.0, -0.06294, 1.3799, 0.41682, 4.18191, 4.16549,
    })]
    [InlineData(Interpolation.Nearest, new double[]
    {
        4, 0, 0, -2, 5, 1, 2, -2, 5, 7, 3, -1, 0, 7, 5, 1, 1, -1, 0, 7, 3, -1, 1, -3, 0, 0, 0, -1, 6, 6,
        5, 1, 1, -1, 6, 2, 3, -1, 6, -3, 4, 0, 1, -3, 6, 2, 2, 0, 0, -3, 4, 0, 2, -2, 0, 0, 0, 0, 7, 7,
    })]
    public void Turned_sheared_scaled_and_shifted_picture_is_that_of_an_independent_resampling(
        Interpolation interpolation, double[] expected)
    {
        ImageSize size = new(2, 5, 6);
        float[] x = [.. Enumerable.Range(0, 60).Select(i => (float)((i * 7 % 11) - 3))], y = new float[60];
        AffineMap map = AffineMap.ToSource(size, 0.4, 0.2, 1.3, 0.7, -1.2);
        Resampling.Affine(x, y, size, in map, new Sampling(interpolation, 0));
        for (int i = 0; i < 60; i++) Assert.Equal(expected[i], y[i], 2e-5);
    }

    [Fact]
    public void Wide_and_single_points_have_the_same_bits_and_places_that_are_no_numbers_do_no_harm()
    {
        // Rows of 8 points go through the vector form, the same rows cut to 7 through the other.
        ImageSize wide = new(1, 6, 8), narrow = new(1, 6, 7);
        float[] x = Tensor.Randn([48], new Rng(2)).ToArray<float>(), y = new float[48], z = new float[42];
        float[] cut = [.. x.Where((_, i) => i % 8 < 7)];
        foreach (Interpolation interpolation in Enum.GetValues<Interpolation>())
        {
            AffineMap map = new(0.8, 0.3, -0.9, -0.25, 0.9, 0.6);
            Resampling.Affine(x, y, wide, in map, new Sampling(interpolation, 0));
            Resampling.Affine(cut, z, narrow, in map, new Sampling(interpolation, 0));
            for (int row = 0; row < 6; row++)
            {
                // Places left of the column that one picture has and the other lacks.
                for (int column = 0; column < 5; column++)
                    Assert.Equal(y[(row * 8) + column], z[(row * 7) + column]);
            }
            AffineMap none = new(double.NaN, 0, double.NegativeInfinity, 1e300, 1e300, double.NaN);
            Resampling.Affine(x, y, wide, in none, new Sampling(interpolation, 3));
            Resampling.Affine(cut, z, narrow, in none, new Sampling(interpolation, 3));
            Assert.All(y.Concat(z), v => Assert.Equal(3, v));
        }
    }

    [Fact]
    public void Smooth_picture_turned_there_and_back_is_what_it_was()
    {
        ImageSize size = new(2, 40, 37);
        float[] x = new float[size.Count], y = new float[size.Count], back = new float[size.Count];
        for (int i = 0; i < x.Length; i++)
            x[i] = MathF.Sin(i % 37 * 0.2f) * MathF.Cos(i / 37 % 40 * 0.15f) + i / size.Plane;
        AffineMap map = AffineMap.ToSource(size, 0.3, 0.1, 1.1, 1.5, -0.5);
        Resampling.Affine(x, y, size, in map, default);
        Resampling.Affine(y, back, size, map.Inverse(), default);
        for (int i = 0; i < x.Length; i++)
        {
            bool inside = i % 37 is > 12 and < 25 && i / 37 % 40 is > 12 and < 28;
            if (inside) Assert.Equal(x[i], back[i], 0.02f);
        }
    }

    [Fact]
    public void Elastic_moves_points_by_smooth_distances_and_without_strength_not_at_all()
    {
        Tensor x = Tensor.Randn([2, 1, 28, 28], new Rng(1));
        Assert.Equal(x.ToArray<float>(), Run(new ElasticTransform(0, 4), x).ToArray<float>());
        // On a slope the result tells the distance.
        float[] slope = [.. Enumerable.Range(0, 60 * 60).Select(i => (float)(i % 60))];
        float[] moved = Run(new ElasticTransform(34, 4), Tensor.From(slope, [1, 1, 60, 60])).ToArray<float>();
        double[] far = [.. Enumerable.Range(0, 3600).Where(Inside).Select(i => (double)moved[i] - slope[i])];
        double spread = Math.Sqrt(far.Average(d => d * d));
        // Deviation of a uniform number times the norm of the bell curve: 34 / sqrt(3) / (2 sqrt(pi) 4).
        Assert.InRange(spread, 0.7, 2.1);
        double step = Enumerable.Range(0, 3599).Where(i => Inside(i) && Inside(i + 1))
            .Average(i => Math.Abs(moved[i + 1] - moved[i] - 1.0));
        Assert.InRange(step, 0, 0.4 * spread);

        static bool Inside(int i) => i % 60 is > 8 and < 51 && i / 60 is > 8 and < 51;
    }

    [Fact]
    public void Flips_mirror_and_half_of_the_pictures_stay()
    {
        Tensor x = Tensor.From([1f, 2, 3, 4, 5, 6], [1, 1, 2, 3]);
        Assert.Equal([3, 2, 1, 6, 5, 4], Run(new RandomHorizontalFlip(1), x).ToArray<float>());
        Assert.Equal([4, 5, 6, 1, 2, 3], Run(new RandomVerticalFlip(1), x).ToArray<float>());
        Assert.Equal(x.ToArray<float>(), Run(new RandomVerticalFlip(0), x).ToArray<float>());
        Tensor many = Repeated([0, 1], 1000).Reshape(1000, 1, 1, 2);
        Assert.InRange(Run(new RandomHorizontalFlip(), many)[.., .., .., 0].Sum().Item(), 430, 570);
    }

    [Fact]
    public void Crop_cuts_every_place_out_and_fills_what_is_added()
    {
        Tensor x = Repeated([1, 2, 3, 4], 200).Reshape(200, 1, 2, 2);
        float[][] pieces = [.. Run(new RandomCrop(2, 2, 1, -1), x).ToArray<float>().Chunk(4)];
        string[] kinds = [.. pieces.Select(p => string.Join(' ', p)).Distinct().Order()];
        Assert.Equal(9, kinds.Length);
        Assert.Contains("1 2 3 4", kinds);
        Assert.Contains("-1 -1 -1 1", kinds);
        Assert.Contains("4 -1 -1 -1", kinds);
        Assert.Contains("3 4 -1 -1", kinds);
        Assert.Equal("RandomCrop: pictures are 2 x 2 with 1 points on every side; expected 5 x 2 or more.",
            Assert.Throws<ShapeException>(() => Run(new RandomCrop(5, 2, 1), x)).Message);
    }

    [Fact]
    public void Crop_may_lie_beyond_the_edge_and_the_middle_is_the_middle()
    {
        Tensor x = Repeated([1, 2, 3, 4], 400).Reshape(400, 1, 2, 2);
        float[] points = Run(new RandomCrop(1, 1, 3, -1), x).ToArray<float>();
        // 64 places, 4 of them in the picture.
        Assert.InRange(points.Count(p => p > 0), 8, 50);
        Assert.Equal([-1f, 1, 2, 3, 4], points.Distinct().Order());

        Tensor y = Tensor.Arange(0, 24).Reshape(1, 2, 3, 4);
        Assert.Equal([5f, 6, 17, 18], Run(new CenterCrop(1, 2), y).ToArray<float>());
        Assert.Equal([0f, 1, 2, 12, 13, 14], Run(new CenterCrop(2, 3), y).ToArray<float>()[..3].Concat(
            Run(new CenterCrop(2, 3), y).ToArray<float>()[6..9]));
        Tensor around = Run(new CenterCrop(6, 6, 2, 9), y)[0, 0, 1..3];
        Assert.Equal([9f, 9, 9, 9, 9, 9, 9, 0, 1, 2, 3, 9], around.ToArray<float>());
    }

    [Fact]
    public void Cutout_covers_a_square_of_every_channel()
    {
        float[] y = Run(new Cutout(3, 9), Tensor.Zeros([50, 2, 7, 7])).ToArray<float>();
        foreach (float[] picture in y.Chunk(98))
        {
            Assert.Equal(picture[..49], picture[49..]);
            Assert.Contains(picture[..49].Count(v => v == 9), new[] { 4, 6, 9 });
        }
    }

    [Fact]
    public void Jitter_scales_about_the_mean()
    {
        Tensor x = Tensor.Rand([300, 1, 4, 4], new Rng(1));
        double[] before = [.. x.ToArray<float>().Chunk(16).Select(p => (double)p.Average())];
        float[][] bright = [.. Run(new ColorJitter(0.5), x).ToArray<float>().Chunk(16)];
        double[] factors = [.. bright.Select((p, i) => p.Average() / before[i])];
        Assert.InRange(factors.Min(), 0.5, 0.52);
        Assert.InRange(factors.Max(), 1.48, 1.5);
        float[][] contrast = [.. Run(new ColorJitter(0, 0.5), x).ToArray<float>().Chunk(16)];
        for (int i = 0; i < 300; i++) Assert.Equal(before[i], contrast[i].Average(), 1e-5);
    }

    [Fact]
    public void Noise_is_normal_and_of_the_strength_asked_for()
    {
        float[] y = Run(new GaussianNoise(2), Tensor.Zeros([50, 1, 45, 45])).ToArray<float>();
        Assert.Equal(0, y.Average(), 0.03f);
        Assert.Equal(4, y.Average(v => v * v), 0.06f);
        Assert.Equal(48, y.Average(v => v * v * v * v), 2.5f);       // 3 std^4
        Assert.All(y, v => Assert.True(float.IsFinite(v)));
    }

    [Fact]
    public void What_is_no_picture_is_refused()
    {
        Assert.Equal("Cutout: input is [2, 3]; expected [N, C, H, W].",
            Assert.Throws<ShapeException>(() => Run(new Cutout(1), Tensor.Zeros([2, 3]))).Message);
        Assert.Equal("Cutout: input is float64; expected uint8 or float32.", Assert.Throws<DTypeException>(
            () => Run(new Cutout(1), Tensor.Zeros([1, 1, 2, 2], DType.Float64))).Message);
        Assert.Equal("RandomAffine: shear is 90; expected 0 to below 90. (Parameter 'shear')",
            Assert.Throws<ArgumentOutOfRangeException>(() => new RandomAffine(shear: 90)).Message);
        Assert.Equal("RandomHorizontalFlip: probability is 2; expected 0 to 1. (Parameter 'probability')",
            Assert.Throws<ArgumentOutOfRangeException>(() => new RandomHorizontalFlip(2)).Message);
    }

    // The numbers of each picture in an epoch.
    private static Dictionary<int, string> Pictures(
        Transform[] transforms, bool bytes, int batchSize, int workers, long epoch)
    {
        Tensor x = Digits().All().Input;
        TensorDataset data = new(bytes ? x : x.To(DType.Float32), Tensor.Zeros([x.Shape[0]]));
        DataLoader loader = new(data, batchSize, shuffle: true, new Rng(4), transforms: transforms, workers: workers);
        SortedDictionary<int, string> seen = [];
        foreach (Batch batch in loader.Epoch(epoch))
        {
            for (int i = 0; i < batch.Count; i++)
            {
                Tensor picture = batch.Input[i];
                seen[batch.Indices[i]] = Convert.ToHexString(picture.DType == DType.UInt8 ? picture.ToArray<byte>()
                    : System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(picture.ToArray<float>()));
            }
        }
        return new Dictionary<int, string>(seen);
    }

    private static TensorDataset Digits() => ChainRule.Data.Digits.Load(40, 10, seed: 3).Train.ToDataset();

    private static Tensor Repeated(float[] picture, int times) =>
        Tensor.From<float>([.. Enumerable.Repeat(picture, times).SelectMany(p => p)]);

    private static Tensor Run(Transform transform, Tensor x) =>
        transform.Apply(x, new SampleRandom(5, 0, 0, [.. Enumerable.Range(0, x.Shape[0])]));

    private static (double X, double Y) Source(AffineMap map, double x, double y) =>
        ((map.A * x) + (map.B * y) + map.C, (map.D * x) + (map.E * y) + map.F);
}
