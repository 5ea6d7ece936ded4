using System.Diagnostics;

namespace ChainRule.Bench;

/// <summary>An interpreter that can import torch, where there is one.</summary>
/// <param name="Python">The interpreter.</param>
/// <param name="Version">Version of PyTorch.</param>
/// <param name="Blas">What its matrix products run on.</param>
internal sealed record PyTorch(string Python, string Version, string Blas)
{
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

    /// <summary>
    /// True where it runs as its users would run it: without OpenBLAS, Debian's build falls back to reference loops
    /// that are ten times slower. A ratio of products then says nothing, and the table says so.
    /// </summary>
    public bool IsFair => Blas.StartsWith("OpenBLAS", StringComparison.Ordinal);

    /// <summary>PyTorch, or null with the reason why there is none.</summary>
    public static PyTorch? Find(out string reason)
    {
        foreach (string python in new[] { "/usr/bin/python3", "python3", "python" })
        {
            if (Capture(python, ["-c", Probe]) is { } answer && answer.Trim().Split('\n') is [var version, var blas])
            {
                reason = "";
                return new PyTorch(python, version, blas);
            }
        }
        reason = "no python3 here can import torch (Debian: apt-get install python3-torch)";
        return null;
    }

    /// <summary>Runs a program to its end and returns what it printed; null if it is not there or failed.</summary>
    public static string? Capture(string program, IEnumerable<string> arguments)
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

    /// <summary>A script of this folder, which the project embeds.</summary>
    public static string Script(string name)
    {
        using Stream stream = typeof(PyTorch).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the script {name} is not in the program.");
        return new StreamReader(stream).ReadToEnd();
    }
}
