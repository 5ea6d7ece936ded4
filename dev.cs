#:property PublishAot=false
#:property TreatWarningsAsErrors=true

// The one developer command: dotnet run dev.cs -- check|test|coverage|bench|docs|pages. Each word is a static class
// below, or a program in tools/.

using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;

Console.CancelKeyPress += (_, e) => e.Cancel = true;    // the running child gets the key too and ends by itself
(string Word, string Help, Func<string[], int> Run)[] words =
[
    ("check", "formatting, build with every analyzer, Tiny tests and links: before each commit", Check.Run),
    ("test", "build in Release and run all tests; further arguments go to dotnet test (--filter NAME)", Test.Run),
    ("coverage", "share of the core's lines that the tests run, with vectors of every width; under 95% is a failure",
        args => Repo.Dotnet(Repo.Root, ["run", Repo.In("tools", "coverage.cs"), "--", .. args])),
    ("bench", "run bench/ChainRule.Bench in Release with the remaining arguments (bench steps)", Bench.Run),
    ("docs", "compile and run samples/ and the marked code of README and docs/, and check the links", Docs.Run),
    ("pages", "run all tests and write docs/pytorch.md and docs/capabilities.md; --check compares with the last test",
        Pages.Run),
];
if (args.Length == 0 || args[0] is "help" or "-h" or "--help")
{
    Console.WriteLine("usage: dotnet run dev.cs -- WORD [arguments]\n");
    foreach (var (word, help, _) in words) Console.WriteLine($"  {word,-8} {help}");
    return 0;
}
var chosen = words.FirstOrDefault(w => w.Word == args[0]);
if (chosen.Run is not null) return chosen.Run(args[1..]);
Console.Error.WriteLine($"dev: no command '{args[0]}'; did you mean '{Nearest(args[0])}'? " +
    $"There are {string.Join(", ", words.Select(w => w.Word))}.");
return 2;

string Nearest(string given) => words.MinBy(w => Distance(given.ToLowerInvariant(), w.Word)).Word;

// Edit distance (Levenshtein 1965), one row at a time.
static int Distance(string a, string b)
{
    int[] row = [.. Enumerable.Range(0, b.Length + 1)];
    for (int i = 1; i <= a.Length; i++)
    {
        int diagonal = row[0];
        row[0] = i;
        for (int j = 1; j <= b.Length; j++)
        {
            int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = Math.Min(replaced, 1 + Math.Min(row[j - 1], diagonal));
        }
    }
    return row[^1];
}

/// <summary>What every word needs: the checkout's folder and child processes.</summary>
internal static class Repo
{
    public static readonly string Root = (string)AppContext.GetData("EntryPointFileDirectoryPath")!;

    public const string Solution = "ChainRule.slnx";
    public const string Tests = "tests/ChainRule.Tests/ChainRule.Tests.csproj";

    public static string In(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>A path as a message names it: relative to the checkout, with slashes.</summary>
    public static string Name(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    /// <summary>Runs the dotnet command, its output on this console; returns its exit code.</summary>
    public static int Dotnet(string folder, params string[] arguments)
    {
        using var child = Start(folder, capture: false, arguments);
        child.WaitForExit();
        return child.ExitCode;
    }

    /// <summary>Builds the solution, or the project given, in Release.</summary>
    public static (int Code, string Output) Build(string project = Solution) =>
        DotnetQuietly(Root, "build", project, "-c", "Release", "-nologo", "-clp:ErrorsOnly;NoSummary");

    /// <summary>Runs the dotnet command in <paramref name="folder"/> and returns exit code and both outputs.</summary>
    public static (int Code, string Output) DotnetQuietly(string folder, params string[] arguments)
    {
        using var child = Start(folder, capture: true, arguments);
        var errors = child.StandardError.ReadToEndAsync();    // read beside the output, so neither pipe fills
        string output = child.StandardOutput.ReadToEnd() + errors.Result;
        child.WaitForExit();
        return (child.ExitCode, output);
    }

    private static Process Start(string folder, bool capture, string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = capture,
            RedirectStandardError = capture,
        };
        return Process.Start(start)!;
    }
}

/// <summary>
/// The quick proof before a commit. Code style is an error in the build already (EnforceCodeStyleInBuild), so the
/// format command needs only its folder form, which opens no project: 1.7 s where the whole of it takes 6 s.
/// </summary>
internal static class Check
{
    public static int Run(string[] arguments)
    {
        if (arguments.Length > 0)
        {
            Console.Error.WriteLine($"dev: check takes no arguments, not '{arguments[0]}'.");
            return 2;
        }
        return Step("format", () => Repo.DotnetQuietly(Repo.Root, "format", "whitespace", "--folder",
                "--verify-no-changes", "--exclude", "artifacts"))
            && Step("links", () => (Markdown.Files().Sum(Links.Check), ""))
            && Step("build", () => Repo.Build())
            && Step("tiny tests", () => Repo.DotnetQuietly(Repo.Root, "test", Repo.Tests, "--no-build", "-c", "Release",
                "--nologo", "--filter", "FullyQualifiedName~ChainRule.Tests.Tiny"), mustSay: "Passed!")
            ? 0 : 1;
    }

    // Silent when it works, with all the output when it does not.
    private static bool Step(string name, Func<(int Code, string Output)> work, string mustSay = "")
    {
        long begun = Stopwatch.GetTimestamp();
        var (code, output) = work();
        bool good = code == 0 && output.Contains(mustSay, StringComparison.Ordinal);
        if (!good) Console.WriteLine(output.TrimEnd());
        string seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds.ToString("F1", CultureInfo.InvariantCulture);
        Console.WriteLine($"check: {name} {(good ? "ok" : "FAILED")} ({seconds} s)");
        return good;
    }
}

/// <summary>All tests in Release; the last line counts them over every test project.</summary>
internal static class Test
{
    /// <summary>Where a run leaves what became of each test, until the next.</summary>
    public static readonly string Results = Repo.In("artifacts", "test-results");

    public static int Run(string[] arguments)
    {
        if (Directory.Exists(Results)) Directory.Delete(Results, recursive: true);

        Console.WriteLine("test: building");
        var (code, output) = Repo.Build();
        if (code != 0)
        {
            Console.WriteLine(output.TrimEnd());
            Console.WriteLine("test: the build failed, so no test ran (counted as one failure)");
            Console.WriteLine("0 passed, 1 failed, 0 skipped");
            return 1;
        }
        code = Repo.Dotnet(Repo.Root, ["test", Repo.Solution, "--no-build", "-c", "Release", "--nologo", "--logger",
            "trx;LogFilePrefix=tests", "--logger", "console;verbosity=minimal", "--results-directory", Results,
            .. arguments]);

        // The console's text is for people and changes; the result files are one per test project.
        int passed = 0, failed = 0, skipped = 0;
        string[] files = Directory.Exists(Results) ? Directory.GetFiles(Results, "*.trx") : [];
        foreach (string file in files)
        {
            using var reader = XmlReader.Create(file);
            while (reader.Read())
            {
                if (reader.NodeType != XmlNodeType.Element || reader.LocalName != "UnitTestResult") continue;
                switch (reader.GetAttribute("outcome"))
                {
                    case "Passed": passed++; break;
                    case "NotExecuted": skipped++; break;
                    default: failed++; break;
                }
            }
        }
        if (passed + failed == 0) Console.WriteLine("test: no test ran, which counts as a failure");
        if (code != 0 && failed == 0)
        {
            Console.WriteLine($"test: the test run itself failed with exit code {code} (counted as one failure)");
            failed = 1;
        }
        Console.WriteLine($"{passed} passed, {failed} failed, {skipped} skipped");
        return failed > 0 || passed == 0 ? 1 : 0;
    }
}

/// <summary>
/// The pages made from the code and from a run of all tests. The tests of the pages know what belongs there: told to
/// by the environment, they write it, or compare it with the results of the last run.
/// </summary>
internal static class Pages
{
    private const string Name = "ChainRule.Tests.Pages";

    public static int Run(string[] arguments)
    {
        bool check = arguments is ["--check"];
        if (arguments.Length > 0 && !check)
        {
            Console.Error.WriteLine($"dev: pages takes --check or nothing, not '{arguments[0]}'.");
            return 2;
        }
        // Pages that are not written yet would fail their own tests.
        if (!check && Test.Run(["--filter", $"FullyQualifiedName!~{Name}"]) != 0) return 1;
        if (!Directory.Exists(Test.Results))
        {
            Console.Error.WriteLine("dev: there are no results; run first: dotnet run dev.cs -- test");
            return 1;
        }
        Environment.SetEnvironmentVariable("CHAINRULE_RESULTS", Test.Results);
        if (!check) Environment.SetEnvironmentVariable("CHAINRULE_PAGES", "write");
        var (code, output) = Repo.DotnetQuietly(Repo.Root, "test", Repo.Tests, "--no-build", "-c", "Release",
            "--nologo", "--filter", $"FullyQualifiedName~{Name}");
        if (code != 0) Console.WriteLine(output.TrimEnd());
        else Console.WriteLine(check ? "pages: as the code and the tests say" : "pages: written");
        return code;
    }
}

/// <summary>The benchmarks, never in Debug.</summary>
internal static class Bench
{
    private const string Project = "bench/ChainRule.Bench";

    public static int Run(string[] arguments)
    {
        if (arguments is ["startup", ..]) Publish();
        return Repo.Dotnet(
            Environment.CurrentDirectory, ["run", "-c", "Release", "--project", Repo.In(Project), "--", .. arguments]);
    }

    // A program as it is shipped: compiled before it starts, as far as that goes. The suite looks for it there.
    private static void Publish()
    {
        string folder = Repo.In("artifacts", "startup");
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Console.WriteLine("bench: publishing with ReadyToRun");
        var (code, output) = Repo.DotnetQuietly(
            Repo.Root, "publish", Project, "-c", "Release", "--use-current-runtime", "--self-contained", "false",
            "-p:PublishReadyToRun=true", "--artifacts-path", folder, "-o", Path.Combine(folder, "published"),
            "-nologo", "-clp:ErrorsOnly;NoSummary");
        if (code == 0) return;
        Console.WriteLine($"bench: that failed, so only the program as built is measured:\n{output.TrimEnd()}");
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }
}

/// <summary>The pages of the checkout and their fenced blocks.</summary>
internal static class Markdown
{
    /// <summary>A fenced block: page, line of its first inner line (from 1), information string, text.</summary>
    public sealed record Block(string File, int Line, string Info, string Text);

    public static IEnumerable<string> Files() => Directory
        .EnumerateFiles(Repo.Root, "*.md", SearchOption.AllDirectories)
        .Where(f => !Repo.Name(f).Split('/').Any(p => p is "artifacts" or "models" || p[0] == '.'))
        .Order(StringComparer.Ordinal);

    public static List<Block> Blocks(string file)
    {
        List<Block> blocks = [];
        string[] lines = File.ReadAllLines(file);
        for (int i = 0; i < lines.Length; i++)
        {
            if (!IsFence(lines[i])) continue;
            int first = i + 1, last = first;
            while (last < lines.Length && !IsFence(lines[last])) last++;
            blocks.Add(new(file, first + 1, lines[i].Trim()[3..].Trim(), string.Join('\n', lines[first..last])));
            i = last;
        }
        return blocks;
    }

    /// <summary>The page's lines with fenced blocks and inline code blanked, so that line numbers stay.</summary>
    public static string[] Prose(string file)
    {
        string[] lines = File.ReadAllLines(file);
        bool inside = false;
        for (int i = 0; i < lines.Length; i++)
        {
            bool fence = IsFence(lines[i]);
            if (fence) inside = !inside;
            lines[i] = inside || fence ? "" : Regex.Replace(lines[i], "`[^`]*`", "");
        }
        return lines;
    }

    private static bool IsFence(string line) => line.TrimStart().StartsWith("```", StringComparison.Ordinal);
}

/// <summary>Relative links and their anchors.</summary>
internal static class Links
{
    /// <summary>Prints every dead link of a page with file and line; returns how many there are.</summary>
    public static int Check(string file)
    {
        int dead = 0;
        string[] lines = Markdown.Prose(file);
        for (int i = 0; i < lines.Length; i++)
        {
            foreach (Match link in Regex.Matches(lines[i], @"\]\(<?([^)\s>]+)>?(?:\s+""[^""]*"")?\)"))
            {
                string target = Uri.UnescapeDataString(link.Groups[1].Value);
                if (Regex.IsMatch(target, "^[a-z]+:")) continue;                      // https:, mailto:
                if (Problem(file, target) is not { } problem) continue;
                Console.WriteLine($"{Repo.Name(file)}:{i + 1}: link to '{target}': {problem}");
                dead++;
            }
        }
        return dead;
    }

    private static string? Problem(string file, string target)
    {
        string[] parts = target.Split('#', 2);
        string path = parts[0] == "" ? file : Path.GetFullPath(parts[0], Path.GetDirectoryName(file)!);
        if (Repo.Name(path).StartsWith("..", StringComparison.Ordinal)) return "leaves the checkout";
        if (!File.Exists(path) && !Directory.Exists(path)) return "no such file or folder";
        if (parts.Length == 1 || !path.EndsWith(".md", StringComparison.Ordinal)) return null;
        return Anchors(path).Contains(parts[1]) ? null : $"no heading '#{parts[1]}' in {Repo.Name(path)}";
    }

    // A heading's anchor: lower case, punctuation dropped, spaces to hyphens, repeats numbered.
    private static HashSet<string> Anchors(string file)
    {
        HashSet<string> anchors = [];
        foreach (string line in Markdown.Prose(file).Zip(File.ReadAllLines(file), (p, raw) => p == "" ? "" : raw))
        {
            if (!Regex.IsMatch(line, "^#{1,6} ")) continue;
            string words = line.TrimStart('#').Trim().ToLowerInvariant();
            string anchor = Regex.Replace(words, @"[^\w\- ]", "").Replace(' ', '-');
            for (int n = 0; !anchors.Add(n == 0 ? anchor : $"{anchor}-{n}"); n++) { }
        }
        return anchors;
    }
}

/// <summary>
/// The pages' code, compiled and run. A block marked <c>csharp run</c> is a program (top-level statements, then types);
/// <c>csharp continue</c> goes on where the page's last program stopped; <c>text output</c> is what it must print.
/// The files in samples/ are programs too, good when they return 0. All become one project, so that they cost one
/// build; errors name page and line through #line. Arguments choose the programs whose <c>page:line</c> contains one of
/// them.
/// </summary>
internal static class Docs
{
    private sealed record Program(List<Markdown.Block> Code, List<Markdown.Block> Output)
    {
        public string Place => $"{Repo.Name(Code[0].File)}:{Code[0].Line}";
        public string? Expected => Output.Count == 0 ? null : string.Join('\n', Output.Select(o => o.Text));
    }

    private static readonly string Folder = Repo.In("artifacts", "docs");

    public static int Run(string[] arguments)
    {
        int dead = Markdown.Files().Sum(Links.Check);
        var programs = Markdown.Files()
            .Where(f => Repo.Name(f) == "README.md" || Repo.Name(f).StartsWith("docs/", StringComparison.Ordinal))
            .SelectMany(Programs)
            .Concat(Directory.GetFiles(Repo.In("samples"), "*.cs").Order(StringComparer.Ordinal).Select(Sample))
            .Where(p => arguments.Length == 0 || arguments.Any(a => p.Place.Contains(a, StringComparison.Ordinal)))
            .ToList();
        int failed = programs.Count == 0 ? 0 : BuildAndRun(programs);
        Console.WriteLine($"docs: {programs.Count - failed} of {programs.Count} programs good, {dead} dead links");
        return failed + dead == 0 ? 0 : 1;
    }

    private static List<Program> Programs(string file)
    {
        List<Program> programs = [];
        foreach (var block in Markdown.Blocks(file))
        {
            if (block.Info == "csharp run") programs.Add(new([block], []));
            else if (block.Info == "csharp continue" && programs.Count > 0) programs[^1].Code.Add(block);
            else if (block.Info == "text output" && programs.Count > 0) programs[^1].Output.Add(block);
        }
        return programs;
    }

    // A file-based program without the lines for dotnet run.
    private static Program Sample(string file)
    {
        string[] lines = File.ReadAllLines(file);
        int first = Array.FindIndex(lines, l => !l.StartsWith("#:", StringComparison.Ordinal));
        return new([new(file, first + 1, "", string.Join('\n', lines[first..]))], []);
    }

    private static int BuildAndRun(List<Program> programs)
    {
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Path.Combine(Folder, "Docs.csproj"), Project);
        for (int i = 0; i < programs.Count; i++)
            File.WriteAllText(Path.Combine(Folder, $"Program{i}.cs"), Source($"Program{i}", programs[i]));
        var rows = programs.Select((p, i) => $"(\"{p.Place}\", {Literal(p.Expected)}, Docs.Program{i}.Page.Run),");
        File.WriteAllText(Path.Combine(Folder, "Main.cs"), Main.Replace("//ROWS", string.Join('\n', rows)));

        var (code, output) = Repo.Build(Path.Combine(Folder, "Docs.csproj"));
        if (code != 0)
        {
            foreach (string line in output.Split('\n').Where(l => l.Contains(": error ")).Distinct())
            {
                string error = line.Replace(Repo.Root + Path.DirectorySeparatorChar, "").Trim();
                Console.WriteLine(Regex.Replace(error, @"\((\d+),\d+\)", ":$1"));
            }
            Console.WriteLine("docs: the pages' code does not compile");
            return programs.Count;
        }
        string work = Path.Combine(Folder, "work");          // what the programs write stays here
        Directory.CreateDirectory(work);
        int failed = Repo.Dotnet(work, "exec", Repo.In("artifacts", "bin", "Docs", "release", "Docs.dll"), Repo.Root);
        return Math.Min(failed, programs.Count);
    }

    private static string Literal(string? text) => text is null ? "null" : $"\"\"\"\"\"\n{text}\n\"\"\"\"\"";

    private const string Modifiers = "(?:(?:public|internal|file|sealed|abstract|static|readonly|partial) )*";

    private static readonly Regex Type = new($"^{Modifiers}(?:class|record|struct|interface|enum) ");

    private static readonly Regex Using = new(@"^using (?:static )?[\w.]+(?: = [\w.<>]+)?;");

    // The C# order of a program: usings, statements, types. Each line keeps its page and number.
    private static string Source(string name, Program program)
    {
        StringBuilder usings = new(), statements = new(), types = new();
        foreach (var block in program.Code)
        {
            bool inTypes = false;
            StringBuilder? before = null;
            string[] lines = block.Text.Split('\n');
            for (int i = 0; i < lines.Length; i++)
            {
                inTypes |= Type.IsMatch(lines[i]);
                StringBuilder part = Using.IsMatch(lines[i]) ? usings : inTypes ? types : statements;
                // Only where lines stop following each other: a directive inside a text of several lines is text.
                if (part != before) part.Append($"#line {block.Line + i} \"{block.File}\"\n");
                part.Append(lines[i]).Append('\n');
                before = part;
            }
        }
        return $$"""
            {{usings}}
            #line default
            namespace Docs.{{name}}
            {
            internal static class Page
            {
                public static async Task<int> Run(params string[] args)
                {
                    await Task.CompletedTask;
            {{statements}}
            #line default
                    return 0;
                }
            }
            {{types}}
            #line default
            }
            """;
    }

    private const string Project = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <RootNamespace>Docs</RootNamespace>
            <TreatWarningsAsErrors>false</TreatWarningsAsErrors>
            <EnforceCodeStyleInBuild>false</EnforceCodeStyleInBuild>
            <WarningLevel>0</WarningLevel>
            <Optimize>false</Optimize>
            <EnableDefaultCompileItems>false</EnableDefaultCompileItems>
          </PropertyGroup>
          <ItemGroup>
            <Compile Include="*.cs" />
            <ProjectReference Include="../../src/ChainRule/ChainRule.csproj" />
            <ProjectReference Include="../../src/ChainRule.Formats/ChainRule.Formats.csproj" />
            <ProjectReference Include="../../src/ChainRule.Models/ChainRule.Models.csproj" />
            <ProjectReference Include="../../src/ChainRule.Reports/ChainRule.Reports.csproj" />
            <ProjectReference Include="../../src/ChainRule.Labs/ChainRule.Labs.csproj" />
          </ItemGroup>
        </Project>
        """;

    // Runs every page's program with its output caught; the exit code is the number of failures.
    private const string Main = """""
        using System.Diagnostics;

        (string Place, string? Expected, Func<string[], Task<int>> Run)[] programs =
        [
        //ROWS
        ];
        var console = Console.Out;
        int failed = 0;
        foreach (var (place, expected, run) in programs)
        {
            var printed = new StringWriter();
            var watch = Stopwatch.StartNew();
            string? problem = null;
            Console.SetOut(printed);
            ChainRule.Nn.Init.DefaultSeed = 0;                     // as in a process of its own
            try { problem = await run([]) is not 0 and var code ? $"{place}: returns {code} after\n{printed}" : null; }
            catch (Exception e) { problem = $"{Where(e) ?? place}: {e.GetType().Name}: {e.Message}"; }
            Console.SetOut(console);
            if (problem is null && expected is not null && Clean(printed.ToString()) != Clean(expected))
                problem = $"{place}: prints\n{Clean(printed.ToString())}\nbut the page says\n{Clean(expected)}";
            if (problem is not null) failed++;
            Console.WriteLine(problem ?? $"{place}: ok ({watch.Elapsed.TotalSeconds:F1} s)");
        }
        return failed;

        string? Where(Exception e)
        {
            foreach (var frame in new StackTrace(e, true).GetFrames())
            {
                if (frame.GetFileName() is { } file && file.EndsWith(".md"))
                    return $"{Path.GetRelativePath(args[0], file).Replace('\\', '/')}:{frame.GetFileLineNumber()}";
            }
            return null;
        }

        static string Clean(string text) => string.Join('\n', text.Split('\n').Select(l => l.TrimEnd())).Trim();
        """"";
}
