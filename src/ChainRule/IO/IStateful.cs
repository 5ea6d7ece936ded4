namespace ChainRule.IO;

/// <summary>
/// Something that remembers: a metric, a callback, a weight average. What it remembers goes into checkpoints, so that a
/// training that was killed goes on as if it had not been.
/// </summary>
public interface IStateful
{
    /// <summary>Writes down everything that later results depend on.</summary>
    /// <param name="state">Takes it; names are this object's own.</param>
    void SaveState(StateWriter state);

    /// <summary>Goes on from what was written.</summary>
    /// <param name="state">What <see cref="SaveState"/> wrote.</param>
    /// <exception cref="CheckpointException">A name is missing or its value is not what is expected.</exception>
    void LoadState(StateReader state);
}
