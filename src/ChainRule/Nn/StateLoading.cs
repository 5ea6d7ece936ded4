namespace ChainRule.Nn;

/// <summary>Copies a saved state into a model: every check first, then every copy.</summary>
internal static class StateLoading
{
    // A message lists the first few of many keys.
    private const int Listed = 5;

    // File: where the state comes from, for errors; null for a state in memory.
    public static StateMismatch Load(
        Module module, IReadOnlyDictionary<string, Tensor> state, bool strict, string? file = null)
    {
        IReadOnlyList<(string Key, Tensor Value)> own = module.State();
        List<string> missing = [.. own.Where(p => !state.ContainsKey(p.Key)).Select(p => p.Key)];
        // Several keys of one shared tensor are all known; the first is the one that counts.
        HashSet<string> known = [.. module.StateKeys()];
        List<string> unexpected = [.. state.Keys.Where(k => !known.Contains(k)).Order(StringComparer.Ordinal)];
        string holder = file is null ? "the state" : "the model file";
        if (strict && missing.Count + unexpected.Count > 0)
        {
            string problem = (missing.Count, unexpected.Count) switch
            {
                (_, 0) => $"{holder} lacks {List(missing)}, which this model has.",
                (0, _) => $"{holder} holds {List(unexpected)}, which this model has not.",
                _ => $"{holder} is of another model: it lacks {List(missing)} and holds {List(unexpected)}.",
            };
            string first = missing.Concat(unexpected).First();
            throw new CheckpointException("LoadState", problem) { File = file, Key = first };
        }
        foreach ((string key, Tensor value) in own)
        {
            if (!state.TryGetValue(key, out Tensor? saved)) continue;
            if (saved.Shape != value.Shape || saved.DType != value.DType)
            {
                bool shape = saved.Shape != value.Shape;
                string found = shape ? saved.Shape.ToString() : saved.DType.Text();
                string here = shape ? value.Shape.ToString() : value.DType.Text();
                string problem = $"{holder} holds '{key}' {found}, this model has {here}.";
                throw new CheckpointException("LoadState", problem) { File = file, Key = key };
            }
        }
        foreach ((string key, Tensor value) in own)
        {
            if (state.TryGetValue(key, out Tensor? saved)) saved.CopyDense(value);
        }
        return new StateMismatch(missing, unexpected);
    }

    private static string List(List<string> keys)
    {
        string list = string.Join(", ", keys.Take(Listed).Select(k => $"'{k}'"));
        return keys.Count > Listed ? $"{list} and {keys.Count - Listed} more" : list;
    }
}
