using ChainRule.Formats;

namespace ChainRule.Tests.Formats;

public sealed class CsvDatasetTests
{
    private static readonly CsvOptions All = new() { TestShare = 0 };

    private static CsvDataset From(string text, CsvOptions? options = null) =>
        CsvDataset.From(CsvTable.Parse(text), options ?? All);

    private static string ErrorOf(string text, CsvOptions? options = null)
    {
        using var folder = new TempFolder();
        string path = folder.Write("x.csv", text);
        return Assert.Throws<DataException>(() => CsvDataset.Load(path, options ?? All)).Message.Replace(path, "FILE");
    }

    [Fact]
    public void Numbers_are_standardised_and_text_targets_sorted()
    {
        var set = From("x,y,kind\n1,10,b\n3,10,a\n5,10,c\n7,10,a\n");
        Assert.Equal(["a", "b", "c"], set.Schema.Target.Classes!);
        Assert.Equal([1, 0, 2, 0], set.Train.Targets.ToArray<long>());
        double s = Math.Sqrt(5);
        Assert.Equal(new[] { -3 / s, 0, -1 / s, 0, 1 / s, 0, 3 / s, 0 }.Select(v => (float)v),
            set.Train.Inputs.ToArray<float>());
        Assert.Equal((4, s), (set.Schema.Features[0].Mean, set.Schema.Features[0].Std));
        Assert.Equal((2, 3), (set.Schema.InputSize, set.Schema.OutputSize));
        Assert.Null(set.Test);
    }

    [Fact]
    public void Categories_become_one_input_each()
    {
        var set = From("colour,n,y\nred,1,0.5\nblue,1,1.5\nred,2,2.5\n",
            All with { Standardize = false, Categorical = ["n"] });
        Assert.Equal(["colour=blue", "colour=red", "n=1", "n=2"], set.Schema.InputNames);
        Assert.Equal([0, 1, 1, 0, 1, 0, 1, 0, 0, 1, 0, 1], set.Train.Inputs.ToArray<float>());
        Assert.Equal([0.5f, 1.5f, 2.5f], set.Train.Targets.ToArray<float>());
        Assert.Equal("[3, 1]", set.Train.Targets.Shape.ToString());
    }

    [Theory]
    [InlineData("x\n1\n2\n1\n2\n", CsvTask.Auto, true)]
    [InlineData("x\n1\n2\n3\n4\n", CsvTask.Auto, false)]
    [InlineData("x\n1.5\n2\n1.5\n2\n", CsvTask.Auto, false)]
    [InlineData("x\n1\n2\n1\n2\n", CsvTask.Regression, false)]
    [InlineData("x\n1.5\n2\n1.5\n2\n", CsvTask.Classification, true)]
    [InlineData("x\na\nb\nc\nd\n", CsvTask.Auto, true)]
    public void Task_is_found_or_said(string target, CsvTask task, bool classification)
    {
        string[] rows = target.TrimEnd().Split('\n');
        string text = string.Join('\n', rows.Select((cell, i) => i == 0 ? "f,x" : $"{i}.5,{cell}"));
        Assert.Equal(classification, From(text, All with { Task = task }).Schema.Target.Classes is not null);
    }

    [Fact]
    public void Number_classes_are_sorted_by_value() => Assert.Equal(["2", "10"],
        From("f,k\n1,10\n2,2\n3,10\n4,2.0\n").Schema.Target.Classes!);

    [Fact]
    public void Regression_target_is_standardised_and_restored()
    {
        var set = From("f,y\n1,0.5\n2,2.5\n");
        Assert.Equal([-1, 1], set.Train.Targets.ToArray<float>());
        Assert.Equal(2.5, set.Schema.Target.Restore(1));
    }

    [Fact]
    public void Mean_and_deviation_are_of_the_training_rows_only()
    {
        string text = "x,y\n" + string.Concat(Enumerable.Range(0, 20).Select(i => $"{i * i}.5,{i}.25\n"));
        var set = From(text, new CsvOptions { TestShare = 0.25, Seed = 1 });
        Assert.Equal((15, 5), (set.Train.Count, set.Test!.Count));
        Assert.Equal(0, set.Train.Inputs.ToArray<float>().Average(), 5);
        Assert.Equal(1, set.Train.Inputs.ToArray<float>().Average(v => v * v), 5);
        Assert.NotEqual(0, set.Test.Inputs.ToArray<float>().Average(), 2);
        var again = From(text, new CsvOptions { TestShare = 0.25, Seed = 1 });
        Assert.Equal(set.Test.Inputs.ToArray<float>(), again.Test!.Inputs.ToArray<float>());
        var other = From(text, new CsvOptions { TestShare = 0.25, Seed = 2 });
        Assert.NotEqual(set.Schema.Features[0].Mean, other.Schema.Features[0].Mean);
    }

    [Fact]
    public void Target_is_taken_by_name_number_or_place()
    {
        const string text = "a,b,c\n1,2.5,3\n2,3.5,5\n3,4.5,8\n";
        Assert.Equal("c", From(text).Schema.Target.Name);
        Assert.Equal("b", From(text, All with { Target = "B" }).Schema.Target.Name);
        Assert.Equal("a", From(text, All with { Target = "1" }).Schema.Target.Name);
        Assert.Equal("a", From(text, All with { TargetIndex = 0 }).Schema.Target.Name);
        Assert.Equal(["c"], From(text, All with { Target = "b", Ignore = ["a"] }).Schema.Features.Select(f => f.Name));
    }

    [Fact]
    public void Rows_with_missing_cells_are_dropped_or_filled()
    {
        const string text = "x,colour,y\n1,red,1.5\n?,blue,2.5\n3,,3.5\n5,red,NA\n2,blue,9.5\n";
        var dropped = From(text, All with { Missing = CsvMissing.DropRow });
        Assert.Equal((2, 3), (dropped.Train.Count, dropped.DroppedRows));

        var filled = From("x,colour,y\n1,red,1.5\n?,blue,2.5\n3,,3.5\n",
            All with { Missing = CsvMissing.FillMean, Standardize = false });
        Assert.Equal([1, 0, 1, 2, 1, 0, 3, 0, 0], filled.Train.Inputs.ToArray<float>());
        var scaled = From("x,y\n1,1.5\n?,2.5\n3,3.5\n", All with { Missing = CsvMissing.FillMean });
        Assert.Equal([-1, 0, 1], scaled.Train.Inputs.ToArray<float>());
    }

    [Fact]
    public void Decimal_commas_are_numbers() => Assert.Equal([1.5f, 3.25f],
        From("a;b\n1,5;red\n3,25;blue\n", All with { Standardize = false }).Train.Inputs.ToArray<float>());

    [Fact]
    public void Schema_kept_as_json_encodes_the_same()
    {
        var set = From("x,colour,kind\n1,red,b\n3,blue,a\n5,red,a\n");
        var kept = CsvSchema.FromJson(set.Schema.ToJson());
        Assert.Equal(set.Schema.ToJson(), kept.ToJson());
        Assert.Equal(set.Train.Inputs.ToArray<float>(),
            kept.EncodeInputs(CsvTable.Parse("x,colour,kind\n1,red,b\n3,blue,a\n5,red,a\n")).ToArray<float>());
    }

    [Theory]
    [InlineData("x,y,kind\n9,2,a\n")]
    [InlineData("kind,y,x\na,2,9\n")]
    [InlineData("y,other,x\n2,7,9\n")]
    [InlineData("9,2,a\n")]
    [InlineData("9,2\n")]
    public void Schema_finds_columns_by_name_or_place(string text)
    {
        var schema = From("x,y,kind\n1,10,b\n3,20,a\n", All with { Standardize = false }).Schema;
        Assert.Equal([9, 2], schema.EncodeInputs(CsvTable.Parse(text)).ToArray<float>());
    }

    [Fact]
    public void Schema_leaves_a_target_in_the_middle_out()
    {
        var schema = From("x,kind,y\n1,b,10\n3,a,20\n", All with { Standardize = false, Target = "kind" }).Schema;
        Assert.Equal([9, 2], schema.EncodeInputs(CsvTable.Parse("9,2\n")).ToArray<float>());
        Assert.Equal([9, 2], schema.EncodeInputs(CsvTable.Parse("9,?,2\n", header: false)).ToArray<float>());
    }

    [Fact]
    public void Missing_cell_is_refused() => Assert.Equal("""
        CSV: the cell is empty.
          file: FILE
          at: row 3, column 2 'y'
          help: leave such rows out with CsvMissing.DropRow, or fill them with CsvMissing.FillMean.
        """, ErrorOf("x,y,z\n1,2,3\n4,,6\n7,8,10\n"));

    [Fact]
    public void Missing_mark_in_the_target_is_refused() => Assert.Equal("""
        CSV: the cell is missing: 'NA'.
          file: FILE
          at: row 3, column 2 'y'
          help: leave such rows out with CsvMissing.DropRow, or fill them with CsvMissing.FillMean.
        """, ErrorOf("x,y\n1,2\n4,NA\n7,8\n"));

    [Fact]
    public void Text_in_a_number_column_is_refused() => Assert.Equal("""
        CSV: 'four' is not a finite number, in a column where 2 of 3 cells are.
          file: FILE
          at: row 3, column 1 'x'
          help: if the column holds categories name it in Categorical, if it is of no use in Ignore.
        """, ErrorOf("x,y\n1,2\nfour,3\n7,8\n"));

    [Fact]
    public void Text_in_a_number_target_is_refused() => Assert.Equal("""
        CSV: 'inf' is not a finite number, in a column where 2 of 3 cells are.
          file: FILE
          at: row 4, column 2 'y'
          help: if the column holds categories name it in Categorical, if it is of no use in Ignore.
        """, ErrorOf("x,y\n1,2.5\n4,3\n7,inf\n"));

    [Fact]
    public void Text_target_of_a_regression_is_refused() => Assert.Equal("""
        CSV: 'a' is not a finite number.
          file: FILE
          at: row 2, column 2 'y'
        """, ErrorOf("x,y\n1,a\n4,b\n", All with { Task = CsvTask.Regression }));

    [Fact]
    public void One_class_only_is_refused() => Assert.Equal("""
        CSV: there is one class only, 'a'; expected 2 or more.
          file: FILE
          at: column 2 'y'
        """, ErrorOf("x,y\n1,a\n4,a\n7,a\n", All with { Header = true }));

    [Fact]
    public void One_number_only_is_refused() => Assert.Equal("""
        CSV: the target is 2.5 in every row; expected different numbers.
          file: FILE
          at: column 2 'y'
        """, ErrorOf("x,y\n1,2.5\n4,2.5\n7,2.5\n"));

    [Fact]
    public void Absent_target_suggests_the_nearest_name() => Assert.Equal("""
        CSV: there is no column 'specis'; there are 'x', 'species'.
          file: FILE
          help: did you mean 'species'?
        """, ErrorOf("x,species\n1,a\n4,b\n", All with { Target = "specis" }));

    [Fact]
    public void Target_place_outside_the_table_is_refused() => Assert.Equal("""
        CSV: there is no column at ^3; there are 2.
          file: FILE
        """, ErrorOf("x,y\n1,a\n4,b\n", All with { TargetIndex = ^3 }));

    [Fact]
    public void Ragged_row_is_refused() => Assert.Equal("""
        CSV: a row of 1 cells; expected 2, as in the first.
          file: FILE
          at: row 3
        """, ErrorOf("x,y\n1,a\n4\n"));

    [Fact]
    public void Table_of_the_target_alone_is_refused() => Assert.Equal("""
        CSV: no feature column is left beside the target.
          file: FILE
        """, ErrorOf("x,y\n1,2\n4,3\n", All with { Ignore = ["x"] }));

    [Fact]
    public void Too_many_categories_are_refused()
    {
        string rows = string.Concat(Enumerable.Range(0, 101).Select(i => $"id{i},{i}.5\n"));
        Assert.Equal("""
            CSV: 101 different texts are too many categories; expected at most 100.
              file: FILE
              at: column 1 'x'
              help: leave the column out with Ignore.
            """, ErrorOf("x,y\n" + rows));
    }

    [Fact]
    public void Too_many_classes_are_refused()
    {
        string rows = string.Concat(Enumerable.Range(0, 30).Select(i => $"{i}.5,id{i}\n"));
        Assert.Equal("""
            CSV: 30 classes in 30 rows: too many to learn.
              file: FILE
              at: column 2 'y'
            """, ErrorOf("x,y\n" + rows));
    }

    [Fact]
    public void Column_without_any_value_is_refused() => Assert.Equal("""
        CSV: every cell of the column is missing.
          file: FILE
          at: column 1 'x'
        """, ErrorOf("x,y\n?,2.5\n?,3.5\n", All with { Missing = CsvMissing.FillMean, Header = true }));

    [Fact]
    public void Rows_all_dropped_are_refused() => Assert.Equal("""
        CSV: every row has a missing cell.
          file: FILE
        """, ErrorOf("x,y\n?,2.5\n?,3.5\n", All with { Missing = CsvMissing.DropRow, Header = true }));

    [Fact]
    public void Test_share_that_leaves_a_part_empty_is_refused() => Assert.Equal("""
        CSV: a share of 0.2 of 2 rows for test leaves a part empty.
          file: FILE
        """, ErrorOf("x,y\n1,a\n2,b\n", new CsvOptions()));

    [Fact]
    public void Test_share_outside_its_range_is_refused() => Assert.StartsWith(
        "expected a share for test of 0 or more and below 1. (Parameter 'options')",
        Assert.Throws<ArgumentOutOfRangeException>(
            () => From("x,y\n1,a\n2,b\n", new CsvOptions { TestShare = 1 })).Message);

    [Fact]
    public void Unknown_category_class_and_column_count_are_refused_when_encoding()
    {
        var schema = From("colour,kind\nred,a\nblue,b\n", All with { Header = true }).Schema;
        static string Of(Action action) => Assert.Throws<DataException>(action).Message;
        Assert.Equal("CSV: 'green' is none of the categories 'blue', 'red'.\n  at: row 2, column 1 'colour'",
            Of(() => schema.EncodeInputs(CsvTable.Parse("colour\ngreen\n", header: true))));
        Assert.Equal("CSV: 'c' is none of the classes 'a', 'b'.\n  at: row 2, column 2 'kind'",
            Of(() => schema.Encode(CsvTable.Parse("colour,kind\nred,c\n", header: true))));
        Assert.Equal("CSV: there is no target column 'kind'.",
            Of(() => schema.Encode(CsvTable.Parse("colour\nred\n", header: true))));
        Assert.Equal("CSV: 3 columns; expected the features 'colour'.",
            Of(() => schema.EncodeInputs(CsvTable.Parse("1,2,3\n"))));
        Assert.Equal("CSV: this is not the JSON of a table's schema: it lacks features or target.",
            Of(() => CsvSchema.FromJson("null")));
        Assert.StartsWith("CSV: this is not the JSON of a table's schema: ", Of(() => CsvSchema.FromJson("{oops")));
    }
}
