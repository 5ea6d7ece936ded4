namespace ChainRule.Tests.Operators;

public sealed class LossOpTests
{
    [Fact]
    public void CrossEntropy_of_one_sample_is_the_negative_logarithm_of_its_probability()
    {
        Tensor x = Tensor.From(new[,] { { 1.0, 2, 3 } });
        x.RequiresGrad = true;
        Tensor loss = F.CrossEntropy(x, Tensor.From(2L));
        double sum = Math.Exp(1) + Math.Exp(2) + Math.Exp(3);
        Assert.Equal(-Math.Log(Math.Exp(3) / sum), loss.Item(), 1e-12);
        loss.Backward();
        Derivatives.AssertClose([Math.Exp(1) / sum, Math.Exp(2) / sum, (Math.Exp(3) / sum) - 1], x.Grad!);
    }

    [Fact]
    public void CrossEntropy_equals_plain_loops_for_every_option()
    {
        foreach (Shape shape in new Shape[] { [6, 3], [4, 10], [3, 17], [2, 33], [2, 5, 3], [3, 4, 2, 19], [7] })
        {
            int dim = shape.Rank == 1 ? 0 : 1, classes = shape[dim];
            int[] places = [.. shape.Dims[..dim], .. shape.Dims[(dim + 1)..]];
            Tensor x = Tensor.Randn(shape, new Rng(3), std: 3, dtype: DType.Float64);
            Rng rng = new(5);
            Tensor y = Tensor.Zeros(places, DType.Int64);
            long[] labels = [.. Enumerable.Range(0, y.Count).Select(i => i == 1 ? 1L : rng.NextInt(classes))];
            y = Tensor.From(labels, places);
            Tensor w = Tensor.Rand([classes], new Rng(4), 0.5, 2, DType.Float64);
            foreach (double smoothing in new[] { 0, 0.1 })
            {
                foreach (Tensor? weight in new[] { null, w })
                {
                    foreach (long ignore in new[] { -100L, 1 })
                    {
                        (double[] terms, double total) =
                            Reference(x, labels, weight?.ToArray<double>(), smoothing, ignore, dim);
                        Derivatives.AssertClose(terms, F.CrossEntropy(x, y, weight, smoothing, ignore, Reduction.None),
                            1e-11);
                        Derivatives.AssertClose([terms.Sum()],
                            F.CrossEntropy(x, y, weight, smoothing, ignore, Reduction.Sum), 1e-11);
                        Derivatives.AssertClose([terms.Sum() / total], F.CrossEntropy(x, y, weight, smoothing, ignore),
                            1e-11);
                        Tensor x32 = x.To(DType.Float32), y32 = y.To(DType.Int32);
                        Derivatives.AssertClose(
                            terms, F.CrossEntropy(x32, y32, weight?.To(DType.Float32), smoothing, ignore,
                            Reduction.None), 1e-5);
                    }
                }
            }
        }
    }

    [Fact]
    public void CrossEntropy_passes_both_gradient_checks()
    {
        Tensor x = Derivatives.Normal([3, 4]), y = Tensor.From(0L, 3, 1), w = Derivatives.Uniform([4], 0.5, 2);
        foreach (Reduction reduction in Enum.GetValues<Reduction>())
        {
            Derivatives.Check(t => F.CrossEntropy(t[0], y, reduction: reduction), x);
            Derivatives.Check(t => F.CrossEntropy(t[0], y, w, 0.2, ignoreIndex: 3, reduction), x);
        }
        Tensor image = Derivatives.Normal([2, 3, 2, 2]), labels = Tensor.From([0L, 1, 2, 0, 1, 2, 2, 1], [2, 2, 2]);
        Derivatives.Check(t => F.CrossEntropy(t[0], labels, labelSmoothing: 0.1, ignoreIndex: 0), image);
        Derivatives.Check(t => F.CrossEntropy(t[0], labels, labelSmoothing: 0.1, reduction: Reduction.None), image);
        Derivatives.Check(t => F.CrossEntropy(t[0], Tensor.Scalar(1, DType.Int64)), Derivatives.Normal([3]));
        Derivatives.Check(t => F.CrossEntropy(t[0].T, Tensor.From(2L, 0, 1, 1)), x);
        Tensor p = Derivatives.Normal([3, 4], 9).Softmax(1);
        Derivatives.Check(t => F.CrossEntropy(t[0], t[1], w, 0.1), x, p);
    }

    [Fact]
    public void CrossEntropy_gradient_of_a_learned_sample_has_no_subnormal_numbers()
    {
        Tensor x = Tensor.From(new[,] { { 60f, 0f, -40f, 1f } });
        x.RequiresGrad = true;
        F.CrossEntropy(x, Tensor.From(0L)).Backward();
        Assert.Equal([0f, 0f], [x.Grad!.ToArray<float>()[1], x.Grad.ToArray<float>()[2]]);
    }

    [Fact]
    public void CrossEntropy_of_only_ignored_labels_is_NaN_in_the_mean_and_0_in_the_sum()
    {
        Tensor x = Tensor.Ones([2, 3]), y = Tensor.From(-100L, -100);
        Assert.True(double.IsNaN(F.CrossEntropy(x, y).Item()));
        Assert.Equal(0, F.CrossEntropy(x, y, reduction: Reduction.Sum).Item());
        Assert.Equal(0,
            F.CrossEntropy(Tensor.Ones([0, 3]), Tensor.Zeros([0], DType.Int64), reduction: Reduction.Sum).Item());
    }

    [Fact]
    public void CrossEntropy_accumulates_over_two_backward_walks()
    {
        Tensor x = Tensor.From(new[,] { { 1f, 2f } });
        x.RequiresGrad = true;
        Tensor loss = F.CrossEntropy(x, Tensor.From(0L));
        loss.Backward(retainGraph: true);
        double once = x.Grad!.ToArray<float>()[0];
        (loss * 2).Backward();
        Assert.Equal(3 * once, x.Grad!.ToArray<float>()[0], 1e-6);
    }

    [Fact]
    public void CrossEntropy_names_a_bad_label_and_its_place()
    {
        DataException error =
            Assert.Throws<DataException>(() => F.CrossEntropy(Tensor.Ones([3, 10]), Tensor.From(0L, 10, 3)));
        Assert.Equal(
            "CrossEntropy: label 10 at position [1] is out of range for 10 classes; use 0 to 9, "
            + "or -100 to leave it out.", error.Message);
    }

    [Fact]
    public void CrossEntropy_names_wrong_shapes_and_types()
    {
        Tensor x = Tensor.Ones([3, 4]);
        Assert.Equal(
            "CrossEntropy: target must be [3], one label a position, got [3, 4].\n  input: [3, 4] float32\n"
            + "  help: one-hot targets must be float; class numbers have no class dimension.",
            Assert.Throws<ShapeException>(() => F.CrossEntropy(x, Tensor.Zeros([3, 4], DType.Int64))).Message);
        Assert.Equal(
            "CrossEntropy: target must be int64 or int32, got bool.\n  help: convert with To(DType.Int64) first.",
            Assert.Throws<DTypeException>(() => F.CrossEntropy(x, Tensor.Zeros([3], DType.Bool))).Message);
        Assert.Equal(
            "CrossEntropy: weight must be [4], one number a class, got [3].",
            Assert.Throws<ShapeException>(
            () => F.CrossEntropy(x, Tensor.Zeros([3], DType.Int64), Tensor.Ones([3]))).Message);
        Assert.StartsWith(
            "CrossEntropy: labelSmoothing is 2; expected 0 to 1.",
            Assert.Throws<ArgumentOutOfRangeException>(
            () => F.CrossEntropy(x, Tensor.Zeros([3], DType.Int64), labelSmoothing: 2)).Message);
    }

    [Fact]
    public void BinaryCrossEntropyWithLogits_equals_its_formula_and_does_not_overflow()
    {
        double[] x = [-3, 0, 2, 0.5], t = [0, 1, 0.3, 1], w = [1, 2, 0.5, 1], p = [2, 1, 3, 0.5];
        double[] terms =
            [.. x.Select((v, i) => -w[i] * ((p[i] * t[i] * Math.Log(S(v))) + ((1 - t[i]) * Math.Log(1 - S(v)))))];
        Tensor tx = Tensor.From(x), tt = Tensor.From(t);
        Derivatives.AssertClose(
            terms, F.BinaryCrossEntropyWithLogits(tx, tt, Tensor.From(w), Tensor.From(p), Reduction.None), 1e-9);
        double[] plain = [.. x.Select((v, i) => -((t[i] * Math.Log(S(v))) + ((1 - t[i]) * Math.Log(1 - S(v)))))];
        Derivatives.AssertClose([plain.Average()], F.BinaryCrossEntropyWithLogits(tx, tt), 1e-9);
        Derivatives.AssertClose(
            [1000, 0],
            F.BinaryCrossEntropyWithLogits(Tensor.From(1000f, -1000f), Tensor.From(0f, 0f), reduction: Reduction.None));

        static double S(double v) => 1 / (1 + Math.Exp(-v));
    }

    [Fact]
    public void Elementwise_losses_pass_both_gradient_checks()
    {
        Tensor x = Derivatives.Normal([2, 3]), t = Derivatives.Uniform([2, 3], 0.1, 0.9, 2),
            p = Derivatives.Uniform([3], 0.5, 2, 3);
        foreach (Reduction reduction in Enum.GetValues<Reduction>())
        {
            Derivatives.Check(v => F.MseLoss(v[0], v[1], reduction), x, t);
            Derivatives.Check(v => F.L1Loss(v[0], v[1], reduction), x, t);
            Derivatives.Check(v => F.BinaryCrossEntropyWithLogits(v[0], v[1], reduction: reduction), x, t);
            Derivatives.Check(v => F.BinaryCrossEntropyWithLogits(v[0], v[1], p, p * 2, reduction), x, t);
        }
        Derivatives.AssertClose([2.5], F.MseLoss(Tensor.From(1.0, 4), Tensor.From(0.0, 2)));
        Derivatives.AssertClose([3], F.L1Loss(Tensor.From(1.0, 4), Tensor.From(0.0, 2), Reduction.Sum));
    }

    [Fact]
    public void Elementwise_losses_name_different_shapes_and_types()
    {
        Assert.Equal(
            "MseLoss: input is [2], target [2, 1]; they must be equal.",
            Assert.Throws<ShapeException>(() => F.MseLoss(Tensor.Ones([2]), Tensor.Ones([2, 1]))).Message);
        Assert.Equal(
            "L1Loss: types differ: float32 (input) and int64 (target).\n  help: convert the target with To(DType).",
            Assert.Throws<DTypeException>(() => F.L1Loss(Tensor.Ones([2]), Tensor.Zeros([2], DType.Int64))).Message);
        Assert.Equal(
            "BinaryCrossEntropyWithLogits: posWeight [3] does not broadcast to [2].",
            Assert.Throws<ShapeException>(
                () => F.BinaryCrossEntropyWithLogits(Tensor.Ones([2]), Tensor.Ones([2]),
                posWeight: Tensor.Ones([3]))).Message);
    }

    private static (double[] Terms, double Total) Reference(
        Tensor x, long[] labels, double[]? weight, double smoothing, long ignore, int dim)
    {
        double[] values = x.ToArray<double>();
        int classes = x.Shape[dim], inner = labels.Length / x.Shape.Dims[..dim].ToArray().Aggregate(1, (a, b) => a * b);
        double[] terms = new double[labels.Length];
        double total = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            if (labels[i] == ignore) continue;
            double[] run =
                [.. Enumerable.Range(0,
                classes).Select(c => values[(i / inner * classes * inner) + (c * inner) + (i % inner)])];
            double log = Math.Log(run.Sum(Math.Exp));
            double own = weight?[labels[i]] ?? 1;
            terms[i] = (1 - smoothing) * own * (log - run[labels[i]]);
            for (int c = 0; c < classes; c++) terms[i] += smoothing / classes * (weight?[c] ?? 1) * (log - run[c]);
            total += own;
        }
        return (terms, total);
    }
}
