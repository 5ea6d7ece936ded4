using ChainRule.Data;
using ChainRule.Labs;

namespace ChainRule.Tests.LabTests;

/// <summary>Every lab in its quick form, on digits drawn by code.</summary>
public sealed class LabTests
{
    public static TheoryData<string> Names => [.. Lab.All.Select(l => l.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Lab_gives_the_same_page_twice_for_the_same_seed_and_another_for_another(string name)
    {
        LabPage page = Run(name, seed: 3);
        Assert.Equal(page.ToHtml(), Run(name, seed: 3).ToHtml());
        Assert.NotEqual(page.Figures, Run(name, seed: 4).Figures);
        Assert.NotEmpty(page.Parts.OfType<LabTable>());
        Assert.NotEmpty(page.Parts.OfType<LabPicture>());
        Assert.Equal(page.Figures.Count, page.Figures.DistinctBy(f => f.Name).Count());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Lab_stops_when_it_is_cancelled(string name)
    {
        using CancellationTokenSource cancel = new();
        cancel.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => Run(name, seed: 3, cancel.Token));
    }

    [Fact]
    public void Names_of_labs_are_those_of_folders() =>
        Assert.All(Lab.All, lab => Assert.Matches("^[a-z-]+$", lab.Name));

    [Fact]
    public void Factors_of_ReLU_are_those_of_the_theory()
    {
        LabPage page = Run("init", seed: 3);
        foreach (LabFigure predicted in page.Figures.Where(f => f.Name.StartsWith("forward/predicted/")))
        {
            string rule = predicted.Name["forward/predicted/".Length..];
            // 32 units and two draws: a factor is off by a quarter at times.
            Assert.InRange(page[$"forward/Relu/{rule}"] / predicted.Value, 0.7, 1.4);
            Assert.InRange(page[$"backward/Relu/{rule}"] / predicted.Value, 0.7, 1.4);
        }
        Assert.InRange(page["backward/Sigmoid/Xavier normal"], 0.02, 0.1);
    }

    [Fact]
    public void Equal_weights_stay_equal()
    {
        LabPage page = Run("init", seed: 3);
        Assert.Equal(0, page["difference/all 0.01"]);
        Assert.True(page["largest/all 0.01"] > 0.011, "the weights have not moved");
        Assert.Equal(0, page["largest/all 0"]);
        Assert.True(page["difference/Gaussian 0.01"] > 0.01, "unequal weights have not parted");
    }

    private static LabPage Run(string name, ulong seed, CancellationToken cancellation = default) =>
        Lab.All.Single(l => l.Name == name).Run(new LabOptions
        {
            Seed = seed,
            Quick = true,
            Data = new DataFolder(own: null, "/nowhere"),
            Cancellation = cancellation,
        });
}
