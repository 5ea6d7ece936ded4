namespace ChainRule;

/// <summary>Kind of hardware that holds a tensor's numbers.</summary>
public enum DeviceKind : byte
{
    /// <summary>Main memory, managed kernels.</summary>
    Cpu,
}

/// <summary>Where a tensor's numbers lie.</summary>
/// <param name="Kind">Kind of hardware.</param>
/// <param name="Index">Number of the device among those of its kind, from 0.</param>
public readonly record struct Device(DeviceKind Kind, int Index = 0)
{
    /// <summary>The processor's own memory.</summary>
    public static Device Cpu => default;

    /// <inheritdoc/>
    public override string ToString() => Kind == DeviceKind.Cpu ? "cpu" : $"{Kind}:{Index}";
}
