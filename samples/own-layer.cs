#:project ../src/ChainRule/ChainRule.csproj
#:property PublishAot=false

// A layer of one's own: a bump exp(-(x - centre)^2 width) for each hidden unit, whose centre and width are learnt. Its
// gradient is checked against differences, then a network of such bumps learns one period of a sine.

using ChainRule;
using ChainRule.Nn;
using ChainRule.Optim;

Tensor at = Tensor.Randn([5, 1], new Rng(seed: 1), dtype: DType.Float64);
GradCheckResult check = GradCheck.Run(x => new Bumps(3, DType.Float64).Forward(x[0]), [at]);
Console.WriteLine($"gradient check {check}");

Tensor angle = Tensor.Linspace(-Math.PI, Math.PI, 64).Reshape(64, 1);
Tensor sine = angle.Sin();
Sequential model = [new Bumps(8), new Linear(8, 1)];
var optimizer = new Adam(model.Parameters(), learningRate: 0.03);
double error = 0;
for (int i = 0; i < 500; i++)
{
    using var step = Step.Begin();
    Tensor loss = F.MseLoss(model.Forward(angle), sine);
    loss.Backward();
    optimizer.Step();
    optimizer.ZeroGrad();
    error = Math.Sqrt(loss.Item());
}
Console.WriteLine(model);
Console.WriteLine($"root of the mean squared error: {error:0.0000}");
return check.Passed && error < 0.05 ? 0 : 1;

/// <summary>
/// Radial basis functions: y[n, k] = exp(-(x[n] - centre[k])^2 width[k]). Takes [N, 1], gives [N, units].
/// </summary>
internal sealed class Bumps : Layer
{
    private readonly Parameter _centre, _width;

    public Bumps(int units, DType dtype = DType.Float32)
    {
        _centre = AddParameter("centre", Tensor.Linspace(-3, 3, units, dtype));
        _width = AddParameter("width", Init.Ones([units], dtype));
    }

    public override string Summary => $"Bumps {_centre.Shape[0]}";

    protected override Tensor ForwardCore(Tensor x) => (-(x - _centre).Square() * _width).Exp();
}
