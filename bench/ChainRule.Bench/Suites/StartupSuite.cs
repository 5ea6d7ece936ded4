using System.Diagnostics;

namespace ChainRule.Bench;

/// <summary>
/// From the start of a process to the end of its first training step, as a user waits for it: a process of this
/// program, as built and as published with ReadyToRun, beside one of Python that imports torch. Each says when the step
/// is done; the time is read here.
/// </summary>
internal static class StartupSuite
{
    /// <summary>The argument that makes this program do one step of a workload.</summary>
    public const string ChildArgument = "startup-child";

    private static readonly string[] Cases = ["iris_mlp", "mnist_cnn"];

    public static int Run(string[] args)
    {
        SuiteOptions? options = SuiteOptions.Read("startup", args, Cases, rounds: 5, seconds: 1);
        if (options is null) return 2;
        Report report = new(
            "startup", options, new("case", -14), new("program", -10), new("threads", 8), new("ChainRule", 12),
            new("peer", 12), new("ratio", 8));
        Peak.Print(options, report);
        string reason = "--no-peer";
        PyTorch? torch = options.WithPeer ? PyTorch.Find(out reason) : null;
        Console.WriteLine(torch is null ? $"Peer: none: {reason}." : $"Peer: PyTorch {torch.Version}.");
        (string Name, string? Library)[] programs = [("built", null), ("published", Published())];
        if (programs[1].Library is null)
            Console.WriteLine("Only as built: 'dotnet run dev.cs -- bench startup' publishes it with ReadyToRun too.");
        Console.WriteLine(
            $"{options.Rounds} starts each, in turn; medians in milliseconds, ratio = peer / ChainRule.\n");
        report.Head();
        foreach (int threads in options.Threads)
        {
            foreach (string name in Cases.Where(options.Selects))
            {
                Measure(name, threads, programs, torch, options, report);
            }
        }
        report.Finish();
        return 0;
    }

    /// <summary>One step in a process of its own.</summary>
    public static int Child(string[] args)
    {
        if (args is not [var name] || Workload.All.FirstOrDefault(w => w.Name == name) is not { } workload) return 2;
        new TrainingSession(workload).TrainStep();
        Console.WriteLine("step");
        return 0;
    }

    // One after the other in each round, so that all see the machine in the same state.
    private static void Measure(
        string name, int threads, (string Name, string? Library)[] programs, PyTorch? torch, SuiteOptions options,
        Report report)
    {
        var ours = programs.Select(_ => new List<double>()).ToArray();
        List<double> theirs = [];
        for (int round = -1; round < options.Rounds; round++)        // the first start brings the files into memory
        {
            double other = torch is null
                ? double.NaN
                : Start(new(torch.Python, ["-c", PyTorch.Script("torch_first_step.py"), name, $"{threads}"]), threads);
            if (round >= 0) theirs.Add(other);
            foreach (var (program, times) in programs.Zip(ours))
            {
                if (program is ("published", null)) continue;
                double own = Start(Own(program.Library, name), threads);
                if (round >= 0) times.Add(own);
            }
        }
        double peer = Median.Of(theirs);
        foreach (var (program, times) in programs.Zip(ours))
        {
            if (times.Count == 0) continue;
            double time = Median.Of(times);
            report.Row(
                name, program.Name, $"{threads}", Report.Text(time, 0), Report.Text(peer, 0),
                Report.Text(peer / time, 2));
            report.Json(
                name, threads, ("program", program.Name), ("chainrule_ms", time),
                ("peer", torch is null ? null : "PyTorch " + torch.Version), ("peer_ms", peer), ("ratio", peer / time));
        }
    }

    // Where dev.cs leaves it: artifacts/startup/published, beside the artifacts/bin that this program runs from.
    private static string? Published()
    {
        string library = Path.GetFullPath(
            Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "startup", "published", "ChainRule.Bench.dll"));
        return File.Exists(library) ? library : null;
    }

    // The program may have been started by its own executable or by the dotnet command.
    private static ProcessStartInfo Own(string? library, string name)
    {
        string program = Environment.ProcessPath
            ?? throw new InvalidOperationException("this process does not know its program.");
        bool throughDotnet = Path.GetFileNameWithoutExtension(program) == "dotnet";
        library ??= Path.Combine(AppContext.BaseDirectory, "ChainRule.Bench.dll");
        return throughDotnet
            ? new(program, [library, ChildArgument, name])
            : new(Path.Combine(Path.GetDirectoryName(library)!, Path.GetFileName(program)), [ChildArgument, name]);
    }

    private static double Start(ProcessStartInfo start, int threads)
    {
        start.RedirectStandardOutput = true;
        start.Environment["CHAINRULE_THREADS"] = start.Environment["OMP_NUM_THREADS"] = $"{threads}";
        long begin = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start)!;
        string? line = process.StandardOutput.ReadLine();
        double time = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        process.WaitForExit();
        if (line?.StartsWith("step", StringComparison.Ordinal) != true || process.ExitCode != 0)
            throw new InvalidOperationException($"{start.FileName} did not finish its first step.");
        return time;
    }
}
