#:project ../src/ChainRule/ChainRule.csproj
#:property PublishAot=false

// Exclusive or: no straight line parts its two answers, so it takes a hidden layer. Two inputs, four hidden units, one
// output, and the whole training loop in sight.

using ChainRule;
using ChainRule.Nn;
using ChainRule.Optim;

Tensor x = Tensor.From(new[,] { { 0f, 0f }, { 0f, 1f }, { 1f, 0f }, { 1f, 1f } });
Tensor t = Tensor.From(new[,] { { 0f }, { 1f }, { 1f }, { 0f } });

Sequential model = [new Linear(2, 4), new Tanh(), new Linear(4, 1)];
var optimizer = new Adam(model.Parameters(), learningRate: 0.05);
for (int i = 1; i <= 300; i++)
{
    using var step = Step.Begin();
    Tensor loss = F.BinaryCrossEntropyWithLogits(model.Forward(x), t);
    loss.Backward();
    optimizer.Step();
    optimizer.ZeroGrad();
    if (i % 100 == 0) Console.WriteLine($"step {i}: loss {loss.Item():0.0000}");
}

float[] answers = model.Forward(x).Sigmoid().ToArray<float>();
for (int i = 0; i < 4; i++)
    Console.WriteLine($"{x[i, 0].Item()} xor {x[i, 1].Item()}: {answers[i]:0.00}");
return answers.Select(a => a > 0.5f).SequenceEqual([false, true, true, false]) ? 0 : 1;
