using ChainRule.Ops;

namespace ChainRule;

public sealed unsafe partial class Tensor
{
    /// <summary>Class numbers as rows of zeros with a single one: y[..., c] = 1 where c is the class, else 0.</summary>
    /// <param name="indices"><c>...</c> Int64 or Int32: class numbers.</param>
    /// <param name="numClasses">Number of classes C; -1 for the largest class number plus one.</param>
    /// <param name="dtype">Element type of the result.</param>
    /// <returns><c>[..., C]</c> of <paramref name="dtype"/>. No gradient.</returns>
    /// <exception cref="DTypeException">The class numbers are not Int64 or Int32.</exception>
    /// <exception cref="DataException">A class number is out of range.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="numClasses"/> is below -1, or -1 and there are no
    /// class numbers.</exception>
    public static Tensor OneHot(Tensor indices, int numClasses = -1, DType dtype = DType.Int64)
    {
        Tensor labels = IndexTensor.Dense("one_hot", "indices", indices);
        if (numClasses < -1 || (numClasses == -1 && labels.Count == 0))
        {
            throw new ArgumentOutOfRangeException(
                nameof(numClasses),
                $"one_hot: numClasses is {numClasses}; give the number of classes, "
                + "or -1 where there are class numbers.");
        }
        long* p = labels.Ptr<long>();
        int classes = numClasses;
        if (classes == -1)
        {
            long most = -1;
            for (int i = 0; i < labels.Count; i++) most = Math.Max(most, p[i]);
            classes = (int)Math.Clamp(most + 1, 0, int.MaxValue);
        }
        IndexTensor.Check("one_hot", "class", labels, classes, $"{classes} classes");
        Tensor y = Empty([.. labels.Dims, classes], dtype);
        y.Fill(0);
        for (nint i = 0; i < labels.Count; i++)
        {
            nint at = (i * classes) + (nint)p[i];
            switch (dtype)
            {
                case DType.Float32: y.Ptr<float>()[at] = 1; break;
                case DType.Float64: y.Ptr<double>()[at] = 1; break;
                case DType.Int64: y.Ptr<long>()[at] = 1; break;
                case DType.Int32: y.Ptr<int>()[at] = 1; break;
                default: y.Ptr<byte>()[at] = 1; break;
            }
        }
        GC.KeepAlive(labels);
        return y;
    }
}
