using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using System.Text;
using System.Xml.Linq;

namespace ChainRule.Tests.Contracts;

/// <summary>Packs the solution into a temporary folder once, for all tests below.</summary>
public sealed class PackedSolution : IDisposable
{
    private readonly TempFolder _folder = new();

    public PackedSolution()
    {
        var (code, output, errors) = Checkout.Run(Checkout.Root, Checkout.Dotnet,
            ["pack", "ChainRule.slnx", "-c", "Release", "-nologo", "-clp:ErrorsOnly", "-o", _folder.Root]);
        if (code != 0) throw new InvalidOperationException($"dotnet pack ended with {code}:\n{output}{errors}");
    }

    /// <summary>The version that Directory.Build.props gives everything.</summary>
    public string Version { get; } =
        XDocument.Load(Checkout.In("Directory.Build.props")).Descendants("Version").Single().Value;

    public string Folder => _folder.Root;

    public ZipArchive Open(string id, string extension) =>
        ZipFile.OpenRead(_folder[$"{id}.{Version}.{extension}"]);

    public void Dispose() => _folder.Dispose();
}

/// <summary>What <c>dotnet pack</c> makes: opened, and the tool installed and started.</summary>
[Collection(Checkout.Builds)]
[Trait("Category", "Slow")]
public sealed class PackageTests(PackedSolution packed) : IClassFixture<PackedSolution>
{
    private static readonly string[] Packages =
        ["ChainRule", "ChainRule.Formats", "ChainRule.Models", "ChainRule.Reports", "ChainRule.Labs", "ChainRule.Cli"];

    [Fact]
    public void Pack_makes_the_libraries_and_the_tool_each_with_symbols()
    {
        var expected = Packages.SelectMany(id =>
            (string[])[$"{id}.{packed.Version}.nupkg", $"{id}.{packed.Version}.snupkg"]);
        var found = Directory.GetFiles(packed.Folder).Select(f => Path.GetFileName(f));
        Assert.Equal(expected.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("ChainRule")]
    [InlineData("ChainRule.Formats")]
    [InlineData("ChainRule.Models")]
    [InlineData("ChainRule.Reports")]
    [InlineData("ChainRule.Labs")]
    public void Library_package_holds_one_managed_assembly_its_documentation_and_a_readme(string id)
    {
        using var package = packed.Open(id, "nupkg");
        var content = package.Entries.Select(e => e.FullName).Where(n => !IsPackaging(n)).Order(StringComparer.Ordinal);
        Assert.Equal([$"{id}.nuspec", "README.md", $"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml"], content);
        Assert.InRange(package.Entries.Sum(e => e.CompressedLength), 1, 3_000_000);
        AssertManaged(package.GetEntry($"lib/net10.0/{id}.dll")!);
        Assert.Equal(id, (string?)Xml(package, $"lib/net10.0/{id}.xml").Root!.Element("assembly")!.Element("name"));
    }

    [Fact]
    public void Core_package_depends_on_nothing()
    {
        using var package = packed.Open("ChainRule", "nupkg");
        Assert.DoesNotContain(Xml(package, "ChainRule.nuspec").Descendants(), e => e.Name.LocalName == "dependency");
    }

    [Fact]
    public void Tool_package_names_its_command_and_holds_no_native_binary()
    {
        using var package = packed.Open("ChainRule.Cli", "nupkg");
        var command = Xml(package, "tools/net10.0/any/DotnetToolSettings.xml").Descendants("Command").Single();
        Assert.Equal("chainrule", (string?)command.Attribute("Name"));
        Assert.Equal("dotnet", (string?)command.Attribute("Runner"));
        Assert.NotNull(package.GetEntry($"tools/net10.0/any/{(string?)command.Attribute("EntryPoint")}"));
        Assert.NotNull(package.GetEntry("README.md"));

        var names = package.Entries.Select(e => e.FullName).ToList();
        Assert.DoesNotContain(names, n => n.Contains("runtimes/"));
        Assert.All(package.Entries.Where(e => e.Name.EndsWith(".dll")), AssertManaged);
        // Windows and macOS take two names that differ by case for one file.
        Assert.Equal(names.Count, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Theory]
    [InlineData("ChainRule", "lib/net10.0")]
    [InlineData("ChainRule.Formats", "lib/net10.0")]
    [InlineData("ChainRule.Models", "lib/net10.0")]
    [InlineData("ChainRule.Reports", "lib/net10.0")]
    [InlineData("ChainRule.Labs", "lib/net10.0")]
    [InlineData("ChainRule.Cli", "tools/net10.0/any")]
    public void Symbols_carry_their_sources_under_names_of_no_machine(string id, string folder)
    {
        using var package = packed.Open(id, "snupkg");
        using var symbols = MetadataReaderProvider.FromPortablePdbStream(Copy(package.GetEntry($"{folder}/{id}.pdb")!));
        var reader = symbols.GetMetadataReader();
        var names = reader.Documents.Select(d => reader.GetString(reader.GetDocument(d).Name)).ToList();
        // Sources by the map; generated ones may have a bare relative name.
        Assert.All(names, n => Assert.True(n.StartsWith("/_/") || !Path.IsPathRooted(n), n));
        Assert.Contains(names, n => n.StartsWith($"/_/src/{id}/") || n.StartsWith("/_/artifacts/obj/"));

        var embedded = new Guid("0E8A571B-6926-466E-B4AD-8AB04611F5FE");     // "embedded source" of portable symbols
        Assert.All(reader.Documents, d => Assert.Contains(reader.GetCustomDebugInformation(d),
            c => reader.GetGuid(reader.GetCustomDebugInformation(c).Kind) == embedded));
    }

    [Fact]
    public void Packages_name_no_folder_of_the_building_machine()
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string[] folders = [.. ((string[])[Checkout.Root, home]).Where(p => p.Length > 1).Select(p => p + "/")];
        foreach (string id in Packages)
        {
            foreach (string extension in (string[])["nupkg", "snupkg"])
            {
                using var package = packed.Open(id, extension);
                foreach (var entry in package.Entries.Where(e => e.Name.StartsWith("ChainRule")))
                    AssertFree(entry, folders);
            }
        }

        static void AssertFree(ZipArchiveEntry entry, string[] folders)
        {
            byte[] bytes = Copy(entry).ToArray();
            foreach (string folder in folders)
                foreach (var encoding in (Encoding[])[Encoding.UTF8, Encoding.Unicode])
                    Assert.True(bytes.AsSpan().IndexOf(encoding.GetBytes(folder)) < 0, $"{entry.FullName}: {folder}");
        }
    }

    [Fact]
    public void Tool_installs_from_the_folder_alone_and_says_its_version()
    {
        // The packages' folder is the only source, so this needs no network.
        string tools = Path.Combine(packed.Folder, "tools");
        var (code, output, errors) = Checkout.Run(packed.Folder, Checkout.Dotnet, ["tool", "install", "ChainRule.Cli",
            "--version", packed.Version, "--tool-path", tools, "--source", packed.Folder]);
        Assert.True(code == 0, output + errors);

        // A dotnet outside the usual places is found by this variable: three folders above the running runtime.
        string dotnet = Path.GetFullPath("../../..", RuntimeEnvironment.GetRuntimeDirectory());
        (code, output, errors) = Checkout.Run(packed.Folder, Path.Combine(tools, "chainrule"), ["--version"],
            new Dictionary<string, string?> { ["DOTNET_ROOT"] = dotnet });
        Directory.Delete(tools, recursive: true);
        Assert.True(code == 0, output + errors);
        Assert.Equal($"chainrule {packed.Version}", output.Trim());
    }

    private static bool IsPackaging(string entry) =>
        entry.StartsWith("_rels/") || entry.StartsWith("package/") || entry == "[Content_Types].xml";

    private static XDocument Xml(ZipArchive package, string entry)
    {
        using var stream = package.GetEntry(entry)!.Open();
        return XDocument.Load(stream);
    }

    private static void AssertManaged(ZipArchiveEntry entry)
    {
        using var portable = new PEReader(Copy(entry));
        Assert.True(portable.HasMetadata, $"{entry.FullName} is not a managed assembly");
        Assert.True(portable.PEHeaders.CorHeader!.Flags.HasFlag(CorFlags.ILOnly),
            $"{entry.FullName} holds native code");
    }

    private static MemoryStream Copy(ZipArchiveEntry entry)
    {
        var copy = new MemoryStream();
        using (var stream = entry.Open()) stream.CopyTo(copy);
        copy.Position = 0;
        return copy;
    }
}
