using System.Runtime.CompilerServices;

namespace ChainRule.Nn;

/// <summary>Writes down what the modules run by this thread give, until disposed.</summary>
internal sealed class ForwardTrace : IDisposable
{
    [ThreadStatic]
    private static ForwardTrace? t_current;

    private readonly ForwardTrace? _before = t_current;
    private readonly Dictionary<Module, Record> _records = new(ReferenceEqualityComparer.Instance);

    public ForwardTrace() => t_current = this;

    /// <summary>The trace of this thread; null where nothing is traced.</summary>
    public static ForwardTrace? Current => t_current;

    public void Dispose() => t_current = _before;

    /// <summary>A module has run.</summary>
    public void Note(Module module, Tensor input, object? result)
    {
        if (TensorOf(result) is { } output) Note(module, output, module.MultiplyAdds(input.Shape, output.Shape));
    }

    /// <summary>A module has run that counts its work itself.</summary>
    public void Note(Module module, Tensor output, long multiplyAdds)
    {
        if (!_records.TryGetValue(module, out Record? record)) _records.Add(module, record = new Record());
        record.Output = output.Shape;
        record.Bytes += (long)output.Count * output.DType.Size();
        record.MultiplyAdds += multiplyAdds;
    }

    /// <summary>What was written down of a module; null where it was not run.</summary>
    public Record? this[Module module] => _records.GetValueOrDefault(module);

    // Of several results, an output and states, the first.
    private static Tensor? TensorOf(object? result) => result switch
    {
        Tensor tensor => tensor,
        Tensor[] { Length: > 0 } all => all[0],
        ITuple { Length: > 0 } tuple => tuple[0] as Tensor,
        _ => null,
    };

    /// <summary>What a module gave, over all its runs.</summary>
    internal sealed class Record
    {
        public Shape Output { get; set; }

        public long Bytes { get; set; }

        public long MultiplyAdds { get; set; }
    }
}
