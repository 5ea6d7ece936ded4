namespace ChainRule.Tests.Operators;

/// <summary>The checks of where numbers lie: 2, 3 and 11.</summary>
public sealed partial class OpTests
{
    [Theory]
    [MemberData(nameof(AllRows))]
    public void Check02_guarded_and_unaligned_inputs_give_the_same_bits(string row) =>
        OpCheck.Each(row, "check 2 (guarded memory)", s =>
    {
        byte[] plain = TensorAssert.Bytes(s.Run());
        bool differentiable = s.Row.Differentiable && s.Variables().Length > 0;
        byte[][] gradients = differentiable ? [.. s.Gradients().Select(TensorAssert.Bytes)] : [];
        foreach (Placement placement in Enum.GetValues<Placement>())
        {
            GuardedTensor[] guarded = [.. s.Tensors.Select(t => GuardedTensor.Copy(t, placement))];
            using (PoisonedStep step = PoisonedStep.Begin())
            {
                Sample moved = s.With([.. guarded.Select(g => g.Tensor)]);
                OpCheck.At($"inputs at {placement}", () =>
                {
                    Tensor y = moved.Run();
                    TensorAssert.SameBits(plain, y, "result");
                    step.CheckEnd(y);
                    if (!differentiable) return;
                    Tensor[] got = moved.Gradients();
                    for (int i = 0; i < got.Length; i++)
                    {
                        TensorAssert.SameBits(gradients[i], got[i], $"gradient {i}");
                        step.CheckEnd(got[i], $"gradient {i}");
                    }
                });
                for (int i = 0; i < guarded.Length; i++) guarded[i].CheckIntact($"input {i}");
            }
            foreach (GuardedTensor g in guarded) g.Dispose();
        }
    });

    [Theory]
    [MemberData(nameof(AllRows))]
    public void Check03_views_give_what_dense_inputs_give(string row) => OpCheck.Each(row, "check 3 (views)", s =>
    {
        foreach ((string name, Func<Tensor, Tensor?> make) in Layouts.SameNumbers)
            EachView(s, name, make, repeats: false);
        foreach ((string name, Func<Tensor, Tensor?> make) in Layouts.Repeated) EachView(s, name, make, repeats: true);
    });

    [Theory]
    [MemberData(nameof(AllRows))]
    public void Check03_row_has_an_empty_and_a_rank_0_case_or_says_why_not(string row)
    {
        OpRow found = OpTable.Find(row);
        bool empty = found.Cases.Any(c => c.Inputs.Any(i => Nd.Product(i.Shape) == 0));
        bool scalar = found.Cases.Any(c => c.Inputs.Any(i => i.Shape.Length == 0));
        Assert.True(empty != (found.NoEmpty is not null),
            $"{row}: give a case with an empty input, or say in {nameof(OpRow.NoEmpty)} why there is none.");
        Assert.True(scalar != (found.NoScalar is not null),
            $"{row}: give a case with a rank-0 input, or say in {nameof(OpRow.NoScalar)} why there is none.");
    }

    [Theory]
    [MemberData(nameof(AllRows))]
    public void Check11_inputs_are_not_modified(string row) => OpCheck.Each(row, "check 11 (inputs unmodified)", s =>
    {
        byte[][] before = [.. s.Tensors.Select(TensorAssert.Bytes)];
        s.Run();
        Compare("by the call");
        if (!s.Row.Differentiable || s.Variables().Length == 0) return;
        s.Gradients();
        Compare("by the backward walk");
        if (s.Row.NoSecondOrder is not null) return;
        s.Gradients(createGraph: true);
        Compare("by the recorded backward walk");

        void Compare(string how)
        {
            for (int i = 0; i < before.Length; i++)
                TensorAssert.SameBits(before[i], s.Tensors[i], $"input {i}, modified {how}");
        }
    });

    // Each input alone, then all together.
    private static void EachView(Sample s, string name, Func<Tensor, Tensor?> make, bool repeats)
    {
        Tensor?[] views = [.. s.Tensors.Select((t, i) => repeats && s.Case.Inputs[i].Fixed ? null : make(t))];
        int made = views.Count(v => v is not null);
        for (int i = 0; i < views.Length; i++)
        {
            if (views[i] is { } view) OpCheck.At($"input {i} {name}", () => CompareView(s.With(i, view)));
        }
        if (made > 1) OpCheck.At($"all inputs {name}",
            () => CompareView(s.With([.. views.Select((v, i) => v ?? s.Tensors[i])])));
    }

    private static void CompareView(Sample view)
    {
        view.CompareWithReference(view.Tolerance, signOfZero: false);
        if (!view.Row.Differentiable || view.Variables().Length == 0) return;
        Tensor[] expected = view.With([.. view.Tensors.Select(t => t.Detach())]).Gradients(), got = view.Gradients();
        for (int i = 0; i < got.Length; i++)
            TensorAssert.Close(expected[i], got[i], Tolerance.For(view.DType).Times(4 * view.Row.Loose),
                $"gradient {i}");
    }
}
