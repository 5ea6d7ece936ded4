using System.Diagnostics;
using ChainRule.Cli.Output;

namespace ChainRule.Cli.Diagnosis;

/// <summary>One check of the self-test.</summary>
internal sealed record Check(string Name, bool Passed, string Detail);

/// <summary>Whether the kernels compute rightly on this machine, and how fast. Takes a second or two.</summary>
internal sealed class SelfTest
{
    private const int Size = 512;
    private readonly List<Check> _checks = [];

    private SelfTest()
    {
    }

    /// <summary>What was checked.</summary>
    public IReadOnlyList<Check> Checks => _checks;

    /// <summary>Whether every check passed.</summary>
    public bool Passed => _checks.TrueForAll(c => c.Passed);

    /// <summary>
    /// Speed of a 512 x 512 x 512 product in 10^9 additions and multiplications a second, the best of a few.
    /// </summary>
    public double GigaFlops { get; private set; }

    /// <summary>Runs every check.</summary>
    public static SelfTest Run(CancellationToken cancellation)
    {
        var test = new SelfTest();
        foreach (Action step in (Action[])[test.Product, test.Functions, test.Gradient, test.Threads, test.Speed])
        {
            cancellation.ThrowIfCancellationRequested();
            step();
        }
        return test;
    }

    /// <summary>What to do about a failure.</summary>
    public IEnumerable<string> Remarks() => Passed ? []
        : ["The self-test failed: results on this machine cannot be trusted. Compare with CHAINRULE_SIMD=0, and "
            + "report the difference."];

    // Matrix product against plain sums in double precision, at places spread over the result.
    private void Product()
    {
        const int m = 67, k = 129, n = 83;
        var rng = new Rng(1);
        Tensor a = Tensor.Randn([m, k], rng), b = Tensor.Randn([k, n], rng);
        float[] x = a.ToArray<float>(), y = b.ToArray<float>(), z = a.MatMul(b).ToArray<float>();
        double worst = 0;
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                double sum = 0, size = 0;
                for (int p = 0; p < k; p++)
                {
                    double term = (double)x[i * k + p] * y[p * n + j];
                    sum += term;
                    size += Math.Abs(term);
                }
                worst = Math.Max(worst, Math.Abs(z[i * n + j] - sum) / size);
            }
        }
        Add("products", worst < 1e-6, $"worst error {worst:0.0e-00} of the terms' size, 67 x 129 by 129 x 83");
    }

    private void Functions()
    {
        Tensor x = Tensor.Linspace(-20, 20, 1001);
        float[] at = x.ToArray<float>();
        (string Name, Tensor Result, Func<double, double> True)[] all =
        [
            ("exp", x.Exp(), Math.Exp),
            ("tanh", x.Tanh(), Math.Tanh),
            ("sigmoid", x.Sigmoid(), v => 1 / (1 + Math.Exp(-v))),
        ];
        double worst = 0;
        foreach (var (_, result, truth) in all)
        {
            float[] values = result.ToArray<float>();
            for (int i = 0; i < at.Length; i++)
            {
                double expected = truth(at[i]);
                worst = Math.Max(worst, Math.Abs(values[i] - expected) / Math.Max(1e-30, Math.Abs(expected)));
            }
        }
        Add("functions", worst < 1e-6,
            $"worst relative error {worst:0.0e-00}: {string.Join(", ", all.Select(f => f.Name))}");
    }

    // The derivative of a loss through a layer against differences of the loss itself.
    private void Gradient()
    {
        var rng = new Rng(2);
        Tensor x = Tensor.Randn([16, 8], rng, dtype: DType.Float64), w = Tensor.Randn([8, 4], rng,
            dtype: DType.Float64);
        Tensor Loss(Tensor weights) => x.MatMul(weights).Tanh().Square().Mean();
        w.RequiresGrad = true;
        double[] gradient = Autograd.Grad(Loss(w), w).ToArray<double>(), values = w.ToArray<double>();
        const double step = 1e-6;
        double worst = 0;
        for (int i = 0; i < values.Length; i++)
        {
            double At(double offset)
            {
                double[] moved = [.. values];
                moved[i] += offset;
                return Loss(Tensor.From(moved, [8, 4])).Item();
            }
            worst = Math.Max(worst, Math.Abs((At(step) - At(-step)) / (2 * step) - gradient[i]));
        }
        Add("gradients", worst < 1e-7, $"worst difference {worst:0.0e-00} from finite differences");
    }

    private void Threads()
    {
        var rng = new Rng(3);
        Tensor a = Tensor.Randn([300, 200], rng), b = Tensor.Randn([200, 250], rng);
        int threads = Compute.Threads;
        float[] many = a.MatMul(b).Softmax(-1).ToArray<float>(), one;
        try
        {
            Compute.Threads = 1;
            one = a.MatMul(b).Softmax(-1).ToArray<float>();
        }
        finally
        {
            Compute.Threads = threads;
        }
        Add("threads", many.AsSpan().SequenceEqual(one), $"same bits on 1 and on {Quantity.Of(threads, "thread")}");
    }

    private void Speed()
    {
        var rng = new Rng(4);
        Tensor a = Tensor.Randn([Size, Size], rng), b = Tensor.Randn([Size, Size], rng);
        double best = double.MaxValue;
        var watch = Stopwatch.StartNew();
        for (int i = 0; i < 5 || (i < 200 && watch.ElapsedMilliseconds < 400); i++)
        {
            long start = Stopwatch.GetTimestamp();
            using Step scope = Step.Begin();
            GC.KeepAlive(a.MatMul(b));
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        GigaFlops = 2.0 * Size * Size * Size / best / 1e9;
        Add("speed", true, $"{GigaFlops:0} GFLOP/s for a {Size} x {Size} x {Size} product on "
            + Quantity.Of(Compute.Threads, "thread"));
    }

    private void Add(string name, bool passed, string detail) => _checks.Add(new Check(name, passed, detail));
}
