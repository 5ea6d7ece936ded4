using ChainRule.Models;
using ChainRule.Nn;

namespace ChainRule.Tests.NnTests;

/// <summary>Rows of the containers whose layers stand side by side.</summary>
internal static class ContainerLayerRows
{
    public static readonly LayerRow[] All =
    [
        new()
        {
            Name = "Add",
            Make = (rng, dtype) => new Add { Map(3, 3, rng, dtype), new Identity(), new Tanh() },
            Input = [4, 3],
            Output = [4, 3],
            State = ["0.weight [3, 3]", "0.bias [3]"],
            Summary = "Add",
            Wrong = [4, 2],
            Error = """
                Linear: expects [..., 3], got [4, 2].
                  x: [4, 2] float32    weight: [3, 3] float32
                  in: model.0 (Linear 3 -> 3) <- model (Add)
                  help: this layer expects [..., 3].
                """,
        },
        new()
        {
            Name = "Add of different shapes",
            Make = (_, _) => new Add { new Identity(), new Flatten() },
            Input = [2, 3],
            Output = [2, 3],
            Summary = "Add",
            Wrong = [4, 3, 2],
            Error = """
                Add: the branches must give one shape: 0 (Identity) gives [4, 3, 2], 1 (Flatten) gives [4, 6].
                  in: model (Add)
                """,
        },
        new()
        {
            Name = "Max",
            Make = (rng, dtype) => new Max { Map(3, 2, rng, dtype), Map(3, 2, rng, dtype), Map(3, 2, rng, dtype) },
            Input = [5, 3],
            Output = [5, 2],
            State =
                ["0.weight [2, 3]", "0.bias [2]", "1.weight [2, 3]", "1.bias [2]", "2.weight [2, 3]", "2.bias [2]"],
            Summary = "Max",
        },
        new()
        {
            Name = "Max of different shapes",
            Make = (_, _) => new Max { new Flatten(), new Identity() },
            Input = [2, 3],
            Output = [2, 3],
            Summary = "Max",
            Wrong = [4, 3, 2],
            Error = """
                Max: the branches must give one shape: 0 (Flatten) gives [4, 6], 1 (Identity) gives [4, 3, 2].
                  in: model (Max)
                """,
        },
        new()
        {
            Name = "Concat",
            Make = (rng, dtype) => new Concat
            {
                { "point", new Conv2d(2, 1, 1, rng: rng, dtype: dtype) },
                { "wide", new Conv2d(2, 3, 3, padding: 1, rng: rng, dtype: dtype) },
            },
            Input = [2, 2, 3, 4],
            Output = [2, 4, 3, 4],
            State = ["point.weight [1, 2, 1, 1]", "point.bias [1]", "wide.weight [3, 2, 3, 3]", "wide.bias [3]"],
            Summary = "Concat dim 1",
        },
        new()
        {
            Name = "Concat of different sizes",
            Make = (_, _) => new Concat(dim: -1) { new Identity(), new Flatten() },
            Input = [2, 3],
            Output = [2, 6],
            Summary = "Concat dim -1",
            Wrong = [4, 3, 2],
            Error = "Concat: the results of the branches may differ in dim -1 only: "
                + "0 (Identity) gives [4, 3, 2], 1 (Flatten) gives [4, 6].\n  in: model (Concat dim -1)",
        },
        new()
        {
            Name = "Switch",
            Make = (rng, dtype) => new Switch(x => x.Rank - 2) { Map(3, 2, rng, dtype), new Tanh() },
            Input = [4, 3],
            Output = [4, 2],
            State = ["0.weight [2, 3]", "0.bias [2]"],
            Summary = "Switch",
            Wrong = [4, 2],
            Error = """
                Linear: expects [..., 3], got [4, 2].
                  x: [4, 2] float32    weight: [2, 3] float32
                  in: model.0 (Linear 3 -> 2) <- model (Switch)
                  help: this layer expects [..., 3].
                """,
        },
        new()
        {
            Name = "MixtureOfExperts",
            Make = (rng, dtype) => new MixtureOfExperts(Map(3, 2, rng, dtype))
            {
                Map(3, 4, rng, dtype), Map(3, 4, rng, dtype),
            },
            Input = [5, 3],
            Output = [5, 4],
            State =
            [
                "gate.weight [2, 3]", "gate.bias [2]", "0.weight [4, 3]", "0.bias [4]", "1.weight [4, 3]",
                "1.bias [4]",
            ],
            Summary = "MixtureOfExperts",
        },
        new()
        {
            Name = "MixtureOfExperts of images",
            Make = (rng, dtype) => new MixtureOfExperts(new Sequential(new Flatten(), Map(8, 2, rng, dtype)))
            {
                new Conv2d(2, 3, 1, rng: rng, dtype: dtype), new Conv2d(2, 3, 1, bias: false, rng: rng, dtype: dtype),
            },
            Input = [2, 2, 2, 2],
            Output = [2, 3, 2, 2],
            State =
            [
                "gate.1.weight [2, 8]", "gate.1.bias [2]", "0.weight [3, 2, 1, 1]", "0.bias [3]",
                "1.weight [3, 2, 1, 1]",
            ],
            Summary = "MixtureOfExperts",
        },
        new()
        {
            Name = "MixtureOfExperts with a gate of another width",
            Make = (_, _) => new MixtureOfExperts(new Flatten()) { new Tanh(), new Identity() },
            Input = [4, 2],
            Output = [4, 2],
            Summary = "MixtureOfExperts",
            Wrong = [4, 3],
            Error = "MixtureOfExperts: the gate must give a score for each of 2 experts, [N, 2] or [N, T, 2]; "
                + "it gives [4, 3], the experts [4, 3].\n  in: model (MixtureOfExperts)",
        },
        new()
        {
            Name = "Network",
            Make = (rng, dtype) => new Network(g =>
            {
                Node x = g.Input("x"), stem = g.Add("stem", Map(3, 4, rng, dtype), x);
                Node left = g.Add("left", new Relu(), stem);
                Node right = g.Add("right", Map(4, 4, rng, dtype), left);
                return g.Add("gated", t => t[0].Sigmoid() * t[1], right, left);
            }),
            Input = [5, 3],
            Output = [5, 4],
            State = ["stem.weight [4, 3]", "stem.bias [4]", "right.weight [4, 4]", "right.bias [4]"],
            Summary = "Network x -> gated",
            Wrong = [5, 2],
            Error = """
                Linear: expects [..., 3], got [5, 2].
                  x: [5, 2] float32    weight: [4, 3] float32
                  in: model.stem (Linear 3 -> 4) <- model (Network x -> gated)
                  help: 'stem' expects [..., 3] and takes x (input) [5, 2].
                """,
        },
        new()
        {
            Name = "Inception",
            Make = (rng, dtype) => new Inception(
                2, conv1: 1, reduce3: 2, conv3: 3, reduce5: 1, conv5: 2, pool: 1, rng, dtype),
            Input = [2, 2, 4, 5],
            Output = [2, 7, 4, 5],
            State =
            [
                "branch1.0.weight [1, 2, 1, 1]", "branch1.0.bias [1]", "branch2.0.weight [2, 2, 1, 1]",
                "branch2.0.bias [2]", "branch2.2.weight [3, 2, 3, 3]", "branch2.2.bias [3]",
                "branch3.0.weight [1, 2, 1, 1]", "branch3.0.bias [1]", "branch3.2.weight [2, 1, 5, 5]",
                "branch3.2.bias [2]", "branch4.1.weight [1, 2, 1, 1]", "branch4.1.bias [1]",
            ],
            Summary = "Inception 2 -> 7",
            Wrong = [2, 3, 4, 5],
            Error = """
                Conv2d: expects [N, 2, H, W], got [2, 3, 4, 5].
                  x: [2, 3, 4, 5] float32    weight: [1, 2, 1, 1] float32
                  in: model.branch1.0 (Conv2d 2 -> 1, 1x1) <- model.branch1 (Sequential) <- model (Inception 2 -> 7)
                  help: this layer expects [N, 2, H, W].
                """,
        },
    ];

    private static Linear Map(int from, int to, Rng rng, DType dtype) => new(from, to, rng: rng, dtype: dtype);
}
