using ChainRule.Models;
using ChainRule.Tests.Errors;

namespace ChainRule.Tests.ModelsTests;

public sealed class CircuitTests
{
    [Fact]
    public void Product_prints_values_and_derivatives_of_every_node()
    {
        var circuit = Circuit.Product(Tensor.Scalar(-2), Tensor.Scalar(5), Tensor.Scalar(-4));
        Assert.Equal(
            """
            x = -2   df/dx = -4
            y = 5   df/dy = -4
            z = -4   df/dz = 3
            q = 3   df/dq = -4
            f = -12   df/df = 1

            """, circuit.ToString());
    }

    [Fact]
    public void Neuron_has_the_value_and_the_derivatives_of_the_logistic_function()
    {
        Tensor w = Tensor.From(2.0, -3, -3), x = Tensor.From(-1.0, -2);
        var circuit = Circuit.SigmoidNeuron(w, x);
        double f = circuit.Value("f").Item(), slope = f * (1 - f);
        Assert.Equal(1 / (1 + Math.Exp(-1)), f, 1e-15);
        LinearAlgebraTests.AssertNear(
            [-slope, -2 * slope, slope], circuit.Derivative("w").ToArray<double>(), 1e-15);
        LinearAlgebraTests.AssertNear([2 * slope, -3 * slope], circuit.Derivative("x").ToArray<double>(), 1e-15);
        Assert.Equal(slope, circuit.Derivative("t").Item(), 1e-15);
        Assert.Equal(-slope, circuit.Derivative("n").Item(), 1e-15);
    }

    [Fact]
    public void Derivatives_are_those_of_the_last_node()
    {
        Circuit circuit = new();
        Tensor x = circuit.Input("x", Tensor.Scalar(3, DType.Float64));
        Tensor square = circuit.Node("square", x * x);
        Assert.Equal(6, circuit.Derivative("x").Item());
        circuit.Node("fourth", square * square);
        Assert.Equal(108, circuit.Derivative("x").Item());
        Assert.Equal(18, circuit.Derivative("square").Item());
        Assert.Equal(["x", "square", "fourth"], circuit.Names);
    }

    [Fact]
    public void Wrong_use_is_named()
    {
        Circuit circuit = new();
        Tensor x = circuit.Input("x", Tensor.Scalar(1));
        ErrorSnapshot.Throws<ArgumentException>(
            "Circuit: there is a node 'x' already. (Parameter 'name')", () => circuit.Node("x", x * 2));
        ErrorSnapshot.Throws<ArgumentException>(
            "Circuit: node 'c' depends on no input of the circuit. (Parameter 'value')",
            () => circuit.Node("c", Tensor.Scalar(1)));
        ErrorSnapshot.Throws<KeyNotFoundException>(
            "Circuit: there is no node 'y'; there are x.", () => circuit.Value("y"));
        ErrorSnapshot.Throws<ShapeException>(
            "Circuit: a neuron expects w [3] and x [2], got [2] and [2].",
            () => Circuit.SigmoidNeuron(Tensor.Zeros([2]), Tensor.Zeros([2])));
    }
}
