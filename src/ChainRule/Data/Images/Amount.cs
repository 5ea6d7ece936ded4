namespace ChainRule.Data;

/// <summary>How much a random change changes.</summary>
internal static class Amount
{
    /// <summary>Uniform between -most and most.</summary>
    public static double Around(Rng rng, double most) => most * ((2 * rng.NextDouble()) - 1);

    /// <summary>Throws for an amount that is not from 0 to below a limit.</summary>
    public static void Check(string subject, string name, double value, double limit = double.PositiveInfinity)
    {
        if (value >= 0 && value < limit) return;
        string expected = double.IsInfinity(limit) ? "0 or more" : FormattableString.Invariant($"0 to below {limit}");
        throw new ArgumentOutOfRangeException(
            name, FormattableString.Invariant($"{subject}: {name} is {value}; expected {expected}."));
    }

    /// <summary>Throws for what is none of the interpolations.</summary>
    public static void Check(string subject, Interpolation interpolation)
    {
        if (interpolation is Interpolation.Bilinear or Interpolation.Nearest) return;
        throw new ArgumentOutOfRangeException(
            nameof(interpolation), $"{subject}: interpolation is {interpolation}; expected bilinear or nearest.");
    }

    /// <summary>Throws for what is no probability.</summary>
    public static void CheckProbability(string subject, string name, double value)
    {
        if (value is >= 0 and <= 1) return;
        throw new ArgumentOutOfRangeException(
            name, FormattableString.Invariant($"{subject}: {name} is {value}; expected 0 to 1."));
    }
}
