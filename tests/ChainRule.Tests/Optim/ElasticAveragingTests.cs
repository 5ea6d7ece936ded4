using ChainRule.Nn;
using ChainRule.Optim;

namespace ChainRule.Tests.Optim;

/// <summary>Elastic averaging. Whole runs of its three forms are compared with golden cases.</summary>
public sealed class ElasticAveragingTests
{
    [Fact]
    public void Exchange_moves_worker_and_centre_by_the_same_amount()
    {
        Parameter start = Gradients.Make(0, 0), worker = Gradients.Make(4, -8);
        ElasticAveraging center = new([start], alpha: 0.25);
        center.Exchange([worker]);
        Assert.Equal([3f, -6f], worker.Value.ToArray<float>());
        Assert.Equal([1f, -2f], center.Center[0].ToArray<float>());
        Assert.Equal([0f, 0f], start.Value.ToArray<float>());
    }

    [Fact]
    public void Exchange_of_all_uses_the_old_centre_for_each()
    {
        Parameter start = Gradients.Make(0), a = Gradients.Make(4), b = Gradients.Make(8);
        ElasticAveraging center = new([start], alpha: 0.5);
        center.ExchangeAll([[a], [b]]);
        Assert.Equal(2, a.Value.Item());
        Assert.Equal(4, b.Value.Item());
        Assert.Equal(6, center.Center[0].Item());
    }

    [Fact]
    public void Worker_exchanges_every_period()
    {
        Parameter p = Gradients.Make(8);
        ElasticAveraging center = new([Gradients.Make(0)], alpha: 0.5);
        ElasticWorker worker = new(center, new Sgd([p], 1), period: 2);
        worker.Step();
        p.Set(Tensor.From(2f));
        worker.Step();
        Assert.Equal(4, center.Center[0].Item());                    // not yet
        worker.Step();
        Assert.Equal(3, center.Center[0].Item());
        Assert.Equal(3, p.Value.Item());
        Assert.Equal(3, worker.StepCount);
    }

    [Fact]
    public void Parameters_that_do_not_fit_are_refused()
    {
        ElasticAveraging center = new([Gradients.Make(0)], alpha: 0.5);
        Assert.StartsWith(
            "Exchange: the worker has 0 parameters, the centre 1.",
            Assert.Throws<ArgumentException>(() => center.Exchange([])).Message);
        Assert.StartsWith(
            "Exchange: parameter p [2] float32 does not fit the centre's [1] float32.",
            Assert.Throws<ArgumentException>(() => center.Exchange([Gradients.Make(1, 2)])).Message);
        Assert.StartsWith(
            "ElasticAveraging: alpha is 2; expected 0 to 1.",
            Assert.Throws<ArgumentOutOfRangeException>(() => new ElasticAveraging([], 2)).Message);
    }
}
