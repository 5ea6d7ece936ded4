using System.Globalization;
using ChainRule.Data;

namespace ChainRule.Tests.Data;

public sealed class IrisTests
{
    [Fact]
    public void Rows_are_150_with_50_of_each_species()
    {
        var (features, classes) = Iris.Rows();
        Assert.Equal(600, features.Length);
        Assert.Equal([50, 50, 50], classes.CountBy(c => c).OrderBy(c => c.Key).Select(c => c.Value));
        Assert.Equal([42, 36, 42], classes[..Iris.TrainCount].CountBy(c => c).OrderBy(c => c.Key).Select(c => c.Value));
        Assert.Equal([6.4f, 2.8f, 5.6f, 2.2f], features[..4]);
        Assert.Equal(5.843333, features.Where((_, i) => i % 4 == 0).Average(x => (double)x), 5);
    }

    [SharedFact("data/iris")]
    public void Rows_are_those_of_the_published_files()
    {
        var (features, classes) = Iris.Rows();
        string[] lines =
        [
            .. File.ReadAllLines(SharedData.Path("data/iris/iris_training.csv"))[1..],
            .. File.ReadAllLines(SharedData.Path("data/iris/iris_test.csv"))[1..],
        ];
        Assert.Equal(150, lines.Length);
        for (int i = 0; i < lines.Length; i++)
        {
            float[] row = [.. lines[i].Split(',').Select(cell => float.Parse(cell, CultureInfo.InvariantCulture))];
            Assert.Equal(row[..4], features[(4 * i)..(4 * i + 4)]);
            Assert.Equal((int)row[4], classes[i]);
        }
    }
}
