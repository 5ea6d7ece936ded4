using System.Numerics;
using System.Runtime.CompilerServices;

namespace ChainRule;

/// <summary>Converts runs of elements from one type to another.</summary>
internal static unsafe class DTypeConversion
{
    public static void Run(byte* source, DType from, byte* target, DType to, int count)
    {
        switch (from)
        {
            case DType.Float32: To((float*)source, target, to, count); break;
            case DType.Float64: To((double*)source, target, to, count); break;
            case DType.Int64: To((long*)source, target, to, count); break;
            case DType.Int32: To((int*)source, target, to, count); break;
            default: To(source, target, to, count); break;
        }
    }

    private static void To<TFrom>(TFrom* source, byte* target, DType to, int count)
        where TFrom : unmanaged, INumber<TFrom>
    {
        switch (to)
        {
            case DType.Float32: Loop(source, (float*)target, count); break;
            case DType.Float64: Loop(source, (double*)target, count); break;
            case DType.Int64: Loop(source, (long*)target, count); break;
            case DType.Int32: Loop(source, (int*)target, count); break;
            case DType.UInt8: Loop(source, target, count); break;
            default:
                for (nint i = 0; i < count; i++) target[i] = TFrom.IsZero(source[i]) ? (byte)0 : (byte)1;
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Loop<TFrom, TTo>(TFrom* source, TTo* target, int count)
        where TFrom : unmanaged, INumber<TFrom>
        where TTo : unmanaged, INumber<TTo>
    {
        for (nint i = 0; i < count; i++) target[i] = TTo.CreateTruncating(source[i]);
    }
}
