using System.Runtime.InteropServices;

namespace ChainRule.Tests.Contracts;

/// <summary>The core in a program from which everything unused was cut.</summary>
[Trait("Category", "Slow")]
public sealed class TrimmingTests
{
    private const string Program = """
        using ChainRule;

        var (x, y, z) = (Leaf(-2), Leaf(5), Leaf(-4));
        var f = (x + y) * z;
        f.Backward();
        Console.WriteLine($"{f.Item()} {x.Grad!.Item()} {y.Grad!.Item()} {z.Grad!.Item()}");

        var w = Tensor.Randn([300, 200], new Rng(1));
        w.RequiresGrad = true;
        var loss = Tensor.Ones([64, 300]).MatMul(w).Sigmoid().Sum();
        loss.Backward();
        Console.WriteLine(w.Grad!.Shape);

        static Tensor Leaf(double value)
        {
            var leaf = Tensor.Scalar(value);
            leaf.RequiresGrad = true;
            return leaf;
        }
        """;

    [Fact]
    public void Trimmed_program_computes_the_same_without_a_warning()
    {
        using var folder = new TempFolder();
        folder.Write("Trimmed.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <InvariantGlobalization>true</InvariantGlobalization>
                <PublishTrimmed>true</PublishTrimmed>
                <TrimmerSingleWarn>false</TrimmerSingleWarn>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup>
                <Reference Include="{Path.Combine(AppContext.BaseDirectory, "ChainRule.dll")}" />
              </ItemGroup>
            </Project>
            """);
        folder.Write("Program.cs", Program);

        var (code, output, errors) = Checkout.Run(folder.Root, Checkout.Dotnet,
            ["publish", "-c", "Release", "-nologo", "-r", RuntimeInformation.RuntimeIdentifier, "-o", folder["out"]]);
        // NU1101 or NU1301 here: the runtime's package, which trimming starts from, could not be restored.
        Assert.True(code == 0, output + errors);

        (code, output, errors) = Checkout.Run(folder.Root, folder["out/Trimmed"], []);
        Assert.True(code == 0, errors);
        Assert.Equal("-12 -4 -4 3\n[300, 200]\n", output.ReplaceLineEndings("\n"));
        Assert.InRange(new FileInfo(folder["out/ChainRule.dll"]).Length, 1,
            new FileInfo(Path.Combine(AppContext.BaseDirectory, "ChainRule.dll")).Length - 1);
    }
}
