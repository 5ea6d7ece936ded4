using ChainRule.Data;
using ChainRule.Labs;
using ChainRule.Tests.Contracts;
using ChainRule.Training;

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

    [Theory]
    [MemberData(nameof(Names))]
    public void Lab_has_a_page_of_a_whole_run_in_the_documentation(string name)
    {
        Lab lab = Lab.All.Single(l => l.Name == name);
        string page = File.ReadAllText(Checkout.In("docs", "labs", name, "README.md")).ReplaceLineEndings("\n");
        Assert.StartsWith(
            $"# {lab.Title}\n\n{lab.Question}\n\nMade by `chainrule lab {name} --seed 1`.", page);
        Assert.DoesNotContain("quick run", page);
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

    [Fact]
    public void Every_remedy_is_measured_on_the_test_pictures()
    {
        LabPage page = Run("regularisation", seed: 3);
        foreach (Remedy remedy in Remedy.All)
        {
            Assert.InRange(page[$"loss/{remedy.Name}"], 0.1, 3);
            Assert.InRange(page[$"right/{remedy.Name}"], 5, 100);
            Assert.InRange(page[$"known/{remedy.Name}"], 5, 100);
            Assert.InRange(page[$"less loss/{remedy.Name}"], 0, RegularisationSize.Quick.Draws);
        }
        foreach (Remedy remedy in Remedy.Main)
        {
            Assert.InRange(page[$"right labels/loss/{remedy.Name}"], 0.1, 3);
            Assert.InRange(page[$"right labels/right/{remedy.Name}"], 5, 100);
        }
        Assert.Equal(0, page["less loss/nothing"]);
        Assert.True(page["weights/L2"] < page["weights/nothing"], "L2 has not made the weights smaller");
        LabTable choices = page.Parts.OfType<LabTable>().Last();
        Assert.Equal(Remedy.All.Concat(Remedy.Main).Where(r => r.Choices.Count > 1).Select(r => r.Name),
            choices.Rows.Select(r => r[1]));
    }

    [Fact]
    public void Early_stopping_keeps_the_epoch_that_was_best_in_validation()
    {
        LabPictures pictures = LabPictures.Load(new LabOptions { Quick = true });
        RegularisationSize size = RegularisationSize.Quick with { Epochs = 100 };
        TrialResult stopped = new Trial(pictures, size, seed: 3, draw: 0, wrong: 0)
            .Run(new Plan { Patience = 2 }, onTest: false);
        Assert.Equal(TrainingEnd.Stopped, stopped.History.End);
        Assert.Equal(stopped.History.Best!.Validation!["accuracy"], stopped.Accuracy);
        Assert.Equal(stopped.History.BestEpoch, stopped.History.Epochs.Count - 2);
    }

    [Fact]
    public void A_network_can_learn_wrong_labels_by_heart_and_is_worse_for_it()
    {
        LabPictures pictures = LabPictures.Load(new LabOptions { Quick = true });
        RegularisationSize size = RegularisationSize.Quick with { Epochs = 200 };
        TrialResult right = new Trial(pictures, size, seed: 3, draw: 0, wrong: 0).Run(new Plan(), onTest: false),
            half = new Trial(pictures, size, seed: 3, draw: 0, wrong: 0.5).Run(new Plan(), onTest: true),
            test = new Trial(pictures, size, seed: 3, draw: 0, wrong: 0).Run(new Plan(), onTest: true);
        Assert.Equal(1, right.Own["accuracy"]);
        Assert.Equal(1, half.Own["accuracy"]);
        Assert.True(half.Accuracy < test.Accuracy - 0.1,
            $"{half.Accuracy} right with half of the labels wrong, {test.Accuracy} with none");
    }

    [Fact]
    public void As_many_labels_are_wrong_as_asked_for()
    {
        LabPictures pictures = LabPictures.Load(new LabOptions { Quick = true });
        Trial Of(double wrong) => new(pictures, RegularisationSize.Quick, seed: 3, draw: 1, wrong);
        long[] right = Of(0).Labels(), some = Of(0.1).Labels(), all = Of(1).Labels();
        Assert.Equal(RegularisationSize.Quick.Samples, right.Length);
        Assert.Equal(RegularisationSize.Quick.Samples / 10, right.Zip(some).Count(p => p.First != p.Second));
        Assert.DoesNotContain(right.Zip(all), p => p.First == p.Second);
        Assert.All(all, label => Assert.InRange(label, 0, LabPictures.Classes - 1));
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
