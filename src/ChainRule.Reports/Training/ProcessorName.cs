using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ChainRule.Reports;

/// <summary>The processor's name as its maker gave it, from where each system keeps it.</summary>
internal static class ProcessorName
{
    /// <summary>The name; the architecture where none is to be had.</summary>
    public static string Find()
    {
        string? name = OperatingSystem.IsLinux() ? OnLinux()
            : OperatingSystem.IsMacOS() ? OnMac()
            : OperatingSystem.IsWindows() ? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
            : null;
        return string.IsNullOrWhiteSpace(name) ? RuntimeInformation.ProcessArchitecture.ToString() : name.Trim();
    }

    private static string? OnLinux()
    {
        const string file = "/proc/cpuinfo";
        if (!File.Exists(file)) return null;
        return File.ReadLines(file).FirstOrDefault(l => l.StartsWith("model name",
            StringComparison.Ordinal))?.Split(':', 2)[1];
    }

    private static string? OnMac()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("sysctl", ["-n", "machdep.cpu.brand_string"])
            {
                RedirectStandardOutput = true,
            });
            return process?.StandardOutput.ReadToEnd();
        }
        catch (Win32Exception)
        {
            return null; // no such program: the architecture has to do
        }
    }
}
