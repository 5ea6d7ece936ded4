namespace ChainRule.Tests.Operators;

/// <summary>Check 8: cases computed by other programs, in both floating types.</summary>
public sealed class OpGoldenTests
{
    public static TheoryData<string> GoldenRows { get; } =
        [.. OpTable.All.Where(r => r.Goldens.Length > 0).Select(r => r.Name)];

    [SharedTheory("goldens")]
    [MemberData(nameof(GoldenRows))]
    public void Check08_results_and_gradients_equal_the_goldens(string row)
    {
        foreach (Golden golden in OpTable.Find(row).Goldens)
        {
            int run = 0;
            foreach (string path in GoldenCases.For(golden))
            {
                foreach (DType dtype in OpRow.Floats)
                {
                    string place = $"{row}, check 8 (goldens), {Path.GetFileNameWithoutExtension(path)} {dtype.Text()}";
                    OpCheck.At(place, () =>
                    {
                        GoldenCase @case = new(path, dtype);
                        if (!golden.Where(@case)) return;
                        run++;
                        @case.Check(golden.Call(@case));
                    });
                }
            }
            Assert.True(run > 0, $"{row}: there is no golden case for {golden.Path}.");
        }
    }
}

/// <summary>Where the golden cases of a row lie.</summary>
internal static class GoldenCases
{
    public static IEnumerable<string> For(Golden golden)
    {
        string folder = SharedData.Path(Path.Combine(["goldens", .. golden.Path.Split('/')]));
        return Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*.safetensors").Order(StringComparer.Ordinal)
            : [];
    }
}
