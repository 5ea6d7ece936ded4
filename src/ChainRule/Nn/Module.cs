using System.Globalization;
using System.Text;

namespace ChainRule.Nn;

/// <summary>
/// A part of a model that owns parameters, buffers and further modules. A layer from one tensor to one tensor derives
/// from
/// <see cref="Layer"/>; a part with several inputs or outputs derives from this class and has a Forward of its own.
/// </summary>
/// <remarks>
/// Registration happens by making: <see cref="AddParameter(string, Tensor)"/>, <see cref="AddBuffer"/>,
/// <see cref="AddModule{T}"/> in the constructor. Keys of the state are the names on the way down, joined by points, as
/// in PyTorch: "features.0.weight".
/// </remarks>
public abstract class Module
{
    private readonly List<(string Name, Parameter Value)> _parameters = [];
    private readonly List<(string Name, Tensor Value)> _buffers = [];
    private readonly List<(string Name, Rng Rng)> _generators = [];
    private readonly List<(string Name, Module Module)> _children = [];

    /// <summary>
    /// True while the model learns: dropout drops and batch norm uses the batch's statistics. True at first.
    /// </summary>
    public bool IsTraining { get; private set; } = true;

    /// <summary>Module this one was added to; null for the model itself.</summary>
    public Module? Parent { get; private set; }

    /// <summary>Name inside its parent; "model" where there is none.</summary>
    public string Name { get; private set; } = "model";

    /// <summary>Names from the model down to this module: "model.layers.2".</summary>
    public string Path => Parent is null ? Name : Parent.Path + "." + Name;

    /// <summary>Names below the model: "layers.2"; "model" for the model itself.</summary>
    internal string Key => Parent is null or { Parent: null } ? Name : Parent.Key + "." + Name;

    /// <summary>Modules added to this one, in order.</summary>
    public IReadOnlyList<(string Name, Module Module)> Children => _children;

    /// <summary>Kind and sizes in a few words: "Linear 128 -> 10". Override to tell more than the kind.</summary>
    public virtual string Summary => GetType().Name;

    /// <summary>
    /// Whether the modules added to this one run one after the other, each on what the one before gave. Override in a
    /// model of one's own for which that is so: drawings of it are then a chain.
    /// </summary>
    public virtual bool RunsInOrder => false;

    /// <summary>
    /// Multiply-adds that a pass forward takes by definition, those of modules within apart: override in a module that
    /// multiplies matrices itself. <see cref="ModelSummary"/> adds them up.
    /// </summary>
    /// <param name="input">Shape of the input, of the first where there are several.</param>
    /// <param name="output">Shape of the result.</param>
    protected internal virtual long MultiplyAdds(Shape input, Shape output) => 0;

    /// <summary>Learning mode, for this module and everything in it.</summary>
    public void Train() => SetMode(true);

    /// <summary>Evaluation mode, for this module and everything in it.</summary>
    public void Eval() => SetMode(false);

    /// <summary>
    /// Freezes every parameter of this module and of everything in it: none gets a gradient, optimisers leave them and
    /// their state alone, and layers before the first one that still learns cost no backward pass.
    /// </summary>
    /// <remarks>
    /// <code>
    /// backbone.Freeze();
    /// backbone.Eval();    // where batch normalisation is to keep its running statistics as well
    /// </code>
    /// Statistics are no parameters: in learning mode they go on moving. A trainer's checkpoint says what is frozen and
    /// which layers are in evaluation mode, and <c>Resume</c> brings it back; a saved model does not.
    /// </remarks>
    public void Freeze() => SetFrozen(true);

    /// <summary>Lets every parameter of this module and of everything in it learn again.</summary>
    public void Unfreeze() => SetFrozen(false);

    /// <summary>Every parameter, in the order of registration, with its key. A shared one is listed once.</summary>
    public IReadOnlyList<(string Key, Parameter Parameter)> NamedParameters()
    {
        List<(string, Parameter)> found = [];
        HashSet<Parameter> seen = [];
        Visit("", (prefix, module) =>
        {
            foreach ((string name, Parameter p) in module._parameters)
            {
                if (seen.Add(p)) found.Add((prefix + name, p));
            }
        });
        return found;
    }

    /// <summary>Every parameter, in the order of registration: what an optimiser takes.</summary>
    public IReadOnlyList<Parameter> Parameters() => [.. NamedParameters().Select(p => p.Parameter)];

    /// <summary>Parameters and buffers with their keys: all that a saved model holds.</summary>
    public IReadOnlyList<(string Key, Tensor Value)> State()
    {
        List<(string, Tensor)> found = [];
        HashSet<Tensor> seen = new(ReferenceEqualityComparer.Instance);
        Visit("", (prefix, module) =>
        {
            foreach ((string name, Parameter p) in module._parameters)
            {
                if (seen.Add(p.Value)) found.Add((prefix + name, p.Value));
            }
            foreach ((string name, Tensor value) in module._buffers)
            {
                if (seen.Add(value)) found.Add((prefix + name, value));
            }
        });
        return found;
    }

    /// <summary>Keys of the state, with those under which a shared tensor appears again.</summary>
    internal IReadOnlyList<string> StateKeys()
    {
        List<string> found = [];
        Visit("", (prefix, module) =>
        {
            found.AddRange(module._parameters.Select(p => prefix + p.Name));
            found.AddRange(module._buffers.Select(b => prefix + b.Name));
        });
        return found;
    }

    /// <summary>
    /// Random generators of the layers, such as those of dropout, with their keys: what a checkpoint keeps beside <see
    /// cref="State"/> so that a training goes on with the numbers it would have drawn. Set <see cref="Rng.State"/> to
    /// restore one.
    /// </summary>
    public IReadOnlyList<(string Key, Rng Rng)> Generators()
    {
        List<(string, Rng)> found = [];
        HashSet<Rng> seen = [];
        Visit("", (prefix, module) =>
        {
            foreach ((string name, Rng rng) in module._generators)
            {
                if (seen.Add(rng)) found.Add((prefix + name, rng));
            }
        });
        return found;
    }

    /// <summary>How many numbers the parameters hold.</summary>
    public long ParameterCount() => NamedParameters().Sum(p => (long)p.Parameter.Value.Count);

    /// <summary>Forgets all gradients.</summary>
    public void ZeroGrad()
    {
        foreach ((_, Parameter p) in NamedParameters()) p.Value.ZeroGrad();
    }

    /// <summary>
    /// Overwrites parameters and buffers with saved ones. Everything is checked before anything is changed, so a model
    /// is never left with half of a state.
    /// </summary>
    /// <param name="state">Tensors by key, as from <see cref="State"/>.</param>
    /// <param name="strict">False: keys that only one side has are left alone, and reported in the result.</param>
    /// <returns>What did not match, both lists empty where strict.</returns>
    /// <exception cref="CheckpointException">A key is missing or unknown (where strict), or a tensor has another shape
    /// or type than here.</exception>
    public StateMismatch LoadState(IReadOnlyDictionary<string, Tensor> state, bool strict = true)
    {
        ArgumentNullException.ThrowIfNull(state);
        return StateLoading.Load(this, state, strict);
    }

    /// <summary>The tree of modules, one a line, with the parameters that each owns itself, and their sum.</summary>
    public override string ToString()
    {
        List<(string Text, long Own)> lines = [];
        Print(lines, Name, 0);
        int width = lines.Max(l => l.Text.Length) + 2;
        StringBuilder text = new();
        foreach ((string line, long own) in lines)
        {
            if (own == 0) text.Append(line);
            else text.Append(CultureInfo.InvariantCulture, $"{line.PadRight(width)}{own,12:N0}");
            text.Append('\n');
        }
        return text.Append(CultureInfo.InvariantCulture, $"{ParameterCount():N0} parameters").ToString();
    }

    /// <summary>Registers a parameter.</summary>
    /// <param name="name">Name, as in PyTorch.</param>
    /// <param name="value">Start values, float32 or float64; copied.</param>
    /// <returns>The parameter.</returns>
    /// <exception cref="ArgumentException">The name is taken, empty or holds a point.</exception>
    /// <exception cref="GradException">The values are not of a floating-point type.</exception>
    protected Parameter AddParameter(string name, Tensor value)
    {
        ArgumentNullException.ThrowIfNull(value);
        CheckName(name);
        return AddParameter(name, new Parameter(name, value));
    }

    /// <summary>
    /// Registers a parameter of another module here too, so that both learn one set of numbers: the weights of an
    /// embedding and of the layer before its softmax, say. Lists name it once, by its first key.
    /// </summary>
    /// <param name="name">Name in this module, as in PyTorch.</param>
    /// <param name="shared">The other module's parameter.</param>
    /// <returns>The same parameter.</returns>
    /// <exception cref="ArgumentException">The name is taken, empty or holds a point.</exception>
    protected Parameter AddParameter(string name, Parameter shared)
    {
        ArgumentNullException.ThrowIfNull(shared);
        CheckName(name);
        _parameters.Add((name, shared));
        return shared;
    }

    /// <summary>Registers a tensor that is saved with the model but not learnt, such as running statistics.</summary>
    /// <param name="name">Name, as in PyTorch.</param>
    /// <param name="value">Start values; copied.</param>
    /// <returns>The tensor of the module's own.</returns>
    /// <exception cref="ArgumentException">The name is taken, empty or holds a point.</exception>
    protected Tensor AddBuffer(string name, Tensor value)
    {
        ArgumentNullException.ThrowIfNull(value);
        CheckName(name);
        Tensor owned = value.Detach();
        _buffers.Add((name, owned));
        return owned;
    }

    /// <summary>Registers a random generator, so that a checkpoint can keep where it stands.</summary>
    /// <param name="name">Name.</param>
    /// <param name="rng">Generator of this module's own: split it off one that is shared.</param>
    /// <returns>The generator.</returns>
    /// <exception cref="ArgumentException">The name is taken, empty or holds a point.</exception>
    protected Rng AddGenerator(string name, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(rng);
        CheckName(name);
        _generators.Add((name, rng));
        return rng;
    }

    /// <summary>Registers a module inside this one.</summary>
    /// <typeparam name="T">Kind of the module.</typeparam>
    /// <param name="name">Name, as in PyTorch.</param>
    /// <param name="module">The module. One that already has a parent is shared: its parameters keep their first
    /// key.</param>
    /// <returns>The module.</returns>
    /// <exception cref="ArgumentException">The name is taken, empty or holds a point, or the module would contain
    /// itself.</exception>
    protected T AddModule<T>(string name, T module)
        where T : Module
    {
        ArgumentNullException.ThrowIfNull(module);
        CheckName(name);
        if (module.Contains(this))
            throw new ArgumentException($"AddModule: {module.Summary} would contain itself.", nameof(module));
        _children.Add((name, module));
        if (module.Parent is null) (module.Parent, module.Name) = (this, name);
        return module;
    }

    /// <summary>Refuses a type that no parameter can have, in the layer's name.</summary>
    private protected void NeedFloat(DType dtype) => Tensor.NeedFloat(dtype, GetType().Name);

    private bool Contains(Module module) =>
        this == module || _children.Exists(c => c.Module.Contains(module));

    private void CheckName(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Contains('.'))
            throw new ArgumentException($"{GetType().Name}: a name must not hold a point, got '{name}'.", nameof(name));
        if (_parameters.Exists(p => p.Name == name) || _buffers.Exists(b => b.Name == name)
            || _children.Exists(c => c.Name == name) || _generators.Exists(g => g.Name == name))
        {
            throw new ArgumentException($"{GetType().Name}: there is already something named '{name}'.", nameof(name));
        }
    }

    private void SetFrozen(bool frozen)
    {
        foreach ((_, Parameter p) in NamedParameters())
        {
            if (frozen) p.Value.ZeroGrad();
            p.Frozen = frozen;
        }
    }

    private void SetMode(bool training)
    {
        IsTraining = training;
        foreach ((_, Module child) in _children) child.SetMode(training);
    }

    private void Visit(string prefix, Action<string, Module> action)
    {
        action(prefix, this);
        foreach ((string name, Module child) in _children) child.Visit(prefix + name + ".", action);
    }

    private void Print(List<(string Text, long Own)> lines, string name, int depth)
    {
        lines.Add(($"{new string(' ', 2 * depth)}{name}: {Summary}", _parameters.Sum(p => (long)p.Value.Value.Count)));
        foreach ((string childName, Module child) in _children) child.Print(lines, childName, depth + 1);
    }
}
