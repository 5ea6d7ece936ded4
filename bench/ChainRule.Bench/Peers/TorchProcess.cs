using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ChainRule.Bench;

/// <summary>
/// PyTorch in a process that stays: it works when asked for a turn and waits in a read otherwise, so that it takes
/// turns with ChainRule as a side in this process would.
/// </summary>
internal sealed class TorchProcess : IDisposable
{
    private readonly Process _process;

    public TorchProcess(PyTorch torch, int threads)
    {
        ProcessStartInfo start = new(torch.Python, ["-c", PyTorch.Script("torch_turns.py"), $"{threads}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["OMP_NUM_THREADS"] = $"{threads}";
        start.Environment["OPENBLAS_NUM_THREADS"] = $"{threads}";
        _process = Process.Start(start)!;
    }

    /// <summary>A case of the script, as a side of a comparison.</summary>
    public Candidate Case(string name, int n = 0) => new Side(this, name, n);

    public void Dispose()
    {
        _process.StandardInput.Close();                              // the script ends with its input
        if (!_process.WaitForExit(5000)) _process.Kill();
        _process.Dispose();
    }

    private double Turn(string name, int n, double seconds)
    {
        JsonObject request = new() { ["case"] = name, ["n"] = n, ["seconds"] = seconds };
        _process.StandardInput.WriteLine(request.ToJsonString());
        _process.StandardInput.Flush();
        string answer = _process.StandardOutput.ReadLine()
            ?? throw new InvalidOperationException($"the PyTorch process ended in '{name}'.");
        return JsonDocument.Parse(answer).RootElement.GetProperty("seconds").GetDouble();
    }

    private sealed class Side(TorchProcess owner, string name, int n) : Candidate
    {
        public override double Turn(double seconds) => owner.Turn(name, n, seconds);
    }
}
