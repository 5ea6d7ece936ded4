using System.Globalization;

namespace ChainRule.Training;

/// <summary>What is to be said of a layer's gradients.</summary>
public enum GradientVerdict
{
    /// <summary>Neither of the others.</summary>
    Healthy,

    /// <summary>Next to nothing arrives here, compared with other layers.</summary>
    Vanishing,

    /// <summary>They are not finite, or many times as large as the weights.</summary>
    Exploding,

    /// <summary>There is none: the layer is frozen, or the loss does not depend on it.</summary>
    None,
}

/// <summary>Gradients and weights of a layer over an epoch.</summary>
/// <param name="Layer">Path: "model.0".</param>
/// <param name="Summary">Kind and sizes: "Linear 784 -> 128".</param>
/// <param name="Parameters">Numbers that the layer owns itself.</param>
/// <param name="GradientNorm">Norm of its gradients as one vector, as the optimiser got them: mean over the measured
/// steps; NaN where it got none.</param>
/// <param name="LargestGradientNorm">The largest of them.</param>
/// <param name="WeightNorm">Norm of its weights as one vector, after the last measured step.</param>
/// <param name="UpdateRatio">Norm of an update over that of the weights, these taken as 0.01 an entry at least: mean
/// over the measured steps. About 0.001 is usual; far less learns nothing, far more forgets.</param>
/// <param name="Verdict">What is to be said of the gradients.</param>
public readonly record struct LayerGradients(
    string Layer, string Summary, long Parameters, double GradientNorm, double LargestGradientNorm, double WeightNorm,
    double UpdateRatio, GradientVerdict Verdict);

/// <summary>Units of a rectifier, over all samples of an epoch.</summary>
/// <param name="Layer">Path of the layer whose units they are: the one before the rectifier where there is one.</param>
/// <param name="Summary">Kind and sizes of that layer.</param>
/// <param name="Units">How many there are: features or channels.</param>
/// <param name="Dead">How many were never above 0 while the model learnt: no gradient passes them.</param>
public readonly record struct ReluUnits(string Layer, string Summary, int Units, int Dead)
{
    /// <summary>Dead ones as a share of all.</summary>
    public double DeadShare => (double)Dead / Units;
}

/// <summary>How the layers of a model did in an epoch.</summary>
/// <param name="Epoch">Number of the epoch, from 1.</param>
/// <param name="Layers">Every layer that owns parameters, in the order of the model.</param>
/// <param name="Relus">Every rectifier that was run, in the order of the model.</param>
public sealed record LayerHealth(
    int Epoch, IReadOnlyList<LayerGradients> Layers, IReadOnlyList<ReluUnits> Relus)
{
    /// <summary>A sentence for everything that is wrong; empty where nothing is.</summary>
    public IEnumerable<string> Warnings
    {
        get
        {
            foreach (LayerGradients l in Layers)
            {
                if (l.Verdict is GradientVerdict.Vanishing or GradientVerdict.Exploding)
                {
                    string verdict = l.Verdict == GradientVerdict.Vanishing ? "vanish" : "explode";
                    yield return string.Create(CultureInfo.InvariantCulture,
                        $"{l.Layer} ({l.Summary}): gradients {verdict}, norm {l.GradientNorm:g3}");
                }
            }
            foreach (ReluUnits r in Relus)
            {
                if (r.Dead > 0)
                {
                    yield return string.Create(CultureInfo.InvariantCulture,
                        $"{r.Layer} ({r.Summary}): {r.Dead} of {r.Units} units dead");
                }
            }
        }
    }

    /// <summary>One line a layer.</summary>
    public override string ToString() => string.Join('\n', Layers
        .Select(l => string.Create(CultureInfo.InvariantCulture, $"{l.Layer} ({l.Summary}): gradient "
            + $"{l.GradientNorm:g3}, weights {l.WeightNorm:g3}, update {l.UpdateRatio:g3}, {Text(l.Verdict)}"))
        .Concat(Relus.Select(r => string.Create(CultureInfo.InvariantCulture,
            $"{r.Layer} ({r.Summary}): {r.Dead} of {r.Units} units dead"))));

    private static string Text(GradientVerdict verdict) =>
        verdict == GradientVerdict.None ? "no gradient" : verdict.ToString().ToLowerInvariant();
}
