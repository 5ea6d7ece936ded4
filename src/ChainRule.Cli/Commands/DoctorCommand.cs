using System.CommandLine;
using ChainRule.Cli.Diagnosis;
using ChainRule.Cli.Output;
using ChainRule.Cli.Parsing;

namespace ChainRule.Cli.Commands;

/// <summary>
/// <c>doctor</c>: what the program runs on, whether it computes rightly and how fast, and what is odd.
/// </summary>
internal sealed class DoctorCommand : ICommandDefinition
{
    /// <inheritdoc/>
    public string MoreHelp => "Exit code 1 when the self-test fails.";

    /// <inheritdoc/>
    public Command Define(Session session)
    {
        Option<bool> json = Opt.Flag("--json", "One JSON object a line.");
        var command = new Command("doctor",
            "Shows versions, processor features, threads and data folders, and tests itself.")
        {
            json,
        };
        command.SetAction(parsed =>
        {
            session.Json = parsed.GetValue(json);
            var machine = Machine.Look(session);
            if (!session.Json) Sections(session, machine);
            SelfTest test = SelfTest.Run(session.Cancellation);
            IReadOnlyList<string> remarks = [.. machine.Remarks(), .. test.Remarks()];
            if (session.Json) Json(session, machine, test, remarks);
            else Results(session, test, remarks);
            return test.Passed ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static void Sections(Session session, Machine machine)
    {
        foreach (var section in machine.Facts.GroupBy(f => f.Section))
        {
            session.Line(section.Key);
            int width = section.Max(f => f.Name.Length);
            foreach (Fact fact in section) session.Line($"  {fact.Name.PadRight(width)}  {fact.Value}");
            session.Line();
        }
    }

    private static void Results(Session session, SelfTest test, IReadOnlyList<string> remarks)
    {
        session.Line("Self-test");
        int width = test.Checks.Max(c => c.Name.Length);
        foreach (Check check in test.Checks)
            session.Line($"  {check.Name.PadRight(width)}  {(check.Passed ? "ok" : "FAILED")}  {check.Detail}");
        session.Line();
        session.Line(remarks.Count == 0 ? "Nothing odd." : "Remarks");
        foreach (string remark in remarks) session.Line($"  - {remark}");
    }

    private static void Json(Session session, Machine machine, SelfTest test, IReadOnlyList<string> remarks)
    {
        foreach (Fact fact in machine.Facts)
            session.Event(new JsonLine("fact").With("section", fact.Section).With("name", fact.Name)
                .With("value", fact.Value));
        foreach (Check check in test.Checks)
            session.Event(new JsonLine("check").With("name", check.Name).With("passed", check.Passed)
                .With("detail", check.Detail));
        session.Event(new JsonLine("end").With("passed", test.Passed).With("gflops", Math.Round(test.GigaFlops, 1))
            .With("remarks", JsonLine.List(remarks)));
    }
}
