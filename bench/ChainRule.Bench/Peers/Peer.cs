using System.Globalization;
using System.Text.Json;

namespace ChainRule.Bench;

/// <summary>The script that times PyTorch's training steps, run as a process of its own for each turn.</summary>
/// <remarks>
/// PyTorch with several threads depends on how its two thread pools wait, and on denormals: every setting is tried and
/// the fastest counts.
/// </remarks>
internal sealed class Peer
{
    private static readonly string[][] OneThread = [[], ["--flush-denormal"]];
    private static readonly string[][] ManyThreads =
        [["--flush-denormal"], ["--omp-wait", "passive", "--blas-threads", "1", "--flush-denormal"]];

    private readonly string _script;

    private Peer(PyTorch torch, string script) => (Torch, _script) = (torch, script);

    public PyTorch Torch { get; }

    /// <summary>The peer, or null with the reason why there is none.</summary>
    public static Peer? Find(out string reason)
    {
        string? script = FindScript();
        if (script is null)
        {
            reason = "the peer's script bench/peer_pytorch.py was not found under CHAINRULE_SHARED or a 'shared' "
                + "folder beside the checkout";
            return null;
        }
        return PyTorch.Find(out reason) is { } torch ? new Peer(torch, script) : null;
    }

    /// <summary>Median time of a step in microseconds under the fastest setting, and that setting.</summary>
    public (double Micros, string Setting) Measure(string workload, int threads, double seconds)
    {
        (double Micros, string Setting) best = (double.PositiveInfinity, "");
        foreach (string[] setting in threads == 1 ? OneThread : ManyThreads)
        {
            string[] arguments =
            [
                _script, workload, "--threads", $"{threads}", "--seconds",
                seconds.ToString(CultureInfo.InvariantCulture),
                "--warmup", "0.5", .. setting,
            ];
            string text = PyTorch.Capture(Torch.Python, arguments)
                ?? throw new InvalidOperationException($"the peer failed on {workload}.");
            double micros = JsonDocument.Parse(text).RootElement.GetProperty("median_us").GetDouble();
            if (micros < best.Micros) best = (micros, string.Join(' ', setting));
        }
        return best;
    }

    private static string? FindScript()
    {
        string? named = Environment.GetEnvironmentVariable("CHAINRULE_SHARED");
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); ; at = at.Parent)
        {
            string? folder = named ?? (at is null ? null : Path.Combine(at.FullName, "shared"));
            if (folder is null) return null;
            string script = Path.Combine(folder, "bench", "peer_pytorch.py");
            if (File.Exists(script)) return script;
            if (named is not null || at is null) return null;
        }
    }
}
