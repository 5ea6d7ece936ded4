namespace ChainRule.Ops;

/// <summary>Checks of the numbers among the options of operators, layers, losses and optimisers. NaN is refused by
/// all.</summary>
internal static class OptionCheck
{
    /// <summary>The number must be good.</summary>
    /// <param name="of">What has the option, for the message.</param>
    /// <param name="option">Name of the parameter.</param>
    /// <param name="value">What was given.</param>
    /// <param name="good">Whether it may be.</param>
    /// <param name="expected">What it must be, in words.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public static void That(string of, string option, double value, bool good, string expected)
    {
        if (good) return;
        throw new ArgumentOutOfRangeException(
            option, FormattableString.Invariant($"{of}: {option} is {value}; expected {expected}."));
    }

    /// <summary>Any number but NaN and the infinities.</summary>
    public static void Finite(string of, string option, double value) =>
        That(of, option, value, double.IsFinite(value), "a finite number");

    /// <summary>A finite number, 0 or more.</summary>
    public static void NotNegative(string of, string option, double value) =>
        That(of, option, value, value >= 0 && double.IsFinite(value), "a finite number, 0 or more");

    /// <summary>A finite number above 0.</summary>
    public static void Positive(string of, string option, double value) =>
        That(of, option, value, value > 0 && double.IsFinite(value), "a finite number above 0");

    /// <summary>Any number or infinity.</summary>
    public static void Number(string of, string option, double value) =>
        That(of, option, value, !double.IsNaN(value), "a number");
}
