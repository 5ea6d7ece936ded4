namespace ChainRule.Labs;

/// <summary>How a lab is run.</summary>
public sealed record LabOptions
{
    /// <summary>Decides everything random; the same seed gives the same page.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>
    /// Whether to measure small networks for a moment only: to see what a lab does, not what is true.
    /// </summary>
    public bool Quick { get; init; }

    /// <summary>Where data sets are looked for; null for <see cref="DataFolder.FromEnvironment"/>.</summary>
    public DataFolder? Data { get; init; }

    /// <summary>Is told what is being measured.</summary>
    public IProgress<string>? Progress { get; init; }

    /// <summary>Ends the run within one training.</summary>
    public CancellationToken Cancellation { get; init; }
}

/// <summary>
/// An experiment that asks one question and answers it with a page: <c>new InitialisationLab().Run().Save("labs/init")
/// </c>. Every number on the page was measured in the run.
/// </summary>
/// <remarks>A new lab is one class; <see cref="Measure"/> trains and adds to the page.</remarks>
public abstract class Lab
{
    /// <summary>The labs that are here, in the order to read them.</summary>
    public static IReadOnlyList<Lab> All { get; } = [new InitialisationLab(), new RegularisationLab()];

    /// <summary>Name on the command line and of the page's folder.</summary>
    public abstract string Name { get; }

    /// <summary>Heading of its page.</summary>
    public abstract string Title { get; }

    /// <summary>What it asks, in one sentence.</summary>
    public abstract string Question { get; }

    /// <summary>Runs the experiment.</summary>
    /// <param name="options">Seed and size; the usual ones if left out.</param>
    /// <returns>What was measured. Two runs with the same options and data give the same page, for any number of
    /// threads.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public LabPage Run(LabOptions? options = null)
    {
        options ??= new LabOptions();
        LabPage page = new(this, options);
        Measure(options, page);
        return page;
    }

    /// <summary>Measures and tells.</summary>
    /// <param name="options">Seed and size.</param>
    /// <param name="page">Takes text, tables, plots, figures and claims in the order of reading.</param>
    protected abstract void Measure(LabOptions options, LabPage page);
}
