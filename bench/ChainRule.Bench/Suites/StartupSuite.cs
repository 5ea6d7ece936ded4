using System.Diagnostics;

namespace ChainRule.Bench;

/// <summary>
/// From the start of a process to the end of its first training step, as a user waits for it: a process of this program
/// beside one of Python that imports torch. Both say when the step is done; the time is read here.
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
            "startup", options, new("case", -14), new("threads", 8), new("ChainRule", 12), new("peer", 12),
            new("ratio", 8));
        Peak.Print(options, report);
        string reason = "--no-peer";
        PyTorch? torch = options.WithPeer ? PyTorch.Find(out reason) : null;
        Console.WriteLine(torch is null ? $"Peer: none: {reason}." : $"Peer: PyTorch {torch.Version}.");
        Console.WriteLine(
            $"{options.Rounds} starts each, in turn; medians in milliseconds, ratio = peer / ChainRule.\n");
        report.Head();
        foreach (int threads in options.Threads)
        {
            foreach (string name in Cases.Where(options.Selects)) Measure(name, threads, torch, options, report);
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

    private static void Measure(string name, int threads, PyTorch? torch, SuiteOptions options, Report report)
    {
        List<double> ours = [], theirs = [];
        for (int round = -1; round < options.Rounds; round++)        // the first start brings the files into memory
        {
            double own = Start(Own(name), threads);
            double other = torch is null
                ? double.NaN
                : Start(new(torch.Python, ["-c", PyTorch.Script("torch_first_step.py"), name, $"{threads}"]), threads);
            if (round < 0) continue;
            ours.Add(own);
            theirs.Add(other);
        }
        double chainRule = Median.Of(ours), peer = Median.Of(theirs);
        report.Row(
            name, $"{threads}", Report.Text(chainRule, 0), Report.Text(peer, 0), Report.Text(peer / chainRule, 2));
        report.Json(
            name, threads, ("chainrule_ms", chainRule), ("peer", torch is null ? null : "PyTorch " + torch.Version),
            ("peer_ms", peer),
            ("ratio", peer / chainRule));
    }

    // The program may have been started by its own executable or by the dotnet command.
    private static ProcessStartInfo Own(string name)
    {
        string program = Environment.ProcessPath
            ?? throw new InvalidOperationException("this process does not know its program.");
        string library = Path.Combine(AppContext.BaseDirectory, "ChainRule.Bench.dll");
        return Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? new(program, [library, ChildArgument, name])
            : new(program, [ChildArgument, name]);
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
