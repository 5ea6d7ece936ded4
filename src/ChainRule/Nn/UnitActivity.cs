namespace ChainRule.Nn;

/// <summary>
/// Which units of a rectifier have ever given something above 0 while the model learnt: the others are dead.
/// </summary>
/// <param name="owner">The layer whose units they are.</param>
internal sealed unsafe class UnitActivity(Layer owner)
{
    private bool[] _alive = [];
    private int _waiting;

    public Layer Owner => owner;

    /// <summary>How many units there are; 0 where nothing was seen.</summary>
    public int Units => _alive.Length;

    /// <summary>How many of them were never above 0.</summary>
    public int Dead => _waiting;

    /// <summary>True for every unit that was above 0.</summary>
    public bool[] Alive
    {
        get => _alive;
        set => (_alive, _waiting) = (value, value.Count(a => !a));
    }

    /// <summary>Forgets what was seen.</summary>
    public void Clear() => Alive = [];

    /// <summary>Looks at a result; costs next to nothing once every unit was above 0.</summary>
    /// <param name="layer">The layer that ran.</param>
    /// <param name="y"><c>[N, units]</c>, or more dimensions: units are the last one behind a Linear or a LayerNorm,
    /// the second behind a convolution or another normalisation.</param>
    public void Look(Layer layer, Tensor y)
    {
        if (!layer.IsTraining || y.Rank == 0) return;
        int dim = UnitsDim(y.Rank), units = y.Shape[dim], inner = 1;
        if (_alive.Length < units)
        {
            Array.Resize(ref _alive, units);
            _waiting = _alive.Count(a => !a);
        }
        if (_waiting == 0) return;
        for (int d = dim + 1; d < y.Rank; d++) inner *= y.Shape[d];
        Tensor dense = y.Dense();
        if (dense.DType == DType.Float64) Find(dense.Ptr<double>(), dense.Count, units, inner);
        else if (dense.DType == DType.Float32) Find(dense.Ptr<float>(), dense.Count, units, inner);
        GC.KeepAlive(dense);
    }

    private void Find<T>(T* y, int count, int units, int inner)
        where T : unmanaged, System.Numerics.INumber<T>
    {
        for (int unit = 0; unit < units; unit++)
        {
            if (_alive[unit] || !IsAbove(y + ((nint)unit * inner), (nint)units * inner, y + count, inner)) continue;
            _alive[unit] = true;
            _waiting--;
        }
    }

    private static bool IsAbove<T>(T* from, nint stride, T* end, int inner)
        where T : unmanaged, System.Numerics.INumber<T>
    {
        for (; from < end; from += stride)
        {
            for (int i = 0; i < inner; i++)
            {
                if (from[i] > T.Zero) return true;
            }
        }
        return false;
    }

    private int UnitsDim(int rank) => owner switch
    {
        Linear or LayerNorm => rank - 1,
        Relu => rank < 4 ? rank - 1 : 1,
        _ => Math.Min(1, rank - 1),
    };
}
