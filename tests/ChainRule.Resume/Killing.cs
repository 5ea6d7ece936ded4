using System.Diagnostics;
using ChainRule.Training;

namespace ChainRule.Resume;

/// <summary>Kills trainings and lets them go on.</summary>
internal static class Killing
{
    public static int Run(int kills, int seed)
    {
        Random random = new(seed);    // of the moments, which are wall time: no run is the same as another
        Dictionary<string, (string Hash, TimeSpan Time)> whole = [];
        foreach (string name in Training.Names)
        {
            using Folder folder = new();
            Stopwatch clock = Stopwatch.StartNew();
            (string? hash, _) = Train(name, folder.Path, threads: 1, limit: null, () => clock.Restart());
            whole[name] = (hash!, clock.Elapsed);
            Console.WriteLine($"{name}: {clock.Elapsed.TotalSeconds:0.0} s, {hash![..16]}");
        }

        int done = 0, trainings = 0, wrong = 0, unreadable = 0, writing = 0;
        while (done < kills)
        {
            string name = Training.Names[trainings++ % Training.Names.Count];
            using Folder folder = new();
            string? hash = null;
            while (hash is null)
            {
                TimeSpan? limit = done < kills ? whole[name].Time * random.NextDouble() : null;
                (hash, bool killed) = Train(name, folder.Path, threads: random.Next(1, 3), limit);
                if (!killed) continue;
                done++;
                if (Directory.EnumerateFiles(folder.Path, "*.tmp", SearchOption.AllDirectories).Any()) writing++;
                if (!Readable(Path.Combine(folder.Path, "checkpoints"))) unreadable++;
            }
            if (hash == whole[name].Hash) continue;
            wrong++;
            Console.WriteLine($"{name}: training {trainings} ended with {hash[..16]}");
        }
        Console.WriteLine($"{done} kills in {trainings} trainings, {writing} while a file was written: "
            + $"{wrong} differences, {unreadable} unreadable checkpoints");
        return wrong + unreadable == 0 ? 0 : 1;
    }

    // One process: to its end, or to the kill. The hash is null where it was killed.
    private static (string? Hash, bool Killed) Train(
        string name, string folder, int threads, TimeSpan? limit, Action? begun = null)
    {
        // As this process was started: its own program, or dotnet with the assembly.
        string program = Environment.ProcessPath!;
        bool byDotnet = Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        string[] assembly = byDotnet ? [Environment.GetCommandLineArgs()[0]] : [];
        ProcessStartInfo start = new(program, [.. assembly, "train", name, folder]) { RedirectStandardOutput = true };
        start.Environment["CHAINRULE_THREADS"] = $"{threads}";
        using Process process = Process.Start(start)!;
        if (process.StandardOutput.ReadLine() != "training")
            throw new InvalidOperationException($"{name} did not start.");
        begun?.Invoke();
        if (limit is { } time && !process.WaitForExit(time))
        {
            process.Kill();    // SIGKILL: nothing of the process runs any more
            process.WaitForExit();
            return (null, true);
        }
        string? last = process.StandardOutput.ReadLine();
        process.WaitForExit();
        if (last?.StartsWith("hash ", StringComparison.Ordinal) != true)
            throw new InvalidOperationException($"{name} ended with {process.ExitCode} and no hash.");
        return (last[5..], false);
    }

    private static bool Readable(string folder)
    {
        if (!Directory.Exists(folder)) return true;
        foreach (string file in Directory.EnumerateFiles(folder, "*.safetensors"))
        {
            try
            {
                Checkpoint.Read(file);
            }
            catch (CheckpointException e)
            {
                Console.WriteLine(e.Message);
                return false;
            }
        }
        return true;
    }

    /// <summary>A folder of one training's own, removed with all it holds.</summary>
    private sealed class Folder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("chainrule-resume-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
