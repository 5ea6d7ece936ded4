using System.Diagnostics;
using System.Globalization;
using ChainRule.Nn;

namespace ChainRule.Formats;

/// <summary>Writes what TensorBoard shows, into a file of its own in a folder.</summary>
/// <remarks><code>
/// using var events = new EventWriter("runs/first");
/// events.AddScalar("loss", 0.3, step: 1);
/// </code>
/// Where the folder holds files already, TensorBoard shows all of them as one run. What is written is handed to the
/// system at least every second that something is added, and by <see cref="Flush"/>. For one thread.
/// </remarks>
public sealed class EventWriter : IDisposable
{
    private const int Buckets = 30;                                  // as many as TensorBoard draws

    private readonly FileStream _file;
    private readonly TimeProvider _clock;
    private readonly Stopwatch _sinceFlush = Stopwatch.StartNew();

    /// <summary>Begins a file.</summary>
    /// <param name="folder">Folder of the run; made where it is missing.</param>
    /// <param name="clock">Gives the time of events; null for the system's.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public EventWriter(string folder, TimeProvider? clock = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _clock = clock ?? TimeProvider.System;
        Directory.CreateDirectory(folder);
        Path = FreeName(folder, _clock.GetUtcNow().ToUnixTimeSeconds());
        _file = new FileStream(Path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite, 1 << 16);
        Add(0, e => e.Text(3, "brain.Event:2"));
        Flush();
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Says that a training goes on: later steps of files before this one are void.</summary>
    /// <param name="step">The first step to come.</param>
    public void AddStart(long step) => Add(step, e => e.Part(7, session => session.Whole(1, 1)));

    /// <summary>Adds a number to a curve.</summary>
    /// <param name="tag">Name of the curve; what stands before a slash groups it.</param>
    /// <param name="value">The number; kept as float32, NaN and infinities too.</param>
    /// <param name="step">Its place on the curve.</param>
    public void AddScalar(string tag, double value, long step) =>
        AddValue(tag, step, v => v.Float(2, (float)value));

    /// <summary>Adds the distribution of numbers, in 30 intervals of one width.</summary>
    /// <param name="tag">Name of the distribution.</param>
    /// <param name="values"><c>...</c> numbers; those that are not finite are left out.</param>
    /// <param name="step">Step of training.</param>
    public void AddHistogram(string tag, Tensor values, long step)
    {
        ArgumentNullException.ThrowIfNull(values);
        double min = double.PositiveInfinity, max = double.NegativeInfinity, sum = 0, squares = 0;
        double[] numbers = Array.FindAll(Numbers(values), double.IsFinite);
        foreach (double x in numbers)
        {
            (min, max) = (Math.Min(min, x), Math.Max(max, x));
            (sum, squares) = (sum + x, squares + x * x);
        }
        if (numbers.Length == 0) (min, max) = (0, 0);
        int count = max > min ? Buckets : 1;
        double[] limits = new double[count], counts = new double[count];
        for (int i = 0; i < count; i++)
        {
            double share = (i + 1.0) / count, limit = min * (1 - share) + max * share;
            limits[i] = i == count - 1 ? max : Math.Clamp(limit, i == 0 ? min : limits[i - 1], max);
        }
        foreach (double x in numbers)
        {
            double place = max > min ? (x / 2 - min / 2) / (max / 2 - min / 2) * count : 0;
            counts[Math.Min((int)place, count - 1)]++;
        }
        AddValue(tag, step, v => v.Part(5, h => h.Double(1, min).Double(2, max).Double(3, numbers.Length)
            .Double(4, sum).Double(5, squares).Doubles(6, limits).Doubles(7, counts)));
    }

    /// <summary>Adds a picture.</summary>
    /// <param name="tag">Name of the picture.</param>
    /// <param name="picture">The picture.</param>
    /// <param name="step">Step of training.</param>
    public void AddImage(string tag, PngImage picture, long step)
    {
        ArgumentNullException.ThrowIfNull(picture);
        byte[] encoded = picture.Encode();
        AddValue(tag, step, v => v.Part(4, i => i.Whole(1, picture.Height).Whole(2, picture.Width)
            .Whole(3, picture.Channels).Bytes(4, encoded)));
    }

    /// <summary>Adds a picture of numbers.</summary>
    /// <param name="tag">Name of the picture.</param>
    /// <param name="pixels"><c>[H, W]</c> or <c>[C, H, W]</c>, C = 1, 3 or 4: 0 dark, 1 full; others are cut off, NaN
    /// is dark.</param>
    /// <param name="step">Step of training.</param>
    /// <exception cref="ShapeException">The tensor is of another shape.</exception>
    public void AddImage(string tag, Tensor pixels, long step)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        int channels = pixels.Rank == 3 ? pixels.Shape[0] : 1;
        if (pixels.Rank is not (2 or 3) || channels is not (1 or 3 or 4) || pixels.Count == 0)
        {
            throw new ShapeException(
                $"AddImage: pixels are {pixels.Shape}; expected [H, W] or [C, H, W] with C = 1, 3 or 4.",
                pixels.Shape);
        }
        double[] x = Numbers(pixels);
        int points = x.Length / channels;
        byte[] bytes = new byte[x.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            double value = x[i % channels * points + i / channels];
            bytes[i] = (byte)(double.IsNaN(value) ? 0 : Math.Round(255 * Math.Clamp(value, 0, 1)));
        }
        AddImage(tag, new PngImage(pixels.Shape[^1], pixels.Shape[^2], channels, bytes), step);
    }

    /// <summary>Adds a text.</summary>
    /// <param name="tag">Name of the text.</param>
    /// <param name="markdown">The text; TensorBoard shows it as Markdown.</param>
    /// <param name="step">Step of training.</param>
    public void AddText(string tag, string markdown, long step)
    {
        ArgumentNullException.ThrowIfNull(markdown);
        // A tensor of one string (dtype 7, shape [1]), with the metadata of the plugin that shows texts.
        AddValue(tag, step, v => v
            .Part(8, tensor => tensor.Whole(1, 7).Part(2, shape => shape.Part(2, dim => dim.Whole(1, 1)))
                .Text(8, markdown))
            .Part(9, metadata => metadata.Part(1, plugin => plugin.Text(1, "text"))));
    }

    /// <summary>Adds the tree of a model's layers.</summary>
    /// <param name="model">The model.</param>
    /// <remarks>
    /// Layers of a <see cref="Sequential"/> follow one another; the parts of any other module are drawn side by side,
    /// from its input to its result, whatever it does with them.
    /// </remarks>
    public void AddGraph(Module model)
    {
        ArgumentNullException.ThrowIfNull(model);
        EventMessage graph = new();
        AddNode(graph, "input", "Input", []);
        AddModule(graph, model, model.Name, "input");
        graph.Part(4, versions => versions.Whole(1, 22));
        Add(0, e => e.Bytes(4, graph.Encoded));
    }

    /// <summary>Hands what was added to the system, for others to read.</summary>
    public void Flush()
    {
        _file.Flush();
        _sinceFlush.Restart();
    }

    /// <summary>Flushes and closes the file.</summary>
    public void Dispose() => _file.Dispose();

    private static double[] Numbers(Tensor values)
    {
        using NoGrad.Scope _ = NoGrad.Begin();
        return values.To(DType.Float64).ToArray<double>();
    }

    // A file that an earlier run of the same second left stands first in TensorBoard's order: the order of names.
    private static string FreeName(string folder, long seconds)
    {
        for (int i = 0; ; i++)
        {
            string path = System.IO.Path.Combine(folder, string.Create(
                CultureInfo.InvariantCulture, $"events.out.tfevents.{seconds:D10}.chainrule.{i:D4}"));
            if (!File.Exists(path)) return path;
        }
    }

    private static string AddModule(EventMessage graph, Module module, string name, string input)
    {
        if (module.Children.Count == 0) return AddNode(graph, name, module.Summary, [input]);
        if (module is Sequential)
        {
            foreach ((string child, Module part) in module.Children)
                input = AddModule(graph, part, $"{name}/{child}", input);
            return input;
        }
        List<string> results = [];
        foreach ((string child, Module part) in module.Children)
            results.Add(AddModule(graph, part, $"{name}/{child}", input));
        return AddNode(graph, $"{name}/result", module.GetType().Name, results);
    }

    private static string AddNode(EventMessage graph, string name, string kind, IReadOnlyList<string> inputs)
    {
        graph.Part(1, node =>
        {
            node.Text(1, name).Text(2, kind);
            foreach (string input in inputs) node.Text(3, input);
        });
        return name;
    }

    private void AddValue(string tag, long step, Action<EventMessage> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(tag);
        Add(step, e => e.Part(5, summary => summary.Part(1, value => write(value.Text(1, tag)))));
    }

    private void Add(long step, Action<EventMessage> write)
    {
        EventMessage message = new();
        message.Double(1, _clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0).Whole(2, step);
        write(message);
        RecordFile.Write(_file, message.Encoded);
        if (_sinceFlush.ElapsedMilliseconds >= 1000) Flush();
    }
}
