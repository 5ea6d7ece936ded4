using System.Runtime.Intrinsics;

namespace ChainRule.Kernels;

/// <summary>The register width in use, chosen once when the process starts.</summary>
internal static class SimdInfo
{
    /// <summary>512, 256, 128, or 0 for the scalar form.</summary>
    public static int Width { get; } = Choose(Environment.GetEnvironmentVariable("CHAINRULE_SIMD"));

    /// <summary>Control of the AVX-512 mantissa instruction: interval [0.75, 1.5), negative numbers give NaN.</summary>
    public const byte MantissaAroundOne = 0b1011;

    // A width the machine lacks would run in software, hundreds of times slower: it is not honoured.
    private static int Choose(string? wish)
    {
        int widest = Vector512.IsHardwareAccelerated ? 512
            : Vector256.IsHardwareAccelerated ? 256
            : Vector128.IsHardwareAccelerated ? 128 : 0;
        return wish switch
        {
            "512" or "256" or "128" or "0" => Math.Min(int.Parse(wish), widest),
            _ => widest,
        };
    }
}
