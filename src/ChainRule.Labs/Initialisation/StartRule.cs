namespace ChainRule.Labs;

/// <summary>A way to choose the weights that training begins with; biases begin at 0.</summary>
/// <param name="Name">Its name on the page.</param>
/// <param name="Weights">Draws a weight <c>[out, in]</c>.</param>
/// <param name="Variance">Variance of a weight, by its connections in and out.</param>
internal sealed record StartRule(string Name, Func<Shape, Rng, Tensor> Weights, Func<int, int, double> Variance)
{
    public const string SmallGaussian = "Gaussian 0.01", LargeGaussian = "Gaussian 0.3", XavierNormal = "Xavier normal",
        He = "He normal";

    // Variance of a normal distribution cut off at 2 standard deviations, in units of the whole one's.
    private const double Cut = 0.8796256610342398 * 0.8796256610342398;

    /// <summary>Every rule of the lab.</summary>
    public static IReadOnlyList<StartRule> All { get; } =
    [
        new(SmallGaussian, (shape, rng) => Init.Normal(shape, 0.01, rng), (_, _) => 0.01 * 0.01),
        new(LargeGaussian, (shape, rng) => Init.Normal(shape, 0.3, rng), (_, _) => 0.3 * 0.3),
        new("truncated 0.1", (shape, rng) => Init.TruncatedNormal(shape, 0.1, rng), (_, _) => Cut * 0.1 * 0.1),
        new("Xavier uniform", (shape, rng) => Init.XavierUniform(shape, rng), Xavier),
        new(XavierNormal, (shape, rng) => Init.XavierNormal(shape, rng), Xavier),
        new(He, (shape, rng) => Init.KaimingNormal(shape, rng), (fanIn, _) => 2.0 / fanIn),
        new("orthogonal", (shape, rng) => Init.Orthogonal(shape, rng),
            (fanIn, fanOut) => 1.0 / Math.Max(fanIn, fanOut)),
    ];

    private static double Xavier(int fanIn, int fanOut) => 2.0 / (fanIn + fanOut);
}
