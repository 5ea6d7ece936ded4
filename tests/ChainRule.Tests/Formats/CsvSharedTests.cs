using ChainRule.Data;
using ChainRule.Formats;

namespace ChainRule.Tests.Formats;

/// <summary>The published tables in the shared folder.</summary>
public sealed class CsvSharedTests
{
    private static CsvDataset Load(string name, CsvOptions? options = null) =>
        CsvDataset.Load(SharedData.Path($"data/{name}"), (options ?? new CsvOptions()) with { TestShare = 0 });

    [SharedTheory("data/tabular")]
    [InlineData("tabular/wine.csv", null, 178, 13, "1 2 3")]
    [InlineData("tabular/winequality-red.csv", null, 1599, 11, "3 4 5 6 7 8")]
    [InlineData("tabular/wdbc.data", "2", 569, 31, "B M")]
    [InlineData("tabular/diabetes.tab.txt", "Y", 442, 10, null)]
    [InlineData("tabular/Concrete_Data.csv", null, 1030, 8, null)]
    [InlineData("iris/iris.csv", null, 150, 4, "Iris-setosa Iris-versicolor Iris-virginica")]
    [InlineData("iris/iris_training.csv", null, 120, 4, "setosa versicolor virginica")]
    [InlineData("optdigits/optdigits.tra", null, 3823, 64, "0 1 2 3 4 5 6 7 8 9")]
    [InlineData("optdigits/optdigits.tes", "65", 1797, 64, "0 1 2 3 4 5 6 7 8 9")]
    [InlineData("vowels/vowel-context.data", null, 990, 13, "0 1 2 3 4 5 6 7 8 9 10")]
    public void Table_is_read_with_no_option_but_the_target(
        string name, string? target, int rows, int inputs, string? classes)
    {
        var set = Load(name, new CsvOptions { Target = target });
        Assert.Equal(rows, set.Train.Count);
        Assert.Equal(inputs, set.Schema.InputSize);
        Assert.Equal(classes, set.Schema.Target.Classes is { } c ? string.Join(' ', c) : null);
        Assert.All(set.Train.Inputs.ToArray<float>(), value => Assert.InRange(value, -100, 100));
    }

    [SharedFact("data/tabular")]
    public void Published_means_are_found()
    {
        Assert.Equal(152.13348416, Load("tabular/diabetes.tab.txt").Schema.Target.Mean, 6);
        Assert.Equal(35.818, Load("tabular/Concrete_Data.csv").Schema.Target.Mean, 3);
        Assert.Equal(14.127, Load("tabular/wdbc.data", new CsvOptions { Target = "2" }).Schema.Features[1].Mean, 3);
    }

    [SharedFact("data/vowels/pb52.csv")]
    public void Vowels_keep_their_signs()
    {
        var set = Load("vowels/pb52.csv", new CsvOptions { Target = "vowel", Ignore = ["speaker", "repetition"] });
        Assert.Equal(["3'", "A", "E", "I", "O", "U", "V", "i", "u", "{"], set.Schema.Target.Classes!);
        Assert.Equal(1520, set.Train.Count);
        Assert.Equal(["type=c", "type=m", "type=w", "sex=f", "sex=m", "f0", "f1", "f2", "f3"], set.Schema.InputNames);
    }

    [SharedFact("data/tabular/housing.csv.gz")]
    public void Housing_needs_a_word_about_its_missing_cells()
    {
        const string name = "tabular/housing.csv.gz";
        var error = Assert.Throws<DataException>(() => Load(name, new CsvOptions { Target = "median_house_value" }));
        Assert.Equal(("total_bedrooms", 5, 292), (error.Column, error.ColumnNumber, error.Row));
        var options = new CsvOptions { Target = "median_house_value", Missing = CsvMissing.DropRow };
        var set = Load(name, options);
        Assert.Equal((20640 - 207, 207), (set.Train.Count, set.DroppedRows));
        Assert.Equal(8 + 5, set.Schema.InputSize);
        Assert.Equal(20640, Load(name, options with { Missing = CsvMissing.FillMean }).Train.Count);
        Assert.Equal(206_855.82, Load(name, options with { Missing = CsvMissing.FillMean }).Schema.Target.Mean, 2);
    }

    [SharedFact("data/iris")]
    public void Iris_files_give_the_built_in_rows()
    {
        var train = Load("iris/iris_training.csv", new CsvOptions { Standardize = false });
        var test = train.Schema.Encode(CsvTable.Read(SharedData.Path("data/iris/iris_test.csv")));
        var (builtInTrain, builtInTest) = Iris.Load();
        Assert.Equal(builtInTrain.Inputs.ToArray<float>(), train.Train.Inputs.ToArray<float>());
        Assert.Equal(builtInTrain.Targets.ToArray<long>(), train.Train.Targets.ToArray<long>());
        Assert.Equal(builtInTest.Inputs.ToArray<float>(), test.Inputs.ToArray<float>());
        Assert.Equal(builtInTest.Targets.ToArray<long>(), test.Targets.ToArray<long>());
    }

    [SharedTheory("data/timeseries")]
    [InlineData("timeseries/airline-passengers.csv", 144)]
    [InlineData("timeseries/monthly-sunspots.csv", 2820)]
    [InlineData("timeseries/daily-min-temperatures.csv", 3650)]
    public void Time_series_are_tables_with_quoted_headers(string name, int rows)
    {
        var table = CsvTable.Read(SharedData.Path($"data/{name}"));
        Assert.True(table.HasHeader);
        Assert.Equal(rows, table.RowCount);
    }
}
