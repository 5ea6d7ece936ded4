using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ChainRule.Data;
using ChainRule.IO;

namespace ChainRule.Training;

/// <summary>
/// Where a loader stands and what its batches depend on, to and from a checkpoint, so that a training goes on with the
/// batches it would have had or not at all.
/// </summary>
/// <remarks>
/// A sampler's options, weights and lengths are told by the order it gives: a checksum of one epoch's order is kept.
/// The transforms' kinds are, their options are not.
/// </remarks>
internal sealed class LoaderState(DataLoader loader)
{
    // The order of an epoch is asked for once, however many checkpoints are written in it.
    private (DataLoaderState Place, string Sum) _order = (new DataLoaderState(0, -1), "");

    public void Save(StateWriter state, DataLoaderState place)
    {
        state.Add("seed", new RngState(place.Seed, 0, 0));
        state.Add("epoch", place.Epoch);
        state.Add("samples", loader.Dataset.Count);
        state.Add("batchSize", loader.BatchSize);
        state.Add("dropLast", $"{loader.DropLast}");
        state.Add("sampler", Sampler);
        state.Add("transforms", Transforms);
        state.Add("order", OrderAt(place));
    }

    /// <summary>The place that was saved.</summary>
    /// <exception cref="CheckpointException">The batches there were those of another loader.</exception>
    public DataLoaderState Load(StateReader state)
    {
        int samples = state.Whole("samples", 1), batch = state.Whole("batchSize", 1);
        if (samples != loader.Dataset.Count)
            throw state.Wrong("samples", $"is {samples}; this loader's data set has {loader.Dataset.Count}.");
        if (batch != loader.BatchSize)
            throw state.Wrong("batchSize", $"is {batch}; this loader's batches have {loader.BatchSize} samples.");
        state.Expect("dropLast", $"{loader.DropLast}", "this loader has");
        state.Expect("sampler", Sampler, "this loader has");
        state.Expect("transforms", Transforms, "this loader has");
        DataLoaderState place = new(state.Generator("seed").Seed, state.Times("epoch"));
        // Asked for last, since a sampler may need long for it.
        if (state.Has("order")) state.Expect("order", OrderAt(place),
            $"the order of epoch {place.Epoch} that this loader's {Sampler} gives has the checksum");
        return place;
    }

    private string Sampler => loader.Sampler.GetType().Name;

    private string Transforms =>
        loader.Transforms.Count == 0 ? "none" : string.Join(", ", loader.Transforms.Select(t => t.GetType().Name));

    private string OrderAt(DataLoaderState place)
    {
        if (_order.Place != place)
        {
            byte[] sum = SHA256.HashData(MemoryMarshal.AsBytes<int>(loader.Order(place)));
            _order = (place, Convert.ToHexStringLower(sum.AsSpan(0, 8)));
        }
        return _order.Sum;
    }
}
