namespace ChainRule.Models;

/// <summary>Where Gibbs sampling has its random numbers from: a generator, or tensors that hold them.</summary>
internal sealed class GibbsNoise(Rng? rng, Tensor? hidden, Tensor? visible)
{
    public static GibbsNoise Of(Rng rng)
    {
        ArgumentNullException.ThrowIfNull(rng);
        return new(rng, null, null);
    }

    /// <summary>Given numbers, and for how many steps they are.</summary>
    public static (GibbsNoise Noise, int Steps) Of(Tensor hidden, Tensor visible, string subject)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        ArgumentNullException.ThrowIfNull(visible);
        if (hidden.Rank != 3 || visible.Rank != 3 || hidden.Shape[0] != visible.Shape[0] || hidden.Shape[0] == 0)
        {
            throw new ShapeException(
                $"{subject}: random numbers must be [steps, N, hidden] and [steps, N, visible] for 1 step or more, got "
                + $"{hidden.Shape} and {visible.Shape}.",
                hidden.Shape, visible.Shape);
        }
        return (new(null, hidden, visible), hidden.Shape[0]);
    }

    /// <summary>Hidden states of a step: 1 with these probabilities.</summary>
    public Tensor Hidden(int step, Tensor probability) => hidden is null
        ? probability.Bernoulli(rng!)
        : Below(Fitting(hidden[step], probability, "hidden"), probability);

    /// <summary>Binary visible states of a step.</summary>
    public Tensor Visible(int step, Tensor probability) => visible is null
        ? probability.Bernoulli(rng!)
        : Below(Fitting(visible[step], probability, "visible"), probability);

    /// <summary>Numbers of the normal distribution for the visible units of a step.</summary>
    public Tensor Normal(int step, Tensor mean) => visible is null
        ? Tensor.Randn(mean.Shape, rng!, dtype: mean.DType)
        : Fitting(visible[step], mean, "visible");

    private static Tensor Below(Tensor uniforms, Tensor probability) =>
        uniforms.Less(probability).To(probability.DType);

    private static Tensor Fitting(Tensor noise, Tensor units, string side)
    {
        if (noise.Shape != units.Shape)
        {
            throw new ShapeException(
                $"Rbm: the {side} units of these rows are {units.Shape}, and the random numbers for them "
                + $"{noise.Shape}.", noise.Shape, units.Shape);
        }
        ClassicInput.SameType("Rbm", noise, $"the random numbers for {side} units", units.DType, "the weights");
        return noise;
    }
}
