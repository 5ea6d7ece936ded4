namespace ChainRule.Tests.Operators;

/// <summary>Matrix products and the affine map.</summary>
internal static class LinearRows
{
    public static OpRow[] All { get; } =
    [
        new OpRow("matmul")
        {
            Covers = [nameof(Tensor.MatMul)],
            Loose = 8,
            Cases =
            [
                Product([3], [3]), Product([1], [1]), Product([2, 3], [3]), Product([3], [3, 4]),
                Product([2, 3], [3, 4]), Product([1, 5], [5, 1]),
                Product([5, 1], [1, 5]), Product([2, 3, 4], [4, 2]), Product([2, 3, 4], [2, 4, 2]),
                Product([2, 1, 2, 3], [3, 3, 2]),
                Product([3, 4], [2, 4, 2]), Product([4], [2, 4, 2]), Product([2, 3, 4], [4]),
                Product([17, 19], [19, 18]), Product([7, 33], [33, 40]),
                Product([0, 3], [3, 4]), Product([2, 0], [0, 4]), Product([2, 3], [3, 0]), Product([0, 2, 3], [3, 2]),
                Product([0], [0]),
            ],
            Large =
            [
                new([new In(150, 160), new In(160, 170)], t => t[0].MatMul(t[1])),
                new([new In(16, 50, 40), new In(16, 40, 60)], t => t[0].MatMul(t[1])) { Label = "batch" },
                new([new In(4, 70, 80), new In(80, 90)], t => t[0].MatMul(t[1])) { Label = "rows of a batch" },
                new([new In(200, 3, 300), new In(1, 300, 2)], t => t[0].MatMul(t[1])) { Label = "broadcast batch" },
            ],
            NoScalar = "a single number is not a matrix: an error input",
            Errors =
            [
                ErrorInput.Shape("inner sizes differ", () => Tensor.Zeros([32, 64]).MatMul(Tensor.Zeros([128, 10])),
                    "MatMul: inner sizes differ: 64 (a, dim 1) and 128 (b, dim 0).\n"
                    + "  a: [32, 64] float32    b: [128, 10] float32"),
                ErrorInput.Shape("inner sizes of vectors differ", () => Tensor.Zeros([3]).MatMul(Tensor.Zeros([4])),
                    "MatMul: inner sizes differ: 3 (a, dim 0) and 4 (b, dim 0).\n  a: [3] float32    b: [4] float32"),
                ErrorInput.Shape("single number", () => Tensor.Scalar(2).MatMul(Tensor.Zeros([3])),
                    "MatMul: a single number is not a matrix; multiply with *.\n  a: [] float32    b: [3] float32"),
                ErrorInput.Shape("batches do not broadcast",
                    () => Tensor.Zeros([2, 3, 4]).MatMul(Tensor.Zeros([3, 4, 5])),
                    "MatMul: batch sizes do not broadcast: 2 (a, dim 0) and 3 (b, dim 0).\n"
                    + "  a: [2, 3, 4] float32    b: [3, 4, 5] float32"),
                ErrorInput.DType("types differ", () => Tensor.Zeros([2, 2]).MatMul(Tensor.Zeros([2, 2], DType.Float64)),
                    "MatMul: types differ: float32 (a) and float64 (b).\n  a: [2, 2] float32    b: [2, 2] float64\n"
                    + "  help: convert one of them with To(DType); there is no implicit conversion."),
                ErrorInput.DType("integers", () =>
                    Tensor.Zeros([2, 2], DType.Int32).MatMul(Tensor.Zeros([2, 2], DType.Int32)),
                    "MatMul: needs float32 or float64, got int32.\n  help: convert with To(DType.Float32) first."),
            ],
            Goldens = ["tensor/matmul"],
        },
        new OpRow("linear")
        {
            Covers = ["F." + nameof(F.Linear)],
            Loose = 8,
            Cases =
            [
                Affine([4, 3], 5, bias: true), Affine([4, 3], 5, bias: false), Affine([3], 2, bias: true),
                Affine([2, 2, 3], 2, bias: true),
                Affine([1, 1], 1, bias: true), Affine([17, 33], 19, bias: true), Affine([0, 3], 2, bias: true),
                Affine([2, 0], 3, bias: true),
                Affine([2, 3], 0, bias: false), Affine([2, 0, 3], 2, bias: false),
            ],
            Large = [Affine([150, 160], 170, bias: true) with { Reference = null }],
            NoScalar = "the last dimension is what it maps",
            Errors =
            [
                ErrorInput.Shape("features differ", () => F.Linear(Tensor.Zeros([2, 3]), Tensor.Zeros([5, 4])),
                    "Linear: expects [..., 4], got [2, 3].\n  x: [2, 3] float32    weight: [5, 4] float32"),
                ErrorInput.Shape("single number", () => F.Linear(Tensor.Scalar(1), Tensor.Zeros([5, 4])),
                    "Linear: expects [..., 4], got [].\n  x: [] float32    weight: [5, 4] float32"),
                ErrorInput.Shape("weight of rank 1", () => F.Linear(Tensor.Zeros([2, 3]), Tensor.Zeros([3])),
                    "Linear: weight must be [outFeatures, inFeatures], got [3]."),
                ErrorInput.Shape("bias of another size",
                    () => F.Linear(Tensor.Zeros([2, 3]), Tensor.Zeros([5, 3]), Tensor.Zeros([3])),
                    "Linear: bias must be [5], got [3]."),
                ErrorInput.DType("types differ",
                    () => F.Linear(Tensor.Zeros([2, 3]), Tensor.Zeros([5, 3]), Tensor.Zeros([5], DType.Float64)),
                    "Linear: x is float32, weight float32, bias float64; all must be equal."),
                ErrorInput.DType("integers", () =>
                    F.Linear(Tensor.Zeros([2, 3], DType.Int64), Tensor.Zeros([5, 3], DType.Int64)),
                    "Linear: needs float32 or float64, got int64.\n  help: convert with To(DType.Float32) first."),
            ],
            Goldens = ["layer/linear"],
        },
        new OpRow("linear_relu")
        {
            Covers = ["F." + nameof(F.Linear)],
            Loose = 8,
            Cases =
            [
                Rectified([4, 3], 5, bias: true), Rectified([4, 3], 5, bias: false), Rectified([3], 2, bias: true),
                Rectified([2, 2, 3], 2, bias: true), Rectified([17, 33], 19, bias: true),
                Rectified([9, 5], 70, bias: true), Rectified([3, 4], 300, bias: true),
                Rectified([0, 3], 2, bias: true), Rectified([2, 0], 3, bias: true), Rectified([2, 3], 0, bias: false),
            ],
            Large = [Rectified([150, 160], 770, bias: true) with { Reference = null }],
            NoScalar = "the last dimension is what it maps",
            Errors =
            [
                ErrorInput.Range("activation",
                    () => F.Linear(Tensor.Zeros([2, 3]), Tensor.Zeros([5, 3]), activation: (FusedActivation)7),
                    "Linear: there is no fused activation 7; use None or Relu. (Parameter 'activation')"),
            ],
        },
    ];

    private static OpCase Product(int[] a, int[] b) => new([new In(a), new In(b)], t => t[0].MatMul(t[1]), r =>
    {
        Nd x = r[0].Rank == 1 ? r[0].Reshape(1, a[0]) : r[0], y = r[1].Rank == 1 ? r[1].Reshape(b[0], 1) : r[1];
        int[] batch = Nd.Broadcast(x.Dims[..^2], y.Dims[..^2]);
        x = x.To([.. batch, .. x.Dims[^2..]]);
        y = y.To([.. batch, .. y.Dims[^2..]]);
        Nd product = Nd.Make([.. batch, x.Dims[^2], y.Dims[^1]], at =>
        {
            double sum = 0;
            for (int k = 0; k < x.Dims[^1]; k++) sum += x[[.. at[..^1], k]] * y[[.. at[..^2], k, at[^1]]];
            return sum;
        });
        int[] dims = [.. batch, .. a.Length == 1 ? [] : new[] { x.Dims[^2] },
            .. b.Length == 1 ? [] : new[] { y.Dims[^1] }];
        return product.Reshape(dims);
    });

    private static OpCase Rectified(int[] x, int outputs, bool bias)
    {
        OpCase affine = Affine(x, outputs, bias);
        return affine with
        {
            Call = t => F.Linear(t[0], t[1], bias ? t[2] : null, FusedActivation.Relu),
            Reference = r => affine.Reference!(r).Map(v => v <= 0 ? 0 : v),
        };
    }

    private static OpCase Affine(int[] x, int outputs, bool bias) => new(
        [new In(x), new In(outputs, x[^1]), .. bias ? [new In(outputs)] : Array.Empty<In>()],
        t => F.Linear(t[0], t[1], bias ? t[2] : null),
        r => Nd.Make([.. x[..^1], outputs], at =>
        {
            double sum = bias ? r[2][at[^1]] : 0;
            for (int k = 0; k < x[^1]; k++) sum += r[0][[.. at[..^1], k]] * r[1][at[^1], k];
            return sum;
        }))
    {
        Label = bias ? "with bias" : "without bias",
    };
}
