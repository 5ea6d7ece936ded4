using System.Runtime.CompilerServices;

namespace ChainRule.Kernels;

/// <summary>
/// What one step of a recurrent network computes for one hidden unit, and the way back: one source for vectors of any
/// width and for graphs that are differentiated again.
/// </summary>
/// <remarks>
/// A step keeps up to four numbers a unit, its slots: before <see cref="Forward"/> they hold what the two affine maps
/// gave, after it what <see cref="Backward"/> needs again. Slots that the recurrent weight adds to come last, in the
/// order of its rows.
/// </remarks>
internal interface IRecurrentFormula
{
    /// <summary>Gates with rows in the weights.</summary>
    static abstract int Gates { get; }

    /// <summary>Numbers that a step keeps for each unit.</summary>
    static abstract int Slots { get; }

    /// <summary>True where a cell state runs beside the hidden state.</summary>
    static abstract bool HasCell { get; }

    /// <summary>The gate of the input weight that a slot begins with; -1 for none.</summary>
    static abstract int InputGate(int slot);

    /// <summary>One step.</summary>
    /// <param name="s0">First slot.</param>
    /// <param name="s1">Second slot.</param>
    /// <param name="s2">Third slot.</param>
    /// <param name="s3">Fourth slot.</param>
    /// <param name="h">Hidden state: before the step, then after it.</param>
    /// <param name="c">Cell state: before the step, then after it.</param>
    void Forward<V>(ref V s0, ref V s1, ref V s2, ref V s3, ref V h, ref V c)
        where V : struct, IVec<V>;

    /// <summary>The way back through one step.</summary>
    /// <param name="s0">First slot: as kept, then the gradient of what the affine maps gave.</param>
    /// <param name="s1">Second slot.</param>
    /// <param name="s2">Third slot.</param>
    /// <param name="s3">Fourth slot.</param>
    /// <param name="h">Hidden state before the step.</param>
    /// <param name="before">Cell state before the step.</param>
    /// <param name="c">Cell state after the step.</param>
    /// <param name="dh">Gradient of the hidden state after the step, then that part of the one before which does not
    /// come through the recurrent weight.</param>
    /// <param name="dc">Gradient of the cell state after the step, then before it.</param>
    void Backward<V>(ref V s0, ref V s1, ref V s2, ref V s3, V h, V before, V c, ref V dh, ref V dc)
        where V : struct, IVec<V>;
}

/// <summary>
/// Long short-term memory (Hochreiter and Schmidhuber, 1997, with the forget gate of Gers, Schmidhuber and Cummins,
/// 2000). Slots: input i, forget f, candidate g, output o.
/// </summary>
internal readonly struct LstmFormula : IRecurrentFormula
{
    public static int Gates => 4;

    public static int Slots => 4;

    public static bool HasCell => true;

    public static int InputGate(int slot) => slot;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Forward<V>(ref V s0, ref V s1, ref V s2, ref V s3, ref V h, ref V c)
        where V : struct, IVec<V>
    {
        s0 = V.Sigmoid(s0);
        s1 = V.Sigmoid(s1);
        s2 = V.Tanh(s2);
        s3 = V.Sigmoid(s3);
        c = V.Fma(s1, c, s0 * s2);
        h = s3 * V.Tanh(c);
    }

    // The tangent of the cell is computed again: cheaper than keeping it through the whole sequence.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Backward<V>(ref V s0, ref V s1, ref V s2, ref V s3, V h, V before, V c, ref V dh, ref V dc)
        where V : struct, IVec<V>
    {
        V i = s0, f = s1, g = s2, o = s3, tangent = V.Tanh(c);
        V cell = V.Fma(dh * o, V.One - (tangent * tangent), dc);
        s0 = cell * g * (i * (V.One - i));
        s1 = cell * before * (f * (V.One - f));
        s2 = cell * i * (V.One - (g * g));
        s3 = dh * tangent * (o * (V.One - o));
        dc = cell * f;
        dh = V.Zero;
    }
}

/// <summary>
/// Gated recurrent unit (Cho et al., 2014) in the form whose reset gate acts on the recurrent product. Slots: the
/// input's part of the candidate n, reset r, update z, the recurrent part of the candidate.
/// </summary>
internal readonly struct GruFormula : IRecurrentFormula
{
    public static int Gates => 3;

    public static int Slots => 4;

    public static bool HasCell => false;

    public static int InputGate(int slot) => slot switch { 0 => 2, 1 => 0, 2 => 1, _ => -1 };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Forward<V>(ref V s0, ref V s1, ref V s2, ref V s3, ref V h, ref V c)
        where V : struct, IVec<V>
    {
        s1 = V.Sigmoid(s1);
        s2 = V.Sigmoid(s2);
        s0 = V.Tanh(V.Fma(s1, s3, s0));
        h = V.Fma(s2, h - s0, s0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Backward<V>(ref V s0, ref V s1, ref V s2, ref V s3, V h, V before, V c, ref V dh, ref V dc)
        where V : struct, IVec<V>
    {
        V n = s0, r = s1, z = s2, recurrent = s3;
        s0 = dh * (V.One - z) * (V.One - (n * n));
        s1 = s0 * recurrent * (r * (V.One - r));
        s2 = dh * (h - n) * (z * (V.One - z));
        s3 = s0 * r;
        dh = dh * z;
    }
}

/// <summary>Simple recurrent network (Elman, 1990) with tanh. Its only slot keeps the new state.</summary>
internal readonly struct TanhRnnFormula : IRecurrentFormula
{
    public static int Gates => 1;

    public static int Slots => 1;

    public static bool HasCell => false;

    public static int InputGate(int slot) => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Forward<V>(ref V s0, ref V s1, ref V s2, ref V s3, ref V h, ref V c)
        where V : struct, IVec<V> => s0 = h = V.Tanh(s0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Backward<V>(ref V s0, ref V s1, ref V s2, ref V s3, V h, V before, V c, ref V dh, ref V dc)
        where V : struct, IVec<V>
    {
        s0 = dh * (V.One - (s0 * s0));
        dh = V.Zero;
    }
}

/// <summary>The same with the rectifier; NaN passes, and the derivative at 0 is 0.</summary>
internal readonly struct ReluRnnFormula : IRecurrentFormula
{
    public static int Gates => 1;

    public static int Slots => 1;

    public static bool HasCell => false;

    public static int InputGate(int slot) => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Forward<V>(ref V s0, ref V s1, ref V s2, ref V s3, ref V h, ref V c)
        where V : struct, IVec<V> => s0 = h = V.Select(V.LessOrEqual(s0, V.Zero), V.Zero, s0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Backward<V>(ref V s0, ref V s1, ref V s2, ref V s3, V h, V before, V c, ref V dh, ref V dc)
        where V : struct, IVec<V>
    {
        s0 = V.Select(V.LessOrEqual(s0, V.Zero), V.Zero, dh);
        dh = V.Zero;
    }
}
