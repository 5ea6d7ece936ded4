namespace ChainRule.Tests.Operators;

/// <summary>What losses mean at their edges, beside the checks of their rows.</summary>
public sealed class LossMeaningTests
{
    [Fact]
    public void CtcLoss_of_thousands_of_even_frames_counts_the_alignments()
    {
        const int Frames = 5000, Classes = 30;
        Tensor x = Tensor.Full([1, Frames, Classes], -Math.Log(Classes));
        x.RequiresGrad = true;
        Tensor loss = F.CtcLoss(x, Tensor.From(new[,] { { 7L } }), Tensor.From((long)Frames), Tensor.From(1L));
        // One label covers any run of frames: T (T + 1) / 2 of them.
        double expected = (Frames * Math.Log(Classes)) - Math.Log(Frames * (Frames + 1.0) / 2);
        Assert.Equal(1, loss.Item() / expected, 1e-6);
        loss.Backward();
        Assert.All(x.Grad!.Sum(2).ToArray<float>(), sum => Assert.Equal(-1, sum, 1e-4));
    }

    [Fact]
    public void CtcLoss_of_labels_that_do_not_fit_is_infinite_unless_told()
    {
        Tensor x = Tensor.Zeros([1, 2, 3]).LogSoftmax(-1);
        Tensor labels = Tensor.From(new[,] { { 1L, 1L } }), frames = Tensor.From(2L), count = Tensor.From(2L);
        Assert.Equal(double.PositiveInfinity, F.CtcLoss(x, labels, frames, count).Item());
        Assert.Equal(0, F.CtcLoss(x, labels, frames, count, zeroInfinity: true).Item());
    }

    [Fact]
    public void CtcLoss_takes_impossible_classes_and_shows_NaN()
    {
        Tensor labels = Tensor.From(new[,] { { 1L } }), frames = Tensor.From(2L), count = Tensor.From(1L);
        Tensor Loss(double blank) => F.CtcLoss(
            Tensor.From([blank, Math.Log(0.5), blank, Math.Log(0.25)], [1, 2, 2]), labels, frames, count);
        Assert.Equal(-Math.Log(0.125), Loss(double.NegativeInfinity).Item(), 1e-12);
        Assert.Equal(double.NaN, Loss(double.NaN).Item());
    }

    [Fact]
    public void CtcLoss_leaves_the_frames_beyond_a_sample_without_gradient()
    {
        Tensor x = Tensor.Randn([2, 4, 3], new Rng(1)).LogSoftmax(-1).Detach();
        x.RequiresGrad = true;
        Tensor labels = Tensor.From(new[,] { { 1L, 2L }, { 2L, -7L } });
        F.CtcLoss(x, labels, Tensor.From(4L, 2L), Tensor.From(2L, 1L)).Backward();
        Assert.Equal([0f, 0, 0, 0, 0, 0], x.Grad![1, 2..].ToArray<float>());
        Assert.Equal(-1, x.Grad![1, 1].Sum().Item() * 2, 1e-5);      // one label, half of the batch
    }

    [Fact]
    public void BinaryCrossEntropy_is_finite_at_the_ends()
    {
        Tensor p = Tensor.From(0f, 1, 0, 1);
        p.RequiresGrad = true;
        Tensor terms = F.BinaryCrossEntropy(p, Tensor.From(0f, 1, 1, 0), reduction: Reduction.None);
        Assert.Equal([0f, 0, 100, 100], terms.ToArray<float>());
        terms.Sum().Backward();
        Assert.All(p.Grad!.ToArray<float>(), g => Assert.True(float.IsFinite(g)));
    }

    [Fact]
    public void GaussianNllLoss_holds_the_variance_up_but_not_its_gradient()
    {
        Tensor variance = Tensor.From(1e-9);
        variance.RequiresGrad = true;
        Tensor loss = F.GaussianNllLoss(Tensor.From(0.0), Tensor.From(0.0), variance, epsilon: 1e-4);
        Assert.Equal(Math.Log(1e-4) / 2, loss.Item(), 1e-12);
        loss.Backward();
        Assert.Equal(0.5e4, variance.Grad!.Item(), 1e-8);
    }

    [Fact]
    public void KlDiv_of_equal_distributions_is_0_and_BatchMean_divides_by_the_samples()
    {
        Tensor p = Tensor.From(new[,] { { 0.5, 0.5, 0 }, { 0.25, 0.25, 0.5 } });
        Tensor q = Tensor.From(new[,] { { 0.25, 0.25, 0.5 }, { 0.25, 0.25, 0.5 } });
        Assert.Equal(0, F.KlDiv(q.Log(), q, reduction: Reduction.BatchMean).Item(), 1e-15);
        Assert.Equal(Math.Log(2) / 2, F.KlDiv(q.Log(), p, reduction: Reduction.BatchMean).Item(), 1e-15);
        Assert.Equal(F.KlDiv(q, p, reduction: Reduction.Sum).Item(), F.KlDiv(q, p).Item() * 6, 1e-12);
    }

    [Fact]
    public void Focal_losses_with_gamma_0_are_the_plain_ones()
    {
        Rng rng = new(2);
        Tensor x = Tensor.Randn([5, 3], rng), y = Tensor.From(0L, 2, 1, 1, 0);
        Assert.Equal(F.CrossEntropy(x, y).Item(), F.FocalLoss(x, y, gamma: 0).Item(), 1e-6);
        Tensor t = Tensor.OneHot(y, 3, DType.Float32);
        Assert.Equal(
            F.BinaryCrossEntropyWithLogits(x, t).Item(), F.SigmoidFocalLoss(x, t, alpha: null, gamma: 0).Item(), 1e-6);
        Assert.True(F.FocalLoss(x, y).Item() < F.CrossEntropy(x, y).Item());
    }

    [Fact]
    public void MultiLabelMarginLoss_reads_nothing_behind_the_end_of_a_list()
    {
        Tensor x = Tensor.From(new[,] { { 0.1, 0.2, 0.4, 0.8 } });
        Tensor loss = F.MultiLabelMarginLoss(x, Tensor.From(new[,] { { 3L, 0, -1, 99 } }));
        Assert.Equal(0.85, loss.Item(), 1e-12);                      // 0.25 * (0.4 + 0.6 + 1.1 + 1.3)
    }
}
