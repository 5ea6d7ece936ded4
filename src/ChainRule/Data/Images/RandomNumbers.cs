using ChainRule.Kernels;

namespace ChainRule.Data;

/// <summary>Many random numbers for one picture.</summary>
internal static unsafe class RandomNumbers
{
    /// <summary>Uniform numbers between two; the generator moves on by whole groups of words.</summary>
    public static void Uniform(Rng rng, Span<float> to, float low, float high)
    {
        float centre = (low + high) / 2, half = (high - low) / 2 * (1f / (1u << 31));
        uint* words = stackalloc uint[PhiloxGroup.Words];
        ulong block = PhiloxGroup.Take(rng, to.Length);
        for (int i = 0; i < to.Length; i += PhiloxGroup.Words, block += PhiloxGroup.Blocks)
        {
            PhiloxGroup.Fill(rng.Seed, rng.Stream, block, words);
            int count = Math.Min(PhiloxGroup.Words, to.Length - i);
            for (int j = 0; j < count; j++) to[i + j] = ((int)words[j] * half) + centre;
        }
    }

    /// <summary>Numbers of the standard normal distribution (Box and Muller 1958, both halves).</summary>
    public static void Normal(Rng rng, Span<float> to)
    {
        Uniform(rng, to, 0, 1);
        int i = 0;
        for (; i + 1 < to.Length; i += 2)
        {
            float radius = MathF.Sqrt(-2 * MathF.Log(Math.Max(to[i], 1f / (1L << 33))));
            var (sin, cos) = MathF.SinCos(2 * MathF.PI * to[i + 1]);
            (to[i], to[i + 1]) = (radius * cos, radius * sin);
        }
        if (i < to.Length) to[i] = (float)rng.NextNormal();
    }
}
