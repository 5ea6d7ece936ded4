using ChainRule.Data;
using ChainRule.Nn;
using ChainRule.Training;

namespace ChainRule.Tests.Training;

/// <summary>Small problems for tests of the trainer.</summary>
internal static class Problems
{
    public static LossFunction CrossEntropy { get; } = (output, target) => F.CrossEntropy(output, target);

    /// <summary>Points in the plane in three classes by angle: learnt to 95% within a few epochs.</summary>
    public static TensorDataset Sectors(int count, ulong seed)
    {
        Rng rng = new(seed);
        float[] points = new float[2 * count];
        long[] classes = new long[count];
        for (int i = 0; i < count; i++)
        {
            double x = rng.NextNormal(), y = rng.NextNormal();
            (points[2 * i], points[(2 * i) + 1]) = ((float)x, (float)y);
            classes[i] = (long)((Math.Atan2(y, x) + Math.PI) / (2 * Math.PI + 1e-9) * 3);
        }
        return new TensorDataset(Tensor.From(points, [count, 2]), Tensor.From(classes));
    }

    public static Sequential Mlp(ulong seed)
    {
        Rng rng = new(seed);
        return [new Linear(2, 32, rng: rng), new Nn.Tanh(), new Linear(32, 3, rng: rng)];
    }

    public static float[] Weights(Module model) => [.. model.Parameters().SelectMany(p => p.Value.ToArray<float>())];
}
