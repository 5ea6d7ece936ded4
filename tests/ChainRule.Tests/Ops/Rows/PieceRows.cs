namespace ChainRule.Tests.Operators;

/// <summary>Activations with parameters, or of several numbers at once.</summary>
internal static class PieceRows
{
    public static OpRow[] All { get; } =
    [
        new OpRow("prelu")
        {
            Covers = ["F." + nameof(F.PRelu)],
            Cases =
            [
                Slopes([], 1), Slopes([5], 1), Slopes([4, 3], 1), Slopes([4, 3], 3), Slopes([2, 3, 2], 3),
                Slopes([2, 1, 5], 1), Slopes([2, 3, 2, 2], 3), Slopes([0, 3], 3), Slopes([2, 3, 0], 3),
            ],
            Large = [Slopes([40, 3, 700], 3) with { Reference = null }],
            Errors =
            [
                ErrorInput.Shape("channels differ", () => F.PRelu(Tensor.Zeros([2, 3, 4]), Tensor.Zeros([4])),
                    "PRelu: weight must be [1] or [3], got [4].\n  x: [2, 3, 4] float32    weight: [4] float32"),
                ErrorInput.Shape("slopes without channels", () => F.PRelu(Tensor.Zeros([3]), Tensor.Zeros([3])),
                    "PRelu: weight must be [1], got [3].\n  x: [3] float32    weight: [3] float32"),
                ErrorInput.DType("types differ", () => F.PRelu(Tensor.Zeros([3]), Tensor.Zeros([1], DType.Float64)),
                    "PRelu: x is float32, weight float64; both must be equal."),
                ErrorInput.DType("integers",
                    () => F.PRelu(Tensor.Zeros([3], DType.Int64), Tensor.Zeros([1], DType.Int64)),
                    "PRelu: needs float32 or float64, got int64.\n  help: convert with To(DType.Float32) first."),
            ],
            Goldens = ["activation/prelu"],
        },
        new OpRow("glu")
        {
            Covers = [nameof(Tensor.Glu)],
            Flushes = true,
            NoScalar = "there is nothing to halve: an error input",
            Cases = [Halves([4], -1), Halves([3, 6], 1), Halves([4, 3], 0), Halves([2, 4, 3], 1), Halves([0, 4], 1),
                Halves([2, 0], -1)],
            Large = [Halves([70, 2_002], -1) with { Reference = null }],
            Errors =
            [
                ErrorInput.Shape("odd size", () => Tensor.Zeros([2, 3]).Glu(),
                    "glu: dim 1 of [2, 3] has size 3, which does not make two halves."),
                ErrorInput.Shape("number", () => Tensor.Scalar(1).Glu(),
                    "glu: dim -1 is out of range for rank 0; a single number has no dimensions."),
                ErrorInput.DType("integers", () => Tensor.From(1L, 2L).Glu(),
                    "glu: needs float32 or float64, got int64.\n  help: convert with To(DType.Float32) first."),
            ],
            Goldens = ["activation/glu"],
        },
        new OpRow("maxout")
        {
            Covers = ["F." + nameof(F.Maxout)],
            Loose = 8,
            NoScalar = "the last dimension is what it maps",
            Cases =
            [
                Largest([4, 3], 2, 2), Largest([3], 2, 3), Largest([2, 2, 3], 1, 4), Largest([2, 3], 3, 1),
                Largest([4, 3], 2, 2, bias: false), Largest([0, 3], 2, 2),
            ],
            Large = [Largest([150, 160], 90, 2) with { Reference = null }],
            Errors =
            [
                ErrorInput.Shape("no multiple", () => F.Maxout(Tensor.Zeros([2, 3]), Tensor.Zeros([5, 3]), null, 2),
                    "Maxout: weight [5, 3] has 5 maps, no multiple of numPieces 2."),
                ErrorInput.Range("no pieces", () => F.Maxout(Tensor.Zeros([2, 3]), Tensor.Zeros([4, 3]), null, 0),
                    "numPieces ('0') must be greater than or equal to '1'. (Parameter 'numPieces')\n"
                    + "Actual value was 0."),
            ],
            Goldens = ["activation/maxout"],
        },
    ];

    private static OpCase Slopes(int[] x, int slopes) => new(
        [In.Of(new Domain(-3, 3, 0), x), new In(slopes)], t => F.PRelu(t[0], t[1]), r => Nd.Make(x, at =>
        {
            double value = r[0][at];
            return value > 0 ? value : r[1][slopes == 1 ? 0 : at[1]] * value;
        }));

    private static OpCase Halves(int[] x, int dim) => new([new In(x)], t => t[0].Glu(dim), r =>
    {
        int d = dim < 0 ? dim + x.Length : dim;
        int[] half = [.. x];
        half[d] /= 2;
        return Nd.Make(half, at =>
        {
            int[] gate = [.. at];
            gate[d] += half[d];
            return r[0][at] * References.Sigmoid(r[0][gate]);
        });
    })
    {
        Label = $"dim {dim}",
    };

    private static OpCase Largest(int[] x, int outputs, int pieces, bool bias = true) => new(
        [new In(x), new In(outputs * pieces, x[^1]), .. bias ? [new In(outputs * pieces)] : Array.Empty<In>()],
        t => F.Maxout(t[0], t[1], bias ? t[2] : null, pieces),
        r => Nd.Make([.. x[..^1], outputs], at =>
        {
            double best = double.NegativeInfinity;
            for (int p = 0; p < pieces; p++)
            {
                int map = (at[^1] * pieces) + p;
                double sum = bias ? r[2][map] : 0;
                for (int k = 0; k < x[^1]; k++) sum += r[0][[.. at[..^1], k]] * r[1][map, k];
                best = Math.Max(best, sum);
            }
            return best;
        }))
    {
        Label = $"{pieces} pieces{(bias ? "" : ", no bias")}",
    };
}
