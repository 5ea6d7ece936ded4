using ChainRule.Nn;

namespace ChainRule.Tests.Optim;

/// <summary>Gradients given by hand.</summary>
internal static class Gradients
{
    /// <summary>Makes the gradient of a parameter these numbers, as a backward walk would.</summary>
    public static void Set(Parameter parameter, Tensor gradient)
    {
        parameter.Value.ZeroGrad();
        Tensor target = parameter.Value.GradTarget(out _);
        gradient.To(parameter.Value.DType).CopyDense(target);
    }

    public static void Set(Parameter parameter, params float[] values) =>
        Set(parameter, Tensor.From(values, parameter.Shape));

    public static Parameter Make(params float[] values) => new("p", Tensor.From(values));
}
