using System.Globalization;

namespace ChainRule.Bench;

/// <summary>What every suite can be told on the command line.</summary>
internal sealed class SuiteOptions
{
    private SuiteOptions(int rounds, double seconds) => (Rounds, Seconds) = (rounds, seconds);

    /// <summary>Numbers of threads to measure with.</summary>
    public IReadOnlyList<int> Threads { get; private set; } =
        [.. new[] { 1, Math.Min(2, Environment.ProcessorCount) }.Distinct()];

    /// <summary>How many turns each side takes.</summary>
    public int Rounds { get; private set; }

    /// <summary>Length of a turn.</summary>
    public double Seconds { get; private set; }

    public bool WithPeer { get; private set; } = true;

    /// <summary>File for the JSON lines, besides the console.</summary>
    public string? Out { get; private set; }

    private List<string> Names { get; } = [];

    /// <summary>Reads the arguments; null, with the usage printed, where they are wrong.</summary>
    /// <param name="suite">Name of the suite.</param>
    /// <param name="args">What the command line says after it.</param>
    /// <param name="cases">Names of its cases; an argument chooses one of them, or all that begin with it.</param>
    /// <param name="rounds">Turns unless told otherwise.</param>
    /// <param name="seconds">Length of a turn unless told otherwise.</param>
    public static SuiteOptions? Read(
        string suite, string[] args, IReadOnlyList<string> cases, int rounds, double seconds)
    {
        SuiteOptions options = new(rounds, seconds);
        for (int i = 0; i < args.Length; i++)
        {
            string value = i + 1 < args.Length ? args[i + 1] : "";
            string? problem = options.Take(args[i], value, cases, out bool usesValue);
            if (problem is not null)
            {
                Console.Error.WriteLine($"{suite}: {problem}");
                Console.Error.WriteLine(
                    $"dotnet run dev.cs -- bench {suite} [CASE ...] [--threads 1,2] [--rounds {rounds}] "
                    + string.Create(CultureInfo.InvariantCulture, $"[--seconds {seconds}] [--no-peer] [--out FILE]"));
                Console.Error.WriteLine($"Cases, or beginnings of their names: {string.Join(' ', cases)}");
                return null;
            }
            if (usesValue) i++;
        }
        return options;
    }

    /// <summary>Whether a case is to be measured.</summary>
    public bool Selects(string name) => Names.Count == 0 || Names.Contains(name);

    // Found before an hour of measuring rather than after it.
    private static string? WriteProblem(string file)
    {
        try
        {
            File.WriteAllText(file, "");
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return $"--out wants a file that can be written: {e.Message}";
        }
    }

    private string? Take(string word, string value, IReadOnlyList<string> cases, out bool usesValue)
    {
        usesValue = word is "--threads" or "--rounds" or "--seconds" or "--out";
        switch (word)
        {
            case "--no-peer":
                WithPeer = false;
                return null;
            case "--threads":
                int[] threads = [.. value.Split(',').Select(v => int.TryParse(v, out int n) ? n : 0)];
                Threads = threads;
                return threads.All(n => n > 0) ? null : $"--threads wants numbers from 1, such as 1,2; got '{value}'.";
            case "--rounds":
                Rounds = int.TryParse(value, out int rounds) ? rounds : 0;
                return Rounds > 0 ? null : $"--rounds wants a number from 1; got '{value}'.";
            case "--seconds":
                Seconds = double.TryParse(value, CultureInfo.InvariantCulture, out double seconds) ? seconds : 0;
                return Seconds is > 0 and < 3600 ? null : $"--seconds wants a length of time above 0; got '{value}'.";
            case "--out":
                Out = value;
                return WriteProblem(value);
            default:
                string[] chosen = cases.Contains(word)
                    ? [word]
                    : [.. cases.Where(c => c.StartsWith(word, StringComparison.Ordinal))];
                Names.AddRange(chosen);
                if (chosen.Length > 0 && word.Length > 0) return null;
                string help = NearestName.Of(word, cases) is { } near ? $" Did you mean '{near}'?" : "";
                return $"there is no case or option '{word}'.{help}";
        }
    }
}
