using ChainRule.Cli.Output;

namespace ChainRule.Tests.Cli;

public sealed class QuantityTests
{
    [Theory]
    [InlineData(95.9, "95 samples/s")]
    [InlineData(999_999.4, "999,999 samples/s")]
    [InlineData(1_089_918, "1.1 M samples/s")]
    [InlineData(23_456_789, "23.5 M samples/s")]
    public void Speed_keeps_its_width_from_a_million_on(double speed, string text) =>
        Assert.Equal(text, Quantity.Speed(speed));
}
