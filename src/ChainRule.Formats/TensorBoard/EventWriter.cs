using System.Diagnostics;
using System.Globalization;
using ChainRule.Nn;

namespace ChainRule.Formats;

/// <summary>Writes what TensorBoard shows, into a file of its own in a folder.</summary>
/// <remarks><code>
/// using var events = new EventWriter("runs/first");
/// events.AddScalar("loss", 0.3, step: 1);
/// </code>
/// Where the folder holds files already, TensorBoard shows all of them as one run, and watches only the newest for what
/// is still to come: one writer at a time. What is written is handed to the system at least every second that something
/// is added, and by <see cref="Flush"/>. For one thread.
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

    /// <summary>Says that a training begins or goes on: this step and later ones are void in all that the folder's
    /// files hold so far.</summary>
    /// <param name="step">The first step to come.</param>
    public void AddStart(long step)
    {
        // Twice: TensorBoard takes the first start in a folder for the run's own, which voids nothing.
        for (int i = 0; i < 2; i++) Add(step, e => e.Part(7, session => session.Whole(1, 1)));
    }

    /// <summary>Adds a number to a curve.</summary>
    /// <param name="tag">Name of the curve; what stands before a slash groups it.</param>
    /// <param name="value">The number; kept as float32, NaN and infinities too.</param>
    /// <param name="step">Its place on the curve.</param>
    public void AddScalar(string tag, double value, long step) =>
        AddValue(tag, step, v => v.Float(2, (float)value));

    /// <summary>Adds the distribution of numbers, in up to 30 intervals of one width.</summary>
    /// <param name="tag">Name of the distribution.</param>
    /// <param name="values"><c>...</c> numbers; those that are not finite are left out, those beyond float32 count as
    /// its largest.</param>
    /// <param name="step">Step of training.</param>
    public void AddHistogram(string tag, Tensor values, long step)
    {
        ArgumentNullException.ThrowIfNull(values);
        double min = double.PositiveInfinity, max = double.NegativeInfinity, sum = 0, squares = 0;
        double[] numbers = Array.FindAll(Numbers(values), double.IsFinite);
        for (int i = 0; i < numbers.Length; i++)
        {
            double x = numbers[i] = Math.Clamp(numbers[i], -float.MaxValue, float.MaxValue);
            (min, max) = (Math.Min(min, x), Math.Max(max, x));
            (sum, squares) = (sum + x, squares + x * x);
        }
        if (numbers.Length == 0) (min, max) = (0, 0);
        double[] limits = numbers.Length == 0 ? [0] : Limits(ref min, ref max), counts = new double[limits.Length];
        double scale = limits.Length / (max - min);
        foreach (double x in numbers)
        {
            int i = Math.Min((int)((x - min) * scale), limits.Length - 1);   // next to the right one, or it
            while (i + 1 < limits.Length && x >= limits[i]) i++;
            while (i > 0 && x < limits[i - 1]) i--;
            counts[i]++;
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
        // A tensor of rank 0 (others are shown as tables) and dtype 7, a string, for the plugin that shows texts.
        AddValue(tag, step, v => v
            .Part(8, tensor => tensor.Whole(1, 7).Part(2, _ => { }).Text(8, markdown))
            .Part(9, metadata => metadata.Part(1, plugin => plugin.Text(1, "text"))));
    }

    /// <summary>Adds the tree of a model's layers.</summary>
    /// <param name="model">The model.</param>
    /// <param name="step">Step of training; of several graphs that of the last step is shown.</param>
    /// <remarks>
    /// Parts of a module that <see cref="Module.RunsInOrder"/> follow one another, those of a <see cref="Network"/> are
    /// connected as they are; the parts of any other module are drawn side by side, from its input to its result,
    /// whatever it does with them.
    /// </remarks>
    public void AddGraph(Module model, long step = 0)
    {
        ArgumentNullException.ThrowIfNull(model);
        byte[] graph = ModelGraph.Encode(model);
        Add(step, e => e.Bytes(4, graph));
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

    // TensorBoard takes limits for float32 and draws nothing of an interval without width: each limit is a float32
    // above the one before, and numbers that are one float32 lie between its neighbours.
    private static double[] Limits(ref double min, ref double max)
    {
        float low = (float)min, high = (float)max;
        if (low == high)
        {
            min = Math.Max(MathF.BitDecrement(low), -float.MaxValue);
            max = Math.Min(MathF.BitIncrement(high), float.MaxValue);
            return [max];
        }
        List<double> limits = [];
        for (int i = 1; i < Buckets; i++)
        {
            float limit = (float)(min + (max - min) * i / Buckets);
            if (limit <= low || limit >= high) continue;
            limits.Add(limit);
            low = limit;
        }
        return [.. limits, max];
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
