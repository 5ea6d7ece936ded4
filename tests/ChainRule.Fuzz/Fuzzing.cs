using System.Diagnostics;
using System.Globalization;

namespace ChainRule.Fuzz;

/// <summary>Gives damaged files to readers and looks at what they do.</summary>
internal static class Fuzzing
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1), Hang = TimeSpan.FromSeconds(10);

    private static readonly string Failures = Path.Combine(AppContext.BaseDirectory, "failures");

    /// <summary>Reads so many damaged files with each reader, each reader in a process of its own.</summary>
    /// <returns>0 where every one behaved.</returns>
    public static int Run(int count, int seed, string? only)
    {
        FileReader[] readers = [.. Readers.All.Where(r => only is null || r.Name == only)];
        if (readers.Length == 0) return Unknown(only!);
        int missed = BadReaders.All.Count(bad => Start(bad, 3, seed, quiet: true) == 0);
        foreach (string file in Directory.EnumerateFiles(Failures, "bad-*")) File.Delete(file);
        Console.WriteLine($"{BadReaders.All.Count - missed} of {BadReaders.All.Count} bad readers are caught");
        FileReader[] here = [.. readers.Where(reader => reader.Missing() is null)];
        foreach (FileReader reader in readers.Except(here))
            Console.WriteLine($"{reader.Name}: skipped: {reader.Missing()}");
        int wrong = here.Count(reader => Start(reader, count, seed, quiet: false) != 0);
        Console.WriteLine($"{here.Length} readers, {count} files each, seed {seed}: "
            + (wrong > 0 ? $"{wrong} readers failed; the files are in {Failures}" : "all behaved"));
        return wrong + missed == 0 ? 0 : 1;
    }

    /// <summary>What the process of one reader does.</summary>
    public static int RunOne(string name, int count, int seed)
    {
        if (Find(name) is not { } reader) return Unknown(name);
        Directory.CreateDirectory(Failures);
        byte[][] seeds = reader.Seeds();
        foreach (byte[] valid in seeds) CheckSeed(reader, valid);
        return Run(reader, seeds, count, seed) == 0 ? 0 : 1;
    }

    private static int Start(FileReader reader, int count, int seed, bool quiet)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!)
        {
            RedirectStandardOutput = quiet,
            RedirectStandardError = quiet,
        };
        // Started by the runtime's own command, or as a program.
        string[] command = Environment.GetCommandLineArgs();
        if (command[0].EndsWith(".dll", StringComparison.Ordinal)
            && Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(command[0]);
        }
        foreach (object argument in (object[])["one", reader.Name, count, seed])
            start.ArgumentList.Add(string.Create(CultureInfo.InvariantCulture, $"{argument}"));
        using Process process = Process.Start(start)!;
        if (quiet)
        {
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            process.StandardOutput.ReadToEnd();
        }
        process.WaitForExit();
        if (!quiet && process.ExitCode is not (0 or 1))
        {
            Console.WriteLine($"{reader.Name}: the process ended with {process.ExitCode} while it read "
                + $"{CurrentFile(reader)}");
        }
        return process.ExitCode;
    }

    private static FileReader? Find(string name) =>
        Readers.All.Concat(BadReaders.All).FirstOrDefault(r => r.Name == name);

    private static int Unknown(string name)
    {
        Console.Error.WriteLine($"there is no reader '{name}': {string.Join(", ", Readers.All.Select(r => r.Name))}");
        return 2;
    }

    // It stays there if the process dies while it is read.
    private static string CurrentFile(FileReader reader) => Path.Combine(Failures, $"{reader.Name}-current.bin");

    /// <summary>Reads a file that was kept.</summary>
    public static int Replay(string name, string file)
    {
        if (Find(name) is not { } reader) return Unknown(name);
        Outcome outcome = Read(reader, file);
        Console.WriteLine(outcome.Failure ?? "right: " + (outcome.Refused?.Message ?? "the file is read."));
        return outcome.Failure is null ? 0 : 1;
    }

    private static int Run(FileReader reader, byte[][] seeds, int count, int seed)
    {
        Stopwatch clock = Stopwatch.StartNew();
        int refused = 0, wrong = 0;
        TimeSpan slowest = TimeSpan.Zero;
        long most = 0;
        string path = CurrentFile(reader);
        using Watchdog watchdog = new(Hang, path);
        for (int i = 0; i < count; i++)
        {
            Random random = new(HashCode(seed, reader.Name, i));
            File.WriteAllBytes(path, Mutation.Of(seeds, reader.Structure, random));
            watchdog.Begin();
            Outcome outcome = Read(reader, path);
            // Another process may have had the processor: what is slow for its own sake is slow again.
            for (int again = 0; again < 3 && outcome.Time > Limit; again++) outcome = Read(reader, path);
            watchdog.End();
            if (outcome.Refused is not null) refused++;
            if (outcome.Time > slowest) slowest = outcome.Time;
            most = Math.Max(most, outcome.Bytes);
            string? failure = outcome.Failure
                ?? (outcome.Time > Limit ? $"took {outcome.Time.TotalSeconds:0.0} s" : null);
            if (failure is null) continue;
            string kept = Path.Combine(
                Failures, string.Create(CultureInfo.InvariantCulture, $"{reader.Name}-{seed}-{i:D6}.bin"));
            File.Copy(path, kept, overwrite: true);
            if (++wrong <= 10) Console.WriteLine($"{kept}: {failure}");
        }
        File.Delete(path);
        Console.WriteLine($"{reader.Name}: {count} files, {refused} refused, {wrong} failures, slowest "
            + $"{slowest.TotalMilliseconds:0} ms, most memory {most >> 10} KiB, {clock.Elapsed.TotalSeconds:0} s");
        return wrong;
    }

    private static void CheckSeed(FileReader reader, byte[] valid)
    {
        string path = Path.Combine(Failures, $"{reader.Name}-valid.bin");
        File.WriteAllBytes(path, valid);
        reader.Read(path);                                           // what a first use costs is not the file's
        Outcome outcome = Read(reader, path);
        if (outcome.Failure is null && outcome.Refused is null) File.Delete(path);
        else throw new InvalidOperationException(
            $"{path}, which is valid: {outcome.Failure ?? outcome.Refused!.Message}");
    }

    private static Outcome Read(FileReader reader, string path)
    {
        long length = new FileInfo(path).Length;
        long before = GC.GetAllocatedBytesForCurrentThread() + BufferPool.AskedByThread;
        Stopwatch clock = Stopwatch.StartNew();
        Exception? thrown = null;
        try
        {
            reader.Read(path);
        }
        catch (Exception e)
        {
            thrown = e;
        }
        TimeSpan time = clock.Elapsed;
        long bytes = GC.GetAllocatedBytesForCurrentThread() + BufferPool.AskedByThread - before;
        long allowed = reader.Constant + (reader.Multiple * length);
        string? failure = thrown is null ? null : WhatIsWrongWith(thrown, path);
        if (failure is null && bytes > allowed)
            failure = $"asked for {bytes} bytes of memory for a file of {length}; {allowed} are allowed";
        return new Outcome(thrown as ChainRuleException, failure, time, bytes);
    }

    // Null for a documented error that names the file and the place in it.
    private static string? WhatIsWrongWith(Exception thrown, string path) => thrown switch
    {
        DataException e when e.File != path => $"names the file '{e.File}': {e.Message}",
        DataException { Offset: null, Row: null, Column: null } => $"names no place: {thrown.Message}",
        CheckpointException e when e.File != path => $"names the file '{e.File}': {e.Message}",
        CheckpointException { Offset: null, Key: null } => $"names no place: {thrown.Message}",
        DataException or CheckpointException => null,
        _ => $"throws {thrown}",
    };

    // Stable, unlike those of the framework.
    private static int HashCode(int seed, string name, int index)
    {
        uint hash = 2166136261;
        foreach (char c in string.Create(CultureInfo.InvariantCulture, $"{seed} {name} {index}"))
            hash = (hash ^ c) * 16777619;
        return (int)hash;
    }

    private sealed record Outcome(ChainRuleException? Refused, string? Failure, TimeSpan Time, long Bytes);
}
