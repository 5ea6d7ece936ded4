using System.Globalization;
using System.Reflection;
using ChainRule.Nn;

namespace ChainRule.Tests.Errors;

/// <summary>
/// A constructor or method called with good arguments but one, which is out of every range it may have: a number of 0,
/// below it, far above or none at all, a value that its enum lacks, null.
/// </summary>
internal sealed class WrongOptions(MethodBase method, object? target, object?[] good)
{
    /// <summary>Calls with the good arguments; what they throw means that the test is wrong.</summary>
    /// <returns>What is wrong, or null.</returns>
    public string? CheckGood() => Record.Exception(() => Call(good)) is { } thrown
        ? $"{Name}: the arguments held to be good are refused: {thrown.GetType().Name}: {thrown.Message}"
        : null;

    /// <summary>Tries each wrong value of each argument.</summary>
    public void Try(ErrorText text)
    {
        ParameterInfo[] parameters = method.GetParameters();
        for (int i = 0; i < parameters.Length; i++)
        {
            foreach (object? wrong in Values(parameters[i]))
            {
                if (Equals(wrong, good[i])) continue;
                object?[] arguments = [.. good];
                arguments[i] = wrong;
                string name = parameters[i].Name!, value = Shown(wrong);
                text.Try($"{name} {value}", () => Call(arguments), Given(name, wrong, value));
            }
        }
    }

    private string Name => $"{method.DeclaringType!.Name}.{method.Name}";

    private static string Shown(object? value) => value switch
    {
        null => "null",
        Array array => array.Length == 0 ? "empty" : "one twice",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string[] Given(string name, object? wrong, string value)
    {
        if (wrong is null) return [name];
        return wrong switch
        {
            // Messages speak of the number within, or of the option by its name.
            Size2 or Size3 or Shape => [value, name, "kernel", "window", "expects"],
            Array => [name, "no parameters", "twice"],
            _ => [value, name, "expects"],
        };
    }

    private static IEnumerable<object?> Values(ParameterInfo parameter)
    {
        Type type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        if (type == typeof(int)) return [0, -1, 99];
        if (type == typeof(long)) return [0L, -1L, 99L];
        if (type == typeof(double)) return [0.0, -1.0, 99.0, double.NaN, double.PositiveInfinity];
        if (type == typeof(Size2)) return [new Size2(0, 1), new Size2(1, -1), new Size2(9, 9)];
        if (type == typeof(Size3)) return [new Size3(0, 1, 1), new Size3(1, 1, -1), new Size3(9, 9, 9)];
        if (type == typeof(ConvPadding)) return [(ConvPadding)(-1), (ConvPadding)new Size2(1, 2)];
        if (type == typeof(Shape)) return [(Shape)new[] { 0 }, (Shape)new[] { 99 }];
        if (type == typeof(DType)) return [DType.Int64, DType.Bool];
        if (type.IsEnum) return [Enum.ToObject(type, 99)];
        if (type.IsValueType) return [];
        Parameter one = new("p", Tensor.Ones([2]));
        if (type == typeof(IReadOnlyList<Parameter>)) return [null, Array.Empty<Parameter>(), new[] { one, one }];
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
            return [null, Array.CreateInstance(type.GetGenericArguments()[0], 0)];
        bool optional = new NullabilityInfoContext().Create(parameter).ReadState != NullabilityState.NotNull;
        return optional ? [] : [null];
    }

    private void Call(object?[] arguments)
    {
        try
        {
            if (method is ConstructorInfo constructor) constructor.Invoke(arguments);
            else method.Invoke(target, arguments);
        }
        catch (TargetInvocationException e)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e.InnerException!);
        }
    }
}
