using ChainRule.Nn;

namespace ChainRule.Tests.NnTests;

/// <summary>Sets the process-wide seed, so it runs alone.</summary>
[Collection(nameof(OneAtATime))]
public sealed class DefaultGeneratorTests
{
    [Fact]
    public void Setting_the_default_seed_repeats_the_layers()
    {
        float[][] Layers(ulong seed)
        {
            Init.DefaultSeed = seed;
            return [new Linear(3, 3).Weight.Value.ToArray<float>(), new Linear(3, 3).Weight.Value.ToArray<float>()];
        }

        float[][] first = Layers(5), again = Layers(5), other = Layers(6);
        Assert.Equal(first, again);
        Assert.NotEqual(first[0], first[1]);
        Assert.NotEqual(first[0], other[0]);
        Assert.Equal(6UL, Init.DefaultSeed);
        Init.DefaultSeed = 0;
    }
}
