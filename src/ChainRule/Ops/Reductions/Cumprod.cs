using System.Numerics;
using System.Runtime.CompilerServices;
using ChainRule.Kernels;
using ChainRule.Ops;

namespace ChainRule
{
    public sealed partial class Tensor
    {
        /// <summary>Running product along a dimension: entry i is the product of the entries 0 to i.</summary>
        /// <param name="dim">Dimension; negative counts from the end.</param>
        /// <returns>Shape of this tensor, same dtype; Int64 for integers and Bool.</returns>
        /// <exception cref="ShapeException">There is no such dimension.</exception>
        /// <remarks>The gradient divides by nothing: it is right where entries are 0.</remarks>
        public Tensor Cumprod(int dim) => CumprodNode.Apply(this, AxisPlan.For("cumprod", Shape, dim));
    }
}

namespace ChainRule.Ops
{
    /// <summary>
    /// dx[i] = (product of the entries before i) * r[i] with r[i] = dy[i] + x[i + 1] r[i + 1]: what every later entry
    /// of the result owes to entry i, without division.
    /// </summary>
    internal sealed class CumprodNode(Tensor x, AxisPlan plan) : Op(x)
    {
        public override string Name => "cumprod";

        public static Tensor Apply(Tensor x, AxisPlan plan)
        {
            Tensor numbers = x.DType.IsFloatingPoint() ? x : x.ConvertTo(DType.Int64);
            Tensor y = plan.Map<RunningProduct>(numbers, null);
            return Graph.Needs(x) ? Graph.Record(y, new CumprodNode(x, plan)) : y;
        }

        public override void Backward(Tensor dy, BackwardPass pass)
        {
            if (!pass.Wants(A)) return;
            Tensor x = A!;
            if (plan.Length < 2)
            {
                pass.Add(x, dy);
                return;
            }
            Tensor rest = x.Slice(plan.Dim, 0, -1), one = Tensor.Ones(x.Slice(plan.Dim, 0, 1).Shape, x.DType);
            Tensor before = Tensor.Concat([one, rest.Cumprod(plan.Dim)], plan.Dim);
            Tensor next = Tensor.Concat([x.Slice(plan.Dim, 1), one], plan.Dim);
            pass.Add(x, before * RecurrenceNode.Apply(dy, next, plan, backwards: true));
        }
    }

    /// <summary>
    /// r[i] = b[i] + a[i] r[i - 1] from the first entry on, or r[i] = b[i] + a[i] r[i + 1] from the last: a linear
    /// recurrence, whose gradient is one in the other direction.
    /// </summary>
    internal sealed class RecurrenceNode(Tensor b, Tensor a, Tensor r, AxisPlan plan, bool backwards) : Op(b, a)
    {
        private Tensor? _r = r;

        public override string Name => "recurrence";

        public static Tensor Apply(Tensor b, Tensor a, AxisPlan plan, bool backwards)
        {
            Tensor r = backwards ? plan.Map<RecurrenceFromEnd>(b, a) : plan.Map<Recurrence>(b, a);
            return Graph.Needs(b, a) ? Graph.Record(r, new RecurrenceNode(b, a, r, plan, backwards)) : r;
        }

        // db[i] = dr[i] + a[k] db[k] for the entry k that reads r[i]; da[i] = db[i] * r where entry i reads it.
        public override void Backward(Tensor dy, BackwardPass pass)
        {
            Tensor db = Apply(dy, Shifted(B!, backwards), plan, !backwards);
            pass.Add(A, db);
            if (pass.Wants(B)) pass.Add(B, db * Shifted(_r!, !backwards));
        }

        public override void Release()
        {
            base.Release();
            _r = null;
        }

        // Each entry moved to the next place (or the one before); 0 comes in.
        private Tensor Shifted(Tensor x, bool on)
        {
            Tensor zero = Tensor.Zeros(x.Slice(plan.Dim, 0, 1).Shape, x.DType);
            return on ? Tensor.Concat([zero, x.Slice(plan.Dim, 0, -1)], plan.Dim)
                : Tensor.Concat([x.Slice(plan.Dim, 1), zero], plan.Dim);
        }
    }

    internal readonly unsafe struct RunningProduct : IAxisKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Row<V, T>(in AxisArguments<T> p, nint row)
            where V : struct, ISimdVec<V, T>
            where T : unmanaged, INumber<T>
        {
            T* x = p.X + (row * p.Length), y = p.Out + (row * p.Length);
            T product = T.One;
            for (nint i = 0; i < p.Length; i++) y[i] = product *= x[i];
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Columns<V, T>(in AxisArguments<T> p, nint start, nint run, int lanes)
            where V : struct, ISimdVec<V, T>
            where T : unmanaged, INumber<T>
        {
            V product = V.One;
            for (nint i = 0, at = start; i < p.Length; i++, at += p.Inner)
            {
                product *= Lanes.Load<V, T>(p.X + at, lanes);
                Lanes.Store(p.Out + at, product, lanes);
            }
        }
    }

    /// <summary>X: what is added, Y: the factors.</summary>
    internal readonly unsafe struct Recurrence : IAxisKernel
    {
        public static void Row<V, T>(in AxisArguments<T> p, nint row)
            where V : struct, ISimdVec<V, T>
            where T : unmanaged, INumber<T> => Along<Vec1<T>, T>(p, row * p.Length, 1, 1);

        public static void Columns<V, T>(in AxisArguments<T> p, nint start, nint run, int lanes)
            where V : struct, ISimdVec<V, T>
            where T : unmanaged, INumber<T> => Along<V, T>(p, start, p.Inner, lanes);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Along<V, T>(in AxisArguments<T> p, nint at, nint step, int lanes)
            where V : struct, ISimdVec<V, T>
            where T : unmanaged, INumber<T>
        {
            V r = V.Zero;
            for (nint i = 0; i < p.Length; i++, at += step)
            {
                r = Lanes.Load<V, T>(p.X + at, lanes) + (Lanes.Load<V, T>(p.Y + at, lanes) * r);
                Lanes.Store(p.Out + at, r, lanes);
            }
        }
    }

    internal readonly unsafe struct RecurrenceFromEnd : IAxisKernel
    {
        public static void Row<V, T>(in AxisArguments<T> p, nint row)
            where V : struct, ISimdVec<V, T>
            where T : unmanaged, INumber<T> =>
            Recurrence.Along<Vec1<T>, T>(p, (row * p.Length) + p.Length - 1, -1, 1);

        public static void Columns<V, T>(in AxisArguments<T> p, nint start, nint run, int lanes)
            where V : struct, ISimdVec<V, T>
            where T : unmanaged, INumber<T> =>
            Recurrence.Along<V, T>(p, start + ((p.Length - 1) * p.Inner), -p.Inner, lanes);
    }
}
