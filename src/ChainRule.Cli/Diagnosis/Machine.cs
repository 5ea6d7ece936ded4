using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.Wasm;
using System.Runtime.Intrinsics.X86;
using ChainRule.Cli.Commands;
using ChainRule.Cli.Output;
using ChainRule.Data;
using ChainRule.Reports;

namespace ChainRule.Cli.Diagnosis;

/// <summary>Something true of the machine.</summary>
internal sealed record Fact(string Section, string Name, string Value);

/// <summary>What the program runs on.</summary>
internal sealed class Machine
{
    private readonly List<Fact> _facts = [];
    private readonly List<string> _remarks = [];

    private Machine()
    {
    }

    /// <summary>What was found, section by section.</summary>
    public IReadOnlyList<Fact> Facts => _facts;

    /// <summary>What is odd, and what to do about it.</summary>
    public IReadOnlyList<string> Remarks() => _remarks;

    /// <summary>Looks around.</summary>
    public static Machine Look(Session session)
    {
        var machine = new Machine();
        machine.Versions();
        machine.Processor();
        machine.Data(session);
        return machine;
    }

    private void Versions()
    {
        string section = $"ChainRule {CommandLine.Version}";
        Add(section, ".NET", $"{Environment.Version} ({RuntimeInformation.RuntimeIdentifier})");
        Add(section, "system", RuntimeInformation.OSDescription);
        GCMemoryInfo memory = GC.GetGCMemoryInfo();
        Add(section, "memory", $"{Quantity.Bytes(memory.TotalAvailableMemoryBytes)} for this process");
        if (memory.TotalAvailableMemoryBytes < 1_000_000_000)
            _remarks.Add("There is less than 1 GB of memory: use a smaller batch (--batch) for pictures.");
        var debuggable = (DebuggableAttribute?)Attribute.GetCustomAttribute(typeof(Tensor).Assembly,
            typeof(DebuggableAttribute));
        if (debuggable is { IsJITOptimizerDisabled: true })
            _remarks.Add("ChainRule was built in Debug, many times slower: build with -c Release.");
    }

    private void Processor()
    {
        const string section = "Processor";
        int processors = Environment.ProcessorCount;
        Add(section, "name", ProcessorName.Find());
        Add(section, "has", string.Join(", ", Features()));
        string? simd = Environment.GetEnvironmentVariable("CHAINRULE_SIMD");
        Add(section, "vectors", $"{Width(Compute.SimdBits)} ({Setting("CHAINRULE_SIMD", simd)})");
        if (!string.IsNullOrEmpty(simd))
        {
            _remarks.Add(simd is not ("512" or "256" or "128" or "0")
                ? $"CHAINRULE_SIMD is '{simd}', which means nothing: set it to 512, 256, 128 or 0, or unset it."
                : Compute.SimdBits.ToString(CultureInfo.InvariantCulture) != simd
                    ? $"CHAINRULE_SIMD asks for {simd} bits, which this processor does not run at full speed: unset it."
                    : $"CHAINRULE_SIMD fixes the vectors at {simd} bits: unset it to use the widest.");
        }
        else if (Compute.SimdBits == 0)
        {
            _remarks.Add("No vector instructions are in use: expect a tenth of the usual speed.");
        }
        string? threads = Environment.GetEnvironmentVariable("CHAINRULE_THREADS");
        Add(section, "threads", $"{Compute.Threads} for {Quantity.Of(processors, "processor")} "
            + $"({Setting("CHAINRULE_THREADS", threads)})");
        if (!string.IsNullOrEmpty(threads) && !(int.TryParse(threads, NumberStyles.None, CultureInfo.InvariantCulture,
            out int n) && n > 0))
            _remarks.Add($"CHAINRULE_THREADS is '{threads}', not a whole number of 1 or more, and is not used: "
                + "correct or unset it.");
        if (Compute.Threads > processors)
            _remarks.Add($"{Compute.Threads} threads on {Quantity.Of(processors, "processor")} wait for each other: "
                + $"use {processors} or fewer.");
        if (Load() is { } load)
        {
            Add(section, "load", $"{load:0.0} programs ready to run, on average over the last minute");
            if (load > 1.5 * processors)
                _remarks.Add("Other programs are using the processors: times and speeds will be worse than the "
                    + "machine can do.");
        }
    }

    private void Data(Session session)
    {
        const string section = "Data";
        DataFolder data = session.Data;
        Add(section, DataFolder.Variable, data.Own is null ? "not set" : data.Own + Existence(data.Own));
        if (data.Own is not null && !Directory.Exists(data.Own))
            _remarks.Add($"{DataFolder.Variable} names {data.Own}, which is not a folder: make it or correct the "
                + "variable.");
        Add(section, "cache", data.Cache + Existence(data.Cache));
        foreach (BuiltInData set in BuiltInData.All) Add(section, set.Name, "built in");
        foreach (DataSource source in DataSource.Known)
        {
            string state = DataCommand.State(session, source);
            Add(section, source.Name, state);
            IReadOnlyList<LocatedFile> files = data.Locate(source);
            if (files.Any(f => f.Path is null) && files.Any(f => f.Path is not null))
                _remarks.Add($"{source.Name} is not complete: chainrule data fetch {source.Name} gets what is "
                    + "missing.");
        }
    }

    private static string Existence(string folder) => Directory.Exists(folder) ? "" : "  (does not exist)";

    private static string Setting(string variable, string? value) =>
        string.IsNullOrEmpty(value) ? $"{variable} is not set" : $"{variable}={value}";

    private static string Width(int bits) => bits switch
    {
        0 => "none: scalar code",
        512 => "512 bits in use",
        _ => $"{bits} bits in use",
    };

    private static IEnumerable<string> Features()
    {
        if (Avx512F.IsSupported) yield return "AVX-512";
        if (Avx2.IsSupported) yield return "AVX2";
        if (Fma.IsSupported) yield return "FMA";
        if (AdvSimd.IsSupported) yield return "AdvSimd";
        if (PackedSimd.IsSupported) yield return "packed SIMD";
        yield return Vector512.IsHardwareAccelerated ? "512-bit vectors at full speed"
            : Vector256.IsHardwareAccelerated ? "256-bit vectors at full speed"
            : Vector128.IsHardwareAccelerated ? "128-bit vectors" : "no vectors";
    }

    private static double? Load()
    {
        const string file = "/proc/loadavg";
        return OperatingSystem.IsLinux() && File.Exists(file)
            && double.TryParse(File.ReadAllText(file).Split(' ')[0], NumberStyles.Float, CultureInfo.InvariantCulture,
                out double load)
            ? load : null;
    }

    private void Add(string section, string name, string value) => _facts.Add(new Fact(section, name, value));
}
