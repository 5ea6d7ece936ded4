using ChainRule.IO;

namespace ChainRule.Data;

/// <summary>What of a sample becomes 1 when it is divided by its norm.</summary>
public enum SampleNorm
{
    /// <summary>The sum of the absolute values: counts become relative frequencies.</summary>
    L1,

    /// <summary>The length, the root of the sum of squares: products of samples become cosines.</summary>
    L2,
}

/// <summary>
/// Divides each sample by its norm: y = x / sum |x|, or y = x / sqrt(sum x^2); a sample of zeros stays as it is.
/// </summary>
/// <param name="norm">The norm.</param>
public sealed class NormalizeSamples(SampleNorm norm) : Transform
{
    private static readonly string[] Names = ["l1", "l2"];

    /// <summary>The norm.</summary>
    public SampleNorm Norm { get; } = Enum.IsDefined(norm) ? norm : throw new ArgumentOutOfRangeException(
        nameof(norm), $"NormalizeSamples: norm is {norm}; expected L1 or L2.");

    /// <inheritdoc/>
    public override string? Kind => "normalize";

    /// <inheritdoc/>
    /// <returns>Shape as the input; Float64 for Float64 input, else Float32.</returns>
    public override Tensor Apply(Tensor input, SampleRandom random)
    {
        ArgumentNullException.ThrowIfNull(input);
        using NoGrad.Scope _ = NoGrad.Begin();
        Tensor x = input.DType == DType.Float64 ? input : input.To(DType.Float32);
        return Divide(x.Rank == 1 ? x.Unsqueeze(1) : x.Flatten(startDim: 1), Norm).Reshape(input.Shape).Keep();
    }

    /// <inheritdoc/>
    public override void SaveState(StateWriter state)
    {
        ArgumentNullException.ThrowIfNull(state);
        Save(state, Norm);
    }

    internal static NormalizeSamples Load(StateReader state) => new(LoadNorm(state));

    /// <summary>Rows <c>[N, D]</c> by their norms.</summary>
    internal static Tensor Divide(Tensor rows, SampleNorm norm)
    {
        Tensor sum = (norm == SampleNorm.L1 ? rows.Abs() : rows.Square()).Sum(1, keepDim: true);
        Tensor size = norm == SampleNorm.L1 ? sum : sum.Sqrt();
        return rows / size.MaskedFill(size.EqualTo(0), 1);
    }

    internal static void Save(StateWriter state, SampleNorm norm) => state.Add("norm", Names[(int)norm]);

    internal static SampleNorm LoadNorm(StateReader state) => Array.IndexOf(Names, state.Text("norm")) is >= 0 and var n
        ? (SampleNorm)n
        : throw state.Wrong("norm", $"is '{state.Text("norm")}'; expected {string.Join(", ", Names)}.");
}
