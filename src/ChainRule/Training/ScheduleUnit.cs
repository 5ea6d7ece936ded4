namespace ChainRule.Training;

/// <summary>After what a trainer moves its schedule on.</summary>
public enum ScheduleUnit
{
    /// <summary>After every epoch.</summary>
    Epoch,

    /// <summary>After every update of the parameters.</summary>
    Step,
}
