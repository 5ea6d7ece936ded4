namespace ChainRule.Bench;

/// <summary>
/// Whole training steps through the public API: zero the gradients, forward, loss, backward, Adam, read the
/// loss. The two programs take turns, and the ratio of the medians of the turns is what counts.
/// </summary>
internal static class Steps
{
    public static int Run(string[] args)
    {
        SuiteOptions? options = SuiteOptions.Read(
            "steps", args, [.. Workload.All.Select(w => w.Name)], rounds: 5, seconds: 1);
        if (options is null) return 2;
        Report report = new(
            "steps", options, new("workload", -14), new("threads", 8), new("ChainRule", 12), new("peer", 12),
            new("ratio", 8), new("bytes/step", 12), new("gen 0/1/2 in turn", 20));
        Peak.Print(options, report);
        string reason = "--no-peer";
        Peer? peer = options.WithPeer ? Peer.Find(out reason) : null;
        Console.WriteLine(peer is null
            ? $"Peer: none: {reason}."
            : $"Peer: PyTorch {peer.Torch.Version} ({peer.Torch.Blas}), eager, the faster of its settings each turn.");
        if (peer is { Torch.IsFair: false })
        {
            Console.WriteLine(
                "The peer has no OpenBLAS here (Debian: apt-get install libopenblas0-pthread): "
                + "its times mean nothing.");
        }
        Console.WriteLine($"{options.Rounds} turns each; medians in microseconds a step, ratio = peer / ChainRule.\n");
        report.Head();
        foreach (int threads in options.Threads)
        {
            foreach (Workload workload in Workload.All)
            {
                if (options.Selects(workload.Name)) Measure(workload, threads, peer, options, report);
            }
        }
        report.Finish();
        return 0;
    }

    private static void Measure(Workload workload, int threads, Peer? peer, SuiteOptions options, Report report)
    {
        Compute.Threads = threads;
        TrainingSession session = new(workload);
        Turns.Warm(session.Turn, 0.5);
        List<double> ours = [], theirs = [];
        string? setting = null;
        for (int round = 0; round < options.Rounds; round++)
        {
            ours.Add(session.Turn(options.Seconds));
            if (peer is null) continue;
            (double micros, setting) = peer.Measure(workload.Name, threads, options.Seconds);
            theirs.Add(micros);
        }
        double own = Median.Of(ours), other = Median.Of(theirs);
        report.Row(
            workload.Name, $"{threads}", Report.Text(own, 1), Report.Text(other, 1), Report.Text(other / own, 2),
            $"{session.BytesPerStep}", session.Collections);
        report.Json(
            workload.Name, threads, ("chainrule_us", own), ("bytes_per_step", session.BytesPerStep),
            ("peer", peer is null ? null : "PyTorch " + peer.Torch.Version), ("peer_blas", peer?.Torch.Blas),
            ("peer_setting", setting), ("peer_us", other), ("ratio", other / own));
    }
}
