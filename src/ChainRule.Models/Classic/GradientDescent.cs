using ChainRule.Nn;
using ChainRule.Optim;

namespace ChainRule.Models;

/// <summary>Why a descent ended.</summary>
public enum DescentStop
{
    /// <summary>All steps were made.</summary>
    MaxSteps,

    /// <summary>The gradient had become short enough.</summary>
    Gradient,

    /// <summary>The last step was short enough.</summary>
    Step,

    /// <summary>The last step changed the value little enough.</summary>
    Value,

    /// <summary>A number was no longer finite: the learning rate is too large, or there is no minimum.</summary>
    Diverged,
}

/// <summary>
/// When a descent ends, and how its rate falls; rules left at null are not asked. All are asked at the start and after
/// every step; where several hold, the reason given is the first of diverged, gradient, step, value.
/// </summary>
public sealed record DescentOptions
{
    /// <summary>Steps after which to end in any case, 0 or more.</summary>
    public int MaxSteps { get; init; } = 1000;

    /// <summary>End at a point whose gradient has at most this 2-norm.</summary>
    public double? GradientTolerance { get; init; }

    /// <summary>End after a step of at most this 2-norm.</summary>
    public double? StepTolerance { get; init; }

    /// <summary>End after a step that changed the value by at most this much.</summary>
    public double? ValueTolerance { get; init; }

    /// <summary>
    /// Share of the learning rate that step k takes, k counted from 0: <c>k => 1.0 / (1 + k)</c> for steps that get
    /// shorter. All of it if null.
    /// </summary>
    public Func<int, double>? RateFactor { get; init; }

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(MaxSteps);
        Check(GradientTolerance, nameof(GradientTolerance));
        Check(StepTolerance, nameof(StepTolerance));
        Check(ValueTolerance, nameof(ValueTolerance));
    }

    private static void Check(double? tolerance, string name)
    {
        if (tolerance is null or >= 0) return;
        throw new ArgumentOutOfRangeException(
            name, FormattableString.Invariant($"{name} is {tolerance}; expected 0 or more."));
    }
}

/// <summary>Where a descent went. Row 0 is the start.</summary>
/// <param name="Points"><c>[steps + 1, n]</c>: the points.</param>
/// <param name="Values"><c>[steps + 1]</c>: the function there.</param>
/// <param name="Gradients"><c>[steps + 1, n]</c>: its gradient there.</param>
/// <param name="Stop">Why it ended.</param>
public sealed record DescentPath(Tensor Points, Tensor Values, Tensor Gradients, DescentStop Stop)
{
    /// <summary>Steps made.</summary>
    public int Steps => Values.Count - 1;

    /// <summary>The last point, <c>[n]</c>.</summary>
    public Tensor Last => Points[Steps];

    /// <summary>How far each point lies from another, in the 2-norm.</summary>
    /// <param name="target"><c>[n]</c> in the type of the points: the minimum, say.</param>
    /// <returns><c>[steps + 1]</c>.</returns>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public Tensor DistanceTo(Tensor target) => (Points - target).Square().Sum(1).Sqrt();
}

/// <summary>
/// Minimises functions by following their gradient downhill, and keeps the whole path, to be plotted and understood.
/// </summary>
/// <remarks>
/// Computes in the type of the start.
/// <code>
/// Tensor start = Tensor.From(4.0, -2.0);
/// DescentPath path = GradientDescent.Minimize(x => x.Square().Sum(), start, learningRate: 0.1);
/// DescentPath adam = GradientDescent.Minimize(x => x.Square().Sum(), start, p => new Adam(p, 0.5));
/// DescentPath signs = GradientDescent.Minimize(
///     x => x.Square().Sum(), start, p => new SignDescent(p, 1), new() { RateFactor = k => 1.0 / (1 + k) });
/// </code>
/// </remarks>
public static class GradientDescent
{
    /// <summary>
    /// Steps v = momentum v - rate grad f(x), x = x + v: plain gradient descent, or with momentum a heavy ball.
    /// </summary>
    /// <param name="function">Function of one tensor with a single number as its result.</param>
    /// <param name="start"><c>[n]</c> float32 or float64: where to begin.</param>
    /// <param name="learningRate">The rate, above 0.</param>
    /// <param name="momentum">Share of the last step that is kept, 0 or more and below 1.</param>
    /// <param name="options">When to end; after 1000 steps if left out.</param>
    /// <returns>The path.</returns>
    /// <exception cref="ShapeException">
    /// The start is no vector, or the function has more than one result.
    /// </exception>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    public static DescentPath Minimize(
        Func<Tensor, Tensor> function, Tensor start, double learningRate, double momentum = 0,
        DescentOptions? options = null) =>
        Minimize(function, start, p => new Sgd(p, learningRate, momentum), options);

    /// <summary>Steps of any optimiser.</summary>
    /// <param name="function">Function of one tensor with a single number as its result.</param>
    /// <param name="start"><c>[n]</c> float32 or float64: where to begin.</param>
    /// <param name="optimizer">Makes the optimiser of the point.</param>
    /// <param name="options">When to end; after 1000 steps if left out.</param>
    /// <returns>The path.</returns>
    /// <exception cref="ShapeException">
    /// The start is no vector, or the function has more than one result.
    /// </exception>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    public static DescentPath Minimize(
        Func<Tensor, Tensor> function, Tensor start, Func<IReadOnlyList<Parameter>, Optimizer> optimizer,
        DescentOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(optimizer);
        options ??= new();
        options.Check();
        if (start.Rank != 1)
            throw new ShapeException($"GradientDescent: the start must be [n], got {start.Shape}.", start.Shape);
        ClassicInput.NeedFloat("GradientDescent", start, "the start");

        Place place = new(start);
        Optimizer rule = optimizer([place.X]);
        double rate = rule.LearningRate;
        List<Tensor> points = [], gradients = [];
        List<double> values = [];
        while (true)
        {
            rule.ZeroGrad();
            Tensor value = function(place.X);
            if (value.RequiresGrad) value.Backward();
            points.Add(place.X.Value.Detach());
            gradients.Add(place.X.Grad?.Detach() ?? Tensor.Zeros(start.Shape, place.X.Value.DType));
            values.Add(value.Item());
            if (Ended(options, points, values, gradients[^1]) is { } stop)
            {
                return new(
                    Tensor.Stack(points), Tensor.From(values.ToArray()).To(points[0].DType), Tensor.Stack(gradients),
                    stop);
            }
            if (options.RateFactor is { } factor) rule.LearningRate = rate * factor(values.Count - 1);
            rule.Step();
        }
    }

    private static DescentStop? Ended(DescentOptions options, List<Tensor> points, List<double> values, Tensor gradient)
    {
        double slope = Norm(gradient);
        if (!double.IsFinite(slope + values[^1])) return DescentStop.Diverged;
        if (slope <= options.GradientTolerance) return DescentStop.Gradient;
        if (points.Count > 1)
        {
            if (Norm(points[^1] - points[^2]) <= options.StepTolerance) return DescentStop.Step;
            if (Math.Abs(values[^1] - values[^2]) <= options.ValueTolerance) return DescentStop.Value;
        }
        return points.Count > options.MaxSteps ? DescentStop.MaxSteps : null;
    }

    private static double Norm(Tensor x) => Math.Sqrt(x.To(DType.Float64).Square().Sum().Item());

    /// <summary>The point that moves, as what an optimiser takes.</summary>
    private sealed class Place : Module
    {
        public Place(Tensor start) => X = AddParameter("x", start);

        public Parameter X { get; }
    }
}

/// <summary>Steps of one length along every axis, whatever the slope: x = x - rate sign(grad f(x)).</summary>
/// <remarks>With a fixed rate it circles a minimum at that distance; with one that falls it gets there.</remarks>
public sealed class SignDescent : TensorOptimizer
{
    /// <summary>An optimiser of parameters.</summary>
    /// <param name="parameters">What is moved.</param>
    /// <param name="learningRate">Length of a step along each axis, 0 or more.</param>
    /// <exception cref="ArgumentException">There are no parameters, or the rate is out of range.</exception>
    public SignDescent(IReadOnlyList<Parameter> parameters, double learningRate)
        : base([ParameterGroup.Of(parameters, new Options { LearningRate = learningRate })])
    {
    }

    /// <inheritdoc/>
    protected override Tensor Update(ParameterUpdate update) =>
        update.Value - (update.LearningRate * update.Gradient.Sign());

    private sealed record Options : OptimizerOptions;
}
