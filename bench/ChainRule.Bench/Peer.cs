using System.Diagnostics;
using System.Text.Json;

namespace ChainRule.Bench;

/// <summary>PyTorch, run as a process of its own beside ChainRule, where both it and the script that drives it are there.</summary>
/// <remarks>
/// PyTorch with several threads depends on how its two thread pools wait, and on denormals: every setting is tried and the
/// fastest counts.
/// </remarks>
internal sealed class Peer
{
    private static readonly string[][] OneThread = [[], ["--flush-denormal"]];
    private static readonly string[][] ManyThreads =
        [["--flush-denormal"], ["--omp-wait", "passive", "--blas-threads", "1", "--flush-denormal"]];

    private const string Probe = """
        import ctypes, torch
        print(torch.__version__)
        try:
            config = ctypes.CDLL("libblas.so.3").openblas_get_config
            config.restype = ctypes.c_char_p
            print(config().decode().strip())
        except (OSError, AttributeError):
            print("no OpenBLAS")
        """;

    private readonly string _python;
    private readonly string _script;

    private Peer(string python, string script, string version, string blas) =>
        (_python, _script, Version, Blas) = (python, script, version, blas);

    /// <summary>Version of PyTorch.</summary>
    public string Version { get; }

    /// <summary>What its matrix products run on. Without OpenBLAS, Debian's build falls back to reference loops that
    /// are ten times slower: such a ratio says nothing, and the table says so.</summary>
    public string Blas { get; }

    /// <summary>True where the peer runs as its users would run it.</summary>
    public bool IsFair => Blas.StartsWith("OpenBLAS", StringComparison.Ordinal);

    /// <summary>The peer, or null with the reason why there is none.</summary>
    public static Peer? Find(out string reason)
    {
        string? script = FindScript();
        if (script is null)
        {
            reason = "the peer's script bench/peer_pytorch.py was not found under CHAINRULE_SHARED or a 'shared' folder beside the checkout";
            return null;
        }
        foreach (string python in new[] { "/usr/bin/python3", "python3", "python" })
        {
            if (Capture(python, ["-c", Probe]) is { } answer && answer.Trim().Split('\n') is [var version, var blas])
            {
                reason = "";
                return new Peer(python, script, version, blas);
            }
        }
        reason = "no python3 here can import torch (Debian: apt-get install python3-torch)";
        return null;
    }

    /// <summary>Median time of a step in microseconds under the fastest setting, and that setting.</summary>
    public (double Micros, string Setting) Measure(string workload, int threads, double seconds)
    {
        (double Micros, string Setting) best = (double.PositiveInfinity, "");
        foreach (string[] setting in threads == 1 ? OneThread : ManyThreads)
        {
            string[] arguments =
            [
                _script, workload, "--threads", $"{threads}", "--seconds", $"{seconds}", "--warmup", "0.5", .. setting,
            ];
            string text = Capture(_python, arguments) ?? throw new InvalidOperationException($"the peer failed on {workload}.");
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

    private static string? Capture(string program, IEnumerable<string> arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            string text = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? text : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;                                             // no such program
        }
    }
}
