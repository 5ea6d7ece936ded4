using ChainRule.Data;
using ChainRule.Formats;

namespace ChainRule.Tests.Data;

public sealed class DataLoaderTests
{
    private static TensorDataset Counting(int count) => DatasetTests.Counting(count);

    private static int[][] Indices(IEnumerable<Batch> batches) => [.. batches.Select(b => b.Indices.ToArray())];

    [Theory]
    [InlineData(false, 4)]
    [InlineData(true, 3)]
    public void Batches_come_in_order_and_the_last_may_be_short_or_dropped(bool dropLast, int batches)
    {
        var loader = new DataLoader(Counting(10), 3, dropLast: dropLast);
        Assert.Equal(batches, loader.BatchCount);
        int[][] seen = Indices(loader);
        Assert.Equal(batches, seen.Length);
        Assert.Equal(Enumerable.Range(0, dropLast ? 9 : 10), seen.SelectMany(b => b));
    }

    [Fact]
    public void Shuffled_epochs_hold_every_sample_once_each_in_another_order()
    {
        var loader = new DataLoader(Counting(100), 7, shuffle: true, new Rng(5));
        int[] first = [.. Indices(loader).SelectMany(b => b)], second = [.. Indices(loader).SelectMany(b => b)];
        Assert.Equal(Enumerable.Range(0, 100), first.Order());
        Assert.Equal(Enumerable.Range(0, 100), second.Order());
        Assert.NotEqual(first, second);
        Assert.Equal(2, loader.State.Epoch);
        Assert.Equal(first, loader.Order(0));
        Assert.Equal(second, loader.Order(1));
    }

    [Fact]
    public void Order_is_a_function_of_seed_and_epoch()
    {
        static int[][] Epoch(ulong seed, long epoch) =>
            Indices(new DataLoader(Counting(50), 8, shuffle: true, new Rng(seed)).Epoch(epoch));

        Assert.Equal(Epoch(1, 3), Epoch(1, 3));
        Assert.NotEqual(Epoch(1, 3), Epoch(2, 3));
        Assert.NotEqual(Epoch(1, 3), Epoch(1, 4));
    }

    [Fact]
    public void Saved_state_goes_on_with_the_same_batches_even_within_an_epoch()
    {
        var loader = new DataLoader(Counting(50), 8, shuffle: true, new Rng(1));
        _ = Indices(loader);
        var state = loader.State;
        int[][] second = Indices(loader);
        var other = new DataLoader(Counting(50), 8, shuffle: true, new Rng(99)) { State = state };
        Assert.Equal(second[3..], Indices(other.Epoch(state.Epoch, skip: 3)));
        Assert.Equal(second, Indices(other));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(100)]
    public void Prefetch_gives_the_same_batches(int prefetch)
    {
        static float[] Values(int prefetch)
        {
            var noise = new LambdaTransform((x, random) => Tensor.From(
                [.. Enumerable.Range(0, random.Count).Select(i => random[i].NextFloat())], [random.Count]));
            var loader = new DataLoader(
                Counting(40), 6, shuffle: true, new Rng(2), prefetch: prefetch, transforms: [noise]);
            return [.. Enumerable.Range(0, 3).SelectMany(_ => loader.SelectMany(b => b.Input.ToArray<float>()))];
        }

        Assert.Equal(Values(0), Values(prefetch));
    }

    [Fact]
    public void Random_numbers_of_a_sample_do_not_depend_on_its_batch_but_on_the_epoch()
    {
        static Dictionary<int, float> Drawn(int batchSize, long epoch)
        {
            var drawn = new Dictionary<int, float>();
            var spy = new LambdaTransform((x, random) => Tensor.From(
                [.. Enumerable.Range(0, random.Count).Select(i => random[i].NextFloat())], [random.Count]));
            var loader = new DataLoader(Counting(20), batchSize, shuffle: true, new Rng(2), transforms: [spy]);
            foreach (var batch in loader.Epoch(epoch))
            {
                float[] values = batch.Input.ToArray<float>();
                for (int i = 0; i < values.Length; i++) drawn[batch.Indices[i]] = values[i];
            }
            return drawn;
        }

        Assert.Equal(Drawn(3, 1).OrderBy(p => p.Key), Drawn(20, 1).OrderBy(p => p.Key));
        Assert.Equal(20, Drawn(3, 1).Values.Distinct().Count());
        Assert.Empty(Drawn(3, 1).Values.Intersect(Drawn(3, 2).Values));
    }

    [Fact]
    public void Two_transforms_draw_different_numbers()
    {
        var seen = new List<float>();
        var spy = new LambdaTransform((x, random) =>
        {
            seen.Add(random[0].NextFloat());
            return x;
        });
        _ = Indices(new DataLoader(Counting(4), 4, transforms: [spy, spy]));
        Assert.Equal(2, seen.Distinct().Count());
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 0)]
    [InlineData(3, 2)]
    [InlineData(5, 16)]
    public void Any_number_of_workers_gives_the_same_batches(int workers, int prefetch)
    {
        static string[] Batches(int workers, int prefetch)
        {
            var noise = new LambdaTransform((x, random) => Tensor.From(
                [.. Enumerable.Range(0, random.Count).Select(i => random[i].NextFloat())], [random.Count]));
            var loader = new DataLoader(Counting(100), 3, shuffle: true, new Rng(2), prefetch: prefetch,
                transforms: [noise], workers: workers);
            return [.. loader.Concat(loader.Epoch(1, skip: 20))
                .Select(b => string.Join(' ', b.Indices) + ": " + string.Join(' ', b.Input.ToArray<float>()))];
        }

        Assert.Equal(Batches(0, 0), Batches(workers, prefetch));
    }

    [Fact]
    public void Workers_make_batches_at_once_and_end_with_the_reader()
    {
        using var both = new Barrier(2);
        var meet = new LambdaTransform((x, _) =>
        {
            Assert.True(both.SignalAndWait(TimeSpan.FromSeconds(30)));
            return x;
        });
        var loader = new DataLoader(Counting(8), 1, transforms: [meet], workers: 2);
        Assert.Equal((2, 4), (loader.Workers, loader.Prefetch));
        Assert.Equal(8, loader.Count());
    }

    [Fact]
    public void Sample_of_a_part_is_named_by_its_place_in_the_whole()
    {
        Dataset part = new Failing().Subset([1, 2, 6, 3]);
        var error = Assert.Throws<DataException>(() => new DataLoader(part, 4, workers: 2).ToList());
        Assert.Equal(("Failing", 6, "data.csv", 7), (error.DataSet, error.Sample, error.File, error.Row));
    }

    [Fact]
    public void Error_of_another_kind_is_explained_with_the_sample()
    {
        var error = Assert.Throws<DataException>(() => new DataLoader(new Broken(false), 4).ToList());
        Assert.Equal("DataLoader: no disk\n  data: Broken, sample 5", error.Message);
        Assert.IsType<IOException>(error.InnerException);
        error = Assert.Throws<DataException>(() => new DataLoader(new Broken(true), 4).ToList());
        Assert.Equal("DataLoader: no disk\n  data: Broken", error.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Error_in_a_transform_names_transform_sample_file_and_row(int workers)
    {
        LambdaTransform picky = new((x, random) => x.ToArray<float>().Contains(10)
            ? throw new IOException($"{random.Count} of {random[0].NextInt(1)}") : x);
        Dataset part = new Listed().Subset([4, 1, 3, 5, 0, 2]);
        DataLoader loader = new(part, 2, transforms: [new Scale(1), picky], workers: workers);
        List<int> seen = [];
        var error = Assert.Throws<DataException>(() => { foreach (Batch b in loader) seen.AddRange(b.Indices); });
        Assert.Equal([0, 1], seen);
        Assert.Equal("LambdaTransform: 1 of 0\n  file: list.csv\n  at: row 7\n  data: Listed, sample 5", error.Message);
        Assert.IsType<IOException>(error.InnerException);
    }

    [Fact]
    public void Transform_that_fits_no_sample_keeps_its_error()
    {
        TensorDataset pictures = new(Tensor.Zeros([3, 1, 2, 2]), Tensor.Zeros([3]));
        Assert.Equal("RandomCrop: pictures are 2 x 2 with 0 points on every side; expected 3 x 2 or more.",
            Assert.Throws<ShapeException>(
                () => new DataLoader(pictures, 2, transforms: [new RandomCrop(3, 2)], workers: 2).Count()).Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Error_in_a_sample_reaches_the_reader_after_the_batches_before_it(int prefetch)
    {
        var seen = new List<int>();
        var error = Assert.Throws<DataException>(() =>
        {
            foreach (var batch in new DataLoader(new Failing(), 2, prefetch: prefetch)) seen.AddRange(batch.Indices);
        });
        Assert.Equal([0, 1, 2, 3, 4, 5], seen);
        Assert.Equal("CSV: 'x' is not a number.\n  file: data.csv\n  at: row 7, column 2 'age'"
            + "\n  data: Failing, sample 6", error.Message);
    }

    [Fact]
    public void Leaving_early_ends_the_thread()
    {
        var set = new Watched();
        foreach (var batch in new DataLoader(set, 1, prefetch: 3))
            if (batch.Indices[0] == 1) break;
        Assert.NotEqual(Environment.CurrentManagedThreadId, set.Thread!.ManagedThreadId);
        Assert.False(set.Thread.IsAlive);
        Assert.InRange(set.Calls, 2, 6);
    }

    [Fact]
    public void Reading_to_the_end_ends_the_thread()
    {
        var set = new Watched();
        Assert.Equal(1000, new DataLoader(set, 1, prefetch: 3).Count());
        Assert.False(set.Thread!.IsAlive);
    }

    [Fact]
    public void Without_prefetch_there_is_no_thread()
    {
        var set = new Watched();
        _ = new DataLoader(set, 1).First();
        Assert.Same(Thread.CurrentThread, set.Thread);
        Assert.Equal(1, set.Calls);
    }

    [Fact]
    public void Batches_outlive_the_step_they_are_made_in()
    {
        Batch batch;
        using (Step.Begin()) batch = new DataLoader(Counting(4), 2, transforms: [new Scale(2)]).First();
        using (Step.Begin()) _ = Tensor.Ones([100]) + 1;
        Assert.Equal([0, 2, 4, 6, 8, 10], batch.Input.ToArray<float>());
    }

    [Fact]
    public void Batch_larger_than_the_data_is_refused() => Assert.Equal(
        "DataLoader: a batch of 64 samples is larger than the data, 10.\n  help: use a batch size of 10 or less.",
        Assert.Throws<DataException>(() => new DataLoader(Counting(10), 64)).Message);

    [Fact]
    public void Empty_data_is_refused() => Assert.Equal(
        "DataLoader: the data set is empty; expected 1 sample or more.",
        Assert.Throws<DataException>(() => new DataLoader(Counting(0), 1)).Message);

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    public void Batch_size_below_one_is_refused(int size) => Assert.Equal(
        $"batch size {size}; expected 1 or more. (Parameter 'batchSize')",
        Assert.Throws<ArgumentOutOfRangeException>(() => new DataLoader(Counting(10), size)).Message);

    [Fact]
    public void Negative_prefetch_is_refused() => Assert.Equal(
        "prefetch -1; expected 0 or more. (Parameter 'prefetch')",
        Assert.Throws<ArgumentOutOfRangeException>(() => new DataLoader(Counting(10), 1, prefetch: -1)).Message);

    [Fact]
    public void Sampler_and_shuffle_together_are_refused() => Assert.Equal(
        "DataLoader: shuffle and a ShuffledSampler; the sampler alone decides the order. (Parameter 'shuffle')",
        Assert.Throws<ArgumentException>(
            () => new DataLoader(Counting(10), 1, shuffle: true, sampler: new ShuffledSampler(10))).Message);

    [Fact]
    public void Sampler_of_another_data_set_is_refused() => Assert.Equal(
        "DataLoader: SequentialSampler gave sample 10; the data set (TensorDataset) has 10.",
        Assert.Throws<DataException>(
            () => new DataLoader(Counting(10), 1, sampler: new SequentialSampler(11)).First()).Message);

    [Fact]
    public void Negative_workers_are_refused() => Assert.Equal(
        "workers -1; expected 0 or more. (Parameter 'workers')",
        Assert.Throws<ArgumentOutOfRangeException>(() => new DataLoader(Counting(10), 1, workers: -1)).Message);

    [Fact]
    public void Row_of_a_table_is_named_long_after_it_was_read()
    {
        using TempFolder folder = new();
        string path = folder["table.csv"];
        File.WriteAllText(path, "a,b\n1,2\n3,4\n\n5,6\n7,8\n");
        TensorDataset table = CsvDataset.Load(path, new CsvOptions { TestShare = 0 }).Train;
        Assert.Equal([2, 3, 5, 6], Enumerable.Range(0, 4).Select(i => table.FileOf(i)!.Value.Row!.Value).Order());
        LambdaTransform fails = new((_, _) => throw new ArithmeticException("no."));
        var error = Assert.Throws<DataException>(
            () => new DataLoader(table.Subset([2]), 1, transforms: [fails], workers: 1).Count());
        Assert.Equal((path, table.FileOf(2)!.Value.Row), (error.File, error.Row));

        TensorDataset holes = new(Tensor.From([1f, float.NaN], [2, 1]), Tensor.Zeros([2]))
        {
            Files = [new("x", 1), new("x", 2)],
        };
        var unfit = Assert.Throws<DataException>(() => Standardize.Fit(holes));
        Assert.Equal("Standardize.Fit: an input holds NaN or an infinity; nothing can be fitted to it.\n  file: x"
            + "\n  at: row 2\n  data: TensorDataset, sample 1", unfit.Message);
    }

    private sealed class Listed : Dataset
    {
        public override int Count => 6;

        public override Batch Get(ReadOnlySpan<int> indices)
        {
            int[] own = indices.ToArray();
            Tensor x = Tensor.From([.. own.Select(i => 2f * i)], [own.Length, 1]);
            return new Batch(x, x, own);
        }

        public override SampleFile? FileOf(int sample) => new SampleFile("list.csv", sample + 2);
    }

    private sealed class Broken(bool together) : Dataset
    {
        public override int Count => 8;

        public override Batch Get(ReadOnlySpan<int> indices) =>
            indices.Contains(5) && (indices.Length > 1 || !together)
                ? throw new IOException("no disk") : Counting(8).Get(indices);
    }

    private sealed class Failing : Dataset
    {
        public override int Count => 10;

        public override Batch Get(ReadOnlySpan<int> indices) => indices.Contains(6)
            ? throw new DataException("CSV", "'x' is not a number.")
            {
                File = "data.csv",
                Row = 7,
                Column = "age",
                ColumnNumber = 2,
            }
            : Counting(Count).Get(indices);
    }

    private sealed class Watched : Dataset
    {
        private readonly TensorDataset _set = Counting(1000);
        private int _calls;

        internal Thread? Thread { get; private set; }
        internal int Calls => _calls;

        public override int Count => _set.Count;

        public override Batch Get(ReadOnlySpan<int> indices)
        {
            Interlocked.Increment(ref _calls);
            Thread = Thread.CurrentThread;
            return _set.Get(indices);
        }
    }
}
