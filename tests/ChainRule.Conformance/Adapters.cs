namespace ChainRule.Conformance;

/// <summary>For each "area/op" the code that computes it with ChainRule.</summary>
public static class Adapters
{
    /// <summary>All of them.</summary>
    public static IReadOnlyDictionary<string, Action<CaseRun>> All { get; } = Collect();

    private static Dictionary<string, Action<CaseRun>> Collect()
    {
        Dictionary<string, Action<CaseRun>> all = [];
        TensorArea.AddTo(all);
        ActivationArea.AddTo(all);
        LayerArea.AddTo(all);
        AttentionArea.AddTo(all);
        WindowArea.AddTo(all);
        RecurrentArea.AddTo(all);
        LossArea.AddTo(all);
        AutogradArea.AddTo(all);
        OptimizerArea.AddTo(all);
        SchedulerArea.AddTo(all);
        ClassicArea.AddTo(all);
        BoltzmannArea.AddTo(all);
        TrajectoryArea.AddTo(all);
        return all;
    }
}
