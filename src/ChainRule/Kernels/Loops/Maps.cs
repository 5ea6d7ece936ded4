namespace ChainRule.Kernels;

/// <summary>
/// How much arithmetic a formula does for each element it moves; decides from which length a second thread pays.
/// </summary>
internal enum MapCost
{
    /// <summary>Bound by memory: an addition, a comparison.</summary>
    Light,

    /// <summary>Bound by arithmetic: an exponential, a division chain.</summary>
    Heavy,
}

/// <summary>A formula of one number.</summary>
internal interface IMap1
{
    static virtual MapCost Cost => MapCost.Light;

    V Map<V>(V x)
        where V : struct, IVec<V>;
}

/// <summary>A formula of two numbers.</summary>
internal interface IMap2
{
    static virtual MapCost Cost => MapCost.Light;

    V Map<V>(V a, V b)
        where V : struct, IVec<V>;
}

/// <summary>A formula of three numbers.</summary>
internal interface IMap3
{
    static virtual MapCost Cost => MapCost.Light;

    V Map<V>(V a, V b, V c)
        where V : struct, IVec<V>;
}

/// <summary>The sum of two numbers: what accumulating does.</summary>
internal readonly struct AddMap : IMap2
{
    public V Map<V>(V a, V b)
        where V : struct, IVec<V> => a + b;
}
