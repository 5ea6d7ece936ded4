using ChainRule.Nn;

namespace ChainRule.Tests.NnTests;

/// <summary>One row a layer, or more where options change what it does. A layer without a row fails a test.</summary>
internal static class LayerRows
{
    public static readonly LayerRow[] All =
    [
        new()
        {
            Name = "Linear",
            Make = (rng, dtype) => new Linear(3, 2, rng: rng, dtype: dtype),
            Input = [4, 3],
            Output = [4, 2],
            State = ["weight [2, 3]", "bias [2]"],
            Summary = "Linear 3 -> 2",
            Wrong = [4, 5],
            Error = """
                Linear: expects [..., 3], got [4, 5].
                  x: [4, 5] float32    weight: [2, 3] float32
                  in: model (Linear 3 -> 2)
                  help: this layer expects [..., 3].
                """,
        },
        new()
        {
            Name = "Linear without bias",
            Make = (rng, dtype) => new Linear(3, 2, bias: false, rng: rng, dtype: dtype),
            Input = [2, 2, 3],
            Output = [2, 2, 2],
            State = ["weight [2, 3]"],
            Summary = "Linear 3 -> 2, no bias",
        },
        new()
        {
            Name = "Flatten",
            Make = (_, _) => new Flatten(),
            Input = [2, 3, 2, 2],
            Output = [2, 12],
            Summary = "Flatten",
        },
        new()
        {
            Name = "Flatten some",
            Make = (_, _) => new Flatten(1, 2),
            Input = [2, 3, 2, 2],
            Output = [2, 6, 2],
            Summary = "Flatten dims 1 to 2",
        },
        new() { Name = "Identity", Make = (_, _) => new Identity(), Input = [2, 3], Output = [2, 3], Summary = "Identity" },
        new() { Name = "Sigmoid", Make = (_, _) => new Sigmoid(), Input = [2, 3], Output = [2, 3], Summary = "Sigmoid" },
        new() { Name = "Tanh", Make = (_, _) => new Tanh(), Input = [2, 3], Output = [2, 3], Summary = "Tanh" },
        new()
        {
            Name = "Lambda",
            Make = (_, _) => new Lambda("square", x => x * x),
            Input = [2, 3],
            Output = [2, 3],
            Summary = "Lambda square",
        },
        new()
        {
            Name = "Sequential",
            Make = (rng, dtype) => new Sequential(new Linear(3, 4, rng: rng, dtype: dtype), new Tanh(), new Linear(4, 2, rng: rng, dtype: dtype)),
            Input = [5, 3],
            Output = [5, 2],
            State = ["0.weight [4, 3]", "0.bias [4]", "2.weight [2, 4]", "2.bias [2]"],
            Summary = "Sequential",
            Wrong = [5, 4],
            Error = """
                Linear: expects [..., 3], got [5, 4].
                  x: [5, 4] float32    weight: [4, 3] float32
                  in: model.0 (Linear 3 -> 4) <- model (Sequential)
                  help: this layer expects [..., 3].
                """,
        },
        new()
        {
            Name = "Residual",
            Make = (rng, dtype) => new Residual(new Linear(3, 3, rng: rng, dtype: dtype)),
            Input = [2, 3],
            Output = [2, 3],
            State = ["body.weight [3, 3]", "body.bias [3]"],
            Summary = "Residual",
        },
        new()
        {
            Name = "Residual with shortcut",
            Make = (rng, dtype) => new Residual(
                new Linear(3, 2, rng: rng, dtype: dtype), new Linear(3, 2, bias: false, rng: rng, dtype: dtype)),
            Input = [2, 3],
            Output = [2, 2],
            State = ["body.weight [2, 3]", "body.bias [2]", "shortcut.weight [2, 3]"],
            Summary = "Residual with shortcut",
        },
    ];

    public static LayerRow ByName(string name) => All.Single(r => r.Name == name);
}
