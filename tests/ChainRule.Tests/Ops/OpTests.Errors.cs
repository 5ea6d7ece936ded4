namespace ChainRule.Tests.Operators;

/// <summary>Check 10: wrong uses give their errors.</summary>
public sealed partial class OpTests
{
    [Theory]
    [MemberData(nameof(AllRows))]
    public void Check10_wrong_use_gives_its_exact_text(string row)
    {
        foreach (ErrorInput error in OpTable.Find(row).Errors)
        {
            string place = $"{row}, check 10 (errors), {error.Label}";
            Exception? thrown = Record.Exception(error.Call);
            if (thrown is null) Assert.Fail($"{place}: no error; expected {error.Exception.Name}:\n{error.Text}");
            if (thrown.GetType() != error.Exception || thrown.Message != error.Text)
            {
                Assert.Fail(
                    $"{place}:\nexpected {error.Exception.Name}:\n{error.Text}\ngot {thrown.GetType().Name}:\n"
                    + $"{thrown.Message}\n{thrown.StackTrace}");
            }
        }
    }
}
