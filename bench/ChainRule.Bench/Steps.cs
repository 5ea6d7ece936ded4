using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ChainRule.Nn;
using ChainRule.Optim;

namespace ChainRule.Bench;

/// <summary>
/// Whole training steps through the public API: zero the gradients, forward, cross-entropy, backward, Adam, read the loss. The two
/// programs take turns, and the ratio of the medians of the turns is what counts.
/// </summary>
internal static class Steps
{
    private const string Usage = """
        dotnet run dev.cs -- bench steps [WORKLOAD ...] [--threads 1,2] [--rounds 5] [--seconds 1] [--no-peer] [--out FILE]
        """;

    public static int Run(string[] args)
    {
        Options options = new();
        if (!options.Read(args))
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }
        string reason = "--no-peer";
        Peer? peer = options.WithPeer ? Peer.Find(out reason) : null;
        Console.WriteLine(peer is null
            ? $"Peer: none: {reason}."
            : $"Peer: PyTorch {peer.Version} ({peer.Blas}), eager, the faster of its settings each turn.");
        if (peer is { IsFair: false })
            Console.WriteLine("The peer has no OpenBLAS here (Debian: apt-get install libopenblas0-pthread): its times mean nothing.");
        foreach (string missing in Workload.Missing) Console.WriteLine($"Not measured: {missing} (its layers are not in ChainRule yet).");
        Console.WriteLine($"{options.Rounds} turns each; medians in microseconds a step, ratio = peer / ChainRule.\n");
        Console.WriteLine($"{"workload",-14}{"threads",8}{"ChainRule",12}{"peer",12}{"ratio",8}{"bytes/step",12}{"gen 0/1/2 in turn",20}");
        List<string> lines = [];
        foreach (int threads in options.Threads)
        {
            foreach (Workload workload in Workload.All)
            {
                if (options.Names.Count == 0 || options.Names.Contains(workload.Name)) lines.Add(Row(workload, threads, peer, options));
            }
        }
        Console.WriteLine();
        foreach (string line in lines) Console.WriteLine(line);
        if (options.Out is not null) File.WriteAllLines(options.Out, lines);
        return 0;
    }

    private static string Row(Workload workload, int threads, Peer? peer, Options options)
    {
        Compute.Threads = threads;
        Session session = new(workload);
        session.Turn(0.5);                                           // compile and warm up
        List<double> ours = [], theirs = [];
        string setting = "";
        for (int round = 0; round < options.Rounds; round++)
        {
            ours.Add(session.Turn(options.Seconds));
            if (peer is null) continue;
            (double micros, setting) = peer.Measure(workload.Name, threads, options.Seconds);
            theirs.Add(micros);
        }
        double own = Median(ours), other = theirs.Count > 0 ? Median(theirs) : double.NaN;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{workload.Name,-14}{threads,8}{own,12:F1}{other,12:F1}{other / own,8:F2}{session.BytesPerStep,12}{session.Collections,20}"));
        using MemoryStream buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("suite", "steps");
            writer.WriteString("workload", workload.Name);
            writer.WriteNumber("threads", threads);
            writer.WriteNumber("simd_bits", Compute.SimdBits);
            writer.WriteNumber("rounds", options.Rounds);
            writer.WriteNumber("chainrule_us", Math.Round(own, 2));
            writer.WriteNumber("bytes_per_step", session.BytesPerStep);
            if (peer is not null)
            {
                writer.WriteString("peer", "PyTorch " + peer.Version);
                writer.WriteString("peer_blas", peer.Blas);
                writer.WriteString("peer_setting", setting);
                writer.WriteNumber("peer_us", Math.Round(other, 2));
                writer.WriteNumber("ratio", Math.Round(other / own, 3));
            }
            writer.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private sealed class Session
    {
        private readonly Layer _model;
        private readonly Adam _optimizer;
        private readonly Tensor _input;
        private readonly Tensor _target;

        public Session(Workload workload)
        {
            Rng rng = new(1);
            _model = workload.Model(rng);
            // A tiny rate, so that the one batch is not learnt by heart: saturated networks make denormal numbers.
            _optimizer = new Adam(_model.Parameters(), learningRate: 1e-6);
            _input = Tensor.Rand(workload.Input, rng);
            long[] labels = new long[workload.Targets];
            for (int i = 0; i < labels.Length; i++) labels[i] = rng.NextInt(workload.Classes);
            _target = Tensor.From(labels);
        }

        public long BytesPerStep { get; private set; }

        public string Collections { get; private set; } = "";

        /// <summary>Runs steps for a while and returns the median time of one, in microseconds.</summary>
        public double Turn(double seconds)
        {
            List<double> times = new(1 << 20);
            int g0 = GC.CollectionCount(0), g1 = GC.CollectionCount(1), g2 = GC.CollectionCount(2);
            long bytes = GC.GetAllocatedBytesForCurrentThread();
            long end = Stopwatch.GetTimestamp() + (long)(seconds * Stopwatch.Frequency);
            for (long now = 0; now < end && times.Count < times.Capacity;)
            {
                long begin = Stopwatch.GetTimestamp();
                TrainStep();
                now = Stopwatch.GetTimestamp();
                times.Add(Stopwatch.GetElapsedTime(begin, now).TotalMicroseconds);
            }
            BytesPerStep = (GC.GetAllocatedBytesForCurrentThread() - bytes) / times.Count;
            Collections = $"{GC.CollectionCount(0) - g0}/{GC.CollectionCount(1) - g1}/{GC.CollectionCount(2) - g2}";
            return Median(times);
        }

        private void TrainStep()
        {
            using Step step = Step.Begin();
            _optimizer.ZeroGrad();
            Tensor loss = F.CrossEntropy(_model.Forward(_input), _target);
            loss.Backward();
            _optimizer.Step();
            if (!double.IsFinite(loss.Item())) throw new InvalidOperationException("the loss is not finite.");
        }
    }

    private sealed class Options
    {
        public List<string> Names { get; } = [];

        public List<int> Threads { get; private set; } = [1, Math.Min(2, Environment.ProcessorCount)];

        public int Rounds { get; private set; } = 5;

        public double Seconds { get; private set; } = 1;

        public bool WithPeer { get; private set; } = true;

        public string? Out { get; private set; }

        public bool Read(string[] args)
        {
            for (int i = 0; i < args.Length; i++)
            {
                bool more = i + 1 < args.Length;
                if (args[i] == "--no-peer") WithPeer = false;
                else if (args[i] == "--threads" && more) Threads = [.. args[++i].Split(',').Select(int.Parse)];
                else if (args[i] == "--rounds" && more) Rounds = int.Parse(args[++i]);
                else if (args[i] == "--seconds" && more) Seconds = double.Parse(args[++i], CultureInfo.InvariantCulture);
                else if (args[i] == "--out" && more) Out = args[++i];
                else if (Workload.All.Any(w => w.Name == args[i])) Names.Add(args[i]);
                else return false;
            }
            return true;
        }
    }
}
