using ChainRule.Kernels;

namespace ChainRule.Ops;

/// <summary>
/// The same way back by operators, step by step, with the formula over tensors: it records itself, so that it can be
/// differentiated again.
/// </summary>
internal sealed unsafe partial class RecurrentNode<TF>
    where TF : struct, IRecurrentFormula
{
    private void BackwardByOperators(Tensor?[] dys, BackwardPass pass)
    {
        RecurrentCall call = _call!;
        int steps = call.X.Dims[0], batch = call.X.Dims[1], units = call.Units, inputs = call.X.Dims[2];
        Shape state = [batch, units];
        Tensor zeros = Tensor.Zeros(state, call.X.DType);
        Tensor?[] valid = new Tensor?[steps];
        for (int t = 0; t < steps; t++) valid[t] = call.Lengths?.Greater(t).Unsqueeze(1);
        List<Step> taken = Replay(call, valid, zeros);

        Tensor dh = dys[1] ?? zeros, dc = (TF.HasCell ? dys[2] : null) ?? zeros;
        Tensor[] dInputs = new Tensor[steps], dRecurrent = new Tensor[steps], x = new Tensor[steps],
            before = new Tensor[steps];
        for (int i = steps - 1; i >= 0; i--)
        {
            Step step = taken[i];
            int t = step.Time;
            GraphVec[] s = [.. step.Slots.Select(slot => new GraphVec(slot))];
            Array.Resize(ref s, 4);
            GraphVec gh = new(dys[0] is { } dy ? dh + dy[t] : dh), gc = new(dc);
            default(TF).Backward(
                ref s[0], ref s[1], ref s[2], ref s[3], new(step.Before), new(step.CellBefore), new(step.Cell), ref gh,
                ref gc);
            Tensor[] d = [.. s.Take(TF.Slots).Select(slot => slot.ToTensor(zeros))];
            Tensor direct = gh.ToTensor(zeros), cell = TF.HasCell ? gc.ToTensor(zeros) : zeros;
            if (valid[t] is { } mask)
            {
                for (int k = 0; k < d.Length; k++) d[k] = Tensor.Where(mask, d[k], zeros);
                (direct, cell) = (Tensor.Where(mask, direct, dh), Tensor.Where(mask, cell, dc));
            }
            Tensor[] ofInput = new Tensor[TF.Gates];
            for (int k = 0; k < TF.Slots; k++)
            {
                if (TF.InputGate(k) >= 0) ofInput[TF.InputGate(k)] = d[k];
            }
            dInputs[t] = Tensor.Concat(ofInput, 1);
            dRecurrent[t] = Tensor.Concat(d[^TF.Gates..], 1);
            (x[t], before[t]) = (step.X, step.Before);
            (dh, dc) = (direct + dRecurrent[t].MatMul(call.WeightHh), cell);
        }
        pass.Add(call.Hidden, dh);
        if (TF.HasCell) pass.Add(call.Cell, dc);
        Tensor inputGrads = All(dInputs, TF.Gates * units), recurrentGrads = All(dRecurrent, TF.Gates * units);
        if (pass.Wants(call.X)) pass.Add(call.X, inputGrads.MatMul(call.WeightIh).Reshape(steps, batch, inputs));
        if (pass.Wants(call.WeightIh)) pass.Add(call.WeightIh, inputGrads.T.MatMul(All(x, inputs)));
        if (pass.Wants(call.WeightHh)) pass.Add(call.WeightHh, recurrentGrads.T.MatMul(All(before, units)));
        if (pass.Wants(call.BiasIh)) pass.Add(call.BiasIh, inputGrads.Sum(0));
        if (pass.Wants(call.BiasHh)) pass.Add(call.BiasHh, recurrentGrads.Sum(0));

        // Steps one below the other.
        Tensor All(Tensor[] parts, int width) =>
            steps == 0 ? Tensor.Zeros([0, width], call.X.DType) : Tensor.Concat(parts, 0);
    }

    private static List<Step> Replay(RecurrentCall call, Tensor?[] valid, Tensor zeros)
    {
        List<Step> taken = [];
        int steps = valid.Length, units = call.Units;
        Tensor h = call.Hidden ?? zeros, c = call.Cell ?? zeros;
        for (int i = 0; i < steps; i++)
        {
            int t = call.Reverse ? steps - 1 - i : i;
            Tensor x = call.X[t];
            if (valid[t] is { } present) x = Tensor.Where(present, x, Tensor.Scalar(0, x.DType));
            Tensor[] inputs = F.Linear(x, call.WeightIh, call.BiasIh).Split(units, 1);
            Tensor[] recurrent = F.Linear(h, call.WeightHh, call.BiasHh).Split(units, 1);
            GraphVec[] s = new GraphVec[4];
            for (int k = 0; k < TF.Slots; k++)
            {
                int gate = TF.InputGate(k), own = k - (TF.Slots - TF.Gates);
                s[k] = new(gate < 0 ? recurrent[own] : own < 0 ? inputs[gate] : inputs[gate] + recurrent[own]);
            }
            GraphVec newH = new(h), newC = new(c);
            default(TF).Forward(ref s[0], ref s[1], ref s[2], ref s[3], ref newH, ref newC);
            Tensor after = newH.ToTensor(zeros), cell = newC.ToTensor(zeros);
            taken.Add(new Step(t, x, [.. s.Take(TF.Slots).Select(v => v.ToTensor(zeros))], h, c, cell));
            if (valid[t] is { } mask) (after, cell) = (Tensor.Where(mask, after, h), Tensor.Where(mask, cell, c));
            (h, c) = (after, cell);
        }
        return taken;
    }

    private sealed record Step(
        int Time, Tensor X, Tensor[] Slots, Tensor Before, Tensor CellBefore, Tensor Cell);
}
