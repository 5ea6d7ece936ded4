namespace ChainRule.Optim;

/// <summary>A point of a line search: step length, value, gradient, and slope along the direction.</summary>
internal readonly record struct LinePoint(double Step, double Loss, double[] Gradient, double Slope);

/// <summary>
/// Finds a step length after which the value is lower by a share of what the slope promises and the slope is flat.
/// </summary>
/// <remarks>
/// Bracketing by cubic extrapolation, then zooming by cubic interpolation, as in minFunc and PyTorch. Source: Nocedal
/// and Wright, "Numerical optimization" (2006), algorithms 3.5 and 3.6.
/// </remarks>
internal static class StrongWolfe
{
    private const double Decrease = 1e-4, Curvature = 0.9;
    private const int Most = 25;

    /// <summary>Searches along a direction of descent.</summary>
    /// <param name="evaluate">The point at a step length.</param>
    /// <param name="start">The point at step length 0.</param>
    /// <param name="step">First length tried.</param>
    /// <param name="reach">Largest change of a parameter for a step length of 1.</param>
    /// <param name="leastChange">Where no parameter would change by more the search ends.</param>
    public static LinePoint Search(
        Func<double, LinePoint> evaluate, LinePoint start, double step, double reach, double leastChange)
    {
        LinePoint last = start, here = evaluate(step);
        LinePoint[] bracket = [];
        int count = 0;
        for (; count < Most && bracket.Length == 0; count++)
        {
            if (here.Loss > start.Loss + (Decrease * here.Step * start.Slope) || (count > 1 && here.Loss >= last.Loss))
                bracket = [last, here];
            else if (Math.Abs(here.Slope) <= -Curvature * start.Slope)
                return here;
            else if (here.Slope >= 0)
                bracket = [last, here];
            if (bracket.Length > 0) break;
            double next = Cubic(last, here, here.Step + (0.01 * (here.Step - last.Step)), here.Step * 10);
            last = here;
            here = evaluate(next);
        }
        return bracket.Length == 0
            ? start.Loss <= here.Loss ? start : here
            : Zoom(evaluate, start, bracket, count, reach, leastChange);
    }

    private static LinePoint Zoom(
        Func<double, LinePoint> evaluate, LinePoint start, LinePoint[] bracket, int count, double reach,
        double leastChange)
    {
        int low = bracket[0].Loss <= bracket[1].Loss ? 0 : 1;
        bool stuck = false;
        for (; count < Most; count++)
        {
            double least = Math.Min(bracket[0].Step, bracket[1].Step);
            double most = Math.Max(bracket[0].Step, bracket[1].Step);
            if ((most - least) * reach < leastChange) break;
            double step = Cubic(bracket[0], bracket[1], least, most), margin = 0.1 * (most - least);
            if (Math.Min(most - step, step - least) < margin)
            {
                // Too near an end to gain much: the first time is let through.
                bool move = stuck || step >= most || step <= least;
                if (move)
                    step = Math.Abs(step - most) < Math.Abs(step - least) ? most - margin : least + margin;
                stuck = !move;
            }
            else
            {
                stuck = false;
            }
            LinePoint here = evaluate(step);
            if (here.Loss > start.Loss + (Decrease * step * start.Slope) || here.Loss >= bracket[low].Loss)
            {
                bracket[1 - low] = here;
                low = bracket[0].Loss <= bracket[1].Loss ? 0 : 1;
                continue;
            }
            if (Math.Abs(here.Slope) <= -Curvature * start.Slope) return here;
            if (here.Slope * (bracket[1 - low].Step - bracket[low].Step) >= 0) bracket[1 - low] = bracket[low];
            bracket[low] = here;
        }
        return bracket[low];
    }

    // Minimum of the cubic with these values and slopes, kept within limits; the middle where it has none.
    private static double Cubic(LinePoint a, LinePoint b, double low, double high)
    {
        double d1 = a.Slope + b.Slope - (3 * (a.Loss - b.Loss) / (a.Step - b.Step));
        double square = (d1 * d1) - (a.Slope * b.Slope);
        if (!(square >= 0)) return (low + high) / 2;
        double d2 = Math.Sqrt(square);
        double best = a.Step <= b.Step
            ? b.Step - ((b.Step - a.Step) * ((b.Slope + d2 - d1) / (b.Slope - a.Slope + (2 * d2))))
            : a.Step - ((a.Step - b.Step) * ((a.Slope + d2 - d1) / (a.Slope - b.Slope + (2 * d2))));
        return Math.Min(Math.Max(best, low), high);
    }
}
