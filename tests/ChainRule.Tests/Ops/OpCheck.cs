namespace ChainRule.Tests.Operators;

/// <summary>Runs a check over the cases of a row, and puts the place before the text of what fails.</summary>
internal static class OpCheck
{
    public static void Each(string row, string check, Action<Sample> body) =>
        Each(OpTable.Find(row), check, OpTable.Find(row).Cases, null, body);

    public static void Each(string row, string check, DType[] types, Action<Sample> body) =>
        Each(OpTable.Find(row), check, OpTable.Find(row).Cases, types, body);

    public static void Each(OpRow row, string check, IEnumerable<OpCase> cases, DType[]? types, Action<Sample> body)
    {
        foreach (OpCase @case in cases)
        {
            foreach (DType dtype in types ?? row.Types)
            {
                if (!row.Types.Contains(dtype)) continue;
                string place = $"{row.Name}, {check}, case {@case} {dtype.Text()}, seed {Sample.SeedOf(row, @case):x}";
                At(place, () => body(Sample.Make(row, @case, dtype)));
            }
        }
    }

    /// <summary>Runs a part of a check; its place stands before the text of a failure.</summary>
    public static void At(string place, Action body)
    {
        try
        {
            body();
        }
        catch (CheckFailedException failed)
        {
            throw new CheckFailedException($"{place}:\n  {failed.Message}", failed);
        }
        catch (Exception thrown)
        {
            throw new CheckFailedException(
                $"{place}:\n  threw {thrown.GetType().Name}: {thrown.Message}\n{thrown.StackTrace}", thrown);
        }
    }
}
