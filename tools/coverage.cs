#:property PublishAot=false
#:property TreatWarningsAsErrors=true

// Line coverage of src/ChainRule: dotnet run dev.cs -- coverage [WIDTH ...]. The tests run once for every width of
// vectors, or for those named, as each has code of its own; a line counts when any of them ran it. Slow tests start
// other processes, which are not seen.

using System.Diagnostics;
using System.Globalization;
using System.Xml;

const double Least = 95;
string[] all = ["512", "256", "128", "0"], widths = args.Length > 0 ? args : all;
if (widths.Except(all).FirstOrDefault() is { } wrong)
{
    Console.Error.WriteLine($"coverage: there is no width '{wrong}'; expected {string.Join(", ", all)}, or nothing.");
    return 2;
}
string root = Path.GetDirectoryName((string)AppContext.GetData("EntryPointFileDirectoryPath")!)!;
string results = Path.Combine(root, "artifacts", "coverage");
if (Directory.Exists(results)) Directory.Delete(results, recursive: true);
if (Dotnet("512", "build", "-c", "Release", "-nologo", "-clp:ErrorsOnly;NoSummary") != 0) return 1;

// By file, whether each line that has code was run.
SortedDictionary<string, Dictionary<int, bool>> files = [];
bool passed = true;
foreach (string width in widths)
{
    Console.WriteLine($"coverage: registers of {width} bits");
    string folder = Path.Combine(results, width);
    int code = Dotnet(
        width, "test", Path.Combine("tests", "ChainRule.Tests"), "--no-build", "-c", "Release", "--nologo", "-v", "q",
        "--filter", "Category!=Slow", "--collect", "XPlat Code Coverage", "--results-directory", folder,
        "--", Option("Include=[ChainRule]*"), Option("SingleHit=true"),
        Option("ExcludeAssembliesWithoutSources=None"));                // their paths are made neutral by the build
    passed &= code == 0;
    foreach (string file in Directory.GetFiles(folder, "*.xml", SearchOption.AllDirectories)) Read(file);
}

foreach (var (name, lines) in files.OrderByDescending(f => f.Value.Values.Count(run => !run)).Take(20))
{
    int[] missed = [.. lines.Where(l => !l.Value).Select(l => l.Key).Order()];
    if (missed.Length > 0)
        Console.WriteLine($"{missed.Length,5} of {lines.Count,4} lines not run: {name}: {Ranges(missed)}");
}
int count = files.Values.Sum(f => f.Count), run = files.Values.Sum(f => f.Values.Count(r => r));
double share = 100.0 * run / Math.Max(count, 1);
Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture, $"{run} of {count} lines of src/ChainRule run by the tests: {share:0.00}%"));
return passed && share >= Least ? 0 : 1;

static string Option(string setting) =>
    "DataCollectionRunSettings.DataCollectors.DataCollector.Configuration." + setting;

int Dotnet(string width, params string[] arguments)
{
    ProcessStartInfo start = new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", arguments)
    {
        WorkingDirectory = root,
    };
    start.Environment["CHAINRULE_SIMD"] = width;
    // As on the many machines without AVX-512: the forms of its instructions for shorter vectors are gone as well.
    if (width == "256") start.Environment["DOTNET_EnableAVX512"] = "0";
    using var child = Process.Start(start)!;
    child.WaitForExit();
    return child.ExitCode;
}

// The Cobertura form: <class filename="..."> with <line number="..." hits="...">, a file in several classes.
void Read(string file)
{
    using var reader = XmlReader.Create(file, new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
    Dictionary<int, bool> lines = [];
    while (reader.Read())
    {
        if (reader.NodeType != XmlNodeType.Element) continue;
        if (reader.LocalName == "class")
        {
            string name = reader.GetAttribute("filename")!.Replace('\\', '/');
            if (!files.TryGetValue(name, out lines!)) files[name] = lines = [];
        }
        else if (reader.LocalName == "line")
        {
            int number = int.Parse(reader.GetAttribute("number")!, CultureInfo.InvariantCulture);
            lines[number] = lines.GetValueOrDefault(number) || reader.GetAttribute("hits") != "0";
        }
    }
}

// "3-5, 9": the first few.
static string Ranges(int[] numbers)
{
    List<string> ranges = [];
    for (int i = 0; i < numbers.Length; i++)
    {
        int first = numbers[i];
        while (i + 1 < numbers.Length && numbers[i + 1] == numbers[i] + 1) i++;
        ranges.Add(first == numbers[i] ? $"{first}" : $"{first}-{numbers[i]}");
    }
    return string.Join(", ", ranges.Take(8)) + (ranges.Count > 8 ? ", ..." : "");
}
