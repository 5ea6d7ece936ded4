using ChainRule.Data;
using ChainRule.Nn;
using ChainRule.Optim;
using ChainRule.Training;

namespace ChainRule.Tests.Training;

/// <summary>Sequences of different lengths: from the data set through batches and the trainer.</summary>
public sealed class SequenceTrainingTests
{
    [Fact]
    public void Batches_are_padded_to_their_longest_sequence_and_know_the_lengths()
    {
        SequenceDataset data = new(
            [Tensor.From([1f, 2, 3, 4], [2, 2]), Tensor.From([5f, 6], [1, 2]), Tensor.From(new float[6], [3, 2])],
            Tensor.From(7L, 8, 9));
        Assert.Equal([2, 1, 3], data.Lengths);
        Batch batch = data.Get([1, 0]);
        Assert.Equal("[2, 2, 2]", batch.Input.Shape.ToString());
        Assert.Equal([5, 6, 0, 0, 1, 2, 3, 4], batch.Input.ToArray<float>());
        Assert.Equal([8L, 7], batch.Target.ToArray<long>());
        Assert.Equal([1L, 2], batch.Sequences!.Lengths.ToArray<long>());
        Assert.Equal([true, false, true, true], batch.Sequences.Mask.ToArray<bool>());
        Assert.Equal([1L, 2], data.Subset([2, 1, 0]).Get([1, 2]).Sequences!.Lengths.ToArray<long>());
    }

    [Fact]
    public void Targets_of_steps_are_padded_with_the_class_that_the_loss_ignores()
    {
        SequenceDataset data = new(
            [Tensor.From(3L, 4), Tensor.From(5L)], [Tensor.From(1L, 0), Tensor.From(1L)]);
        Batch batch = data.All();
        Assert.Equal([3L, 4, 5, 0], batch.Input.ToArray<long>());
        Assert.Equal([1L, 0, 1, -100], batch.Target.ToArray<long>());
        Tensor scores = Tensor.Randn([2, 2, 2], new Rng(1));
        double Loss(Tensor s, Tensor t) => F.CrossEntropy(s.Reshape(-1, 2), t.Reshape(-1)).Item();
        double valid = F.CrossEntropy(scores.Reshape(4, 2)[..3], Tensor.From(1L, 0, 1)).Item();
        Assert.Equal(valid, Loss(scores, batch.Target), 1e-6);
    }

    [Fact]
    public void Sequences_that_do_not_fit_together_are_refused()
    {
        Tensor two = Tensor.Zeros([3, 2]), three = Tensor.Zeros([3, 3]);
        Assert.Equal("SequenceDataset: inputs[1] is [3, 3] and inputs[0] is [3, 2]; expected [T, ...] with the same "
            + "sizes behind T.", Message(() => new SequenceDataset([two, three], Tensor.Zeros([2]))));
        Assert.Equal("SequenceDataset: targets are [3] for 2 sequences; expected [2, ...].",
            Message(() => new SequenceDataset([two, two], Tensor.Zeros([3]))));
        Assert.Equal("SequenceDataset: sequence 0 of 1 is [3, 2] and target 0 of 1 is [2]; expected a target for each "
            + "step.", Message(() => new SequenceDataset([two], [Tensor.Zeros([2])])));
    }

    [Fact]
    public void Padding_changes_no_output_of_a_sequence_layer()
    {
        SequenceDataset data = Counting(12, 1);
        Reader model = new(3);
        Batch all = data.All();
        Tensor together = model.Forward(all);
        for (int i = 0; i < data.Count; i++)
        {
            Tensor alone = model.Forward(data.Get([i]).Input);
            Assert.Equal(alone.ToDoubles(), together[i..(i + 1)].ToDoubles(), (a, b) => Math.Abs(a - b) < 1e-6);
        }
    }

    [Fact]
    public void Trainer_learns_from_padded_batches_what_an_lstm_must_remember()
    {
        SequenceDataset train = Counting(400, 1), test = Counting(100, 2);
        Reader model = new(3);
        Trainer trainer = new(model, new Adam(model.Parameters(), 0.02), Problems.CrossEntropy, new Accuracy());
        trainer.Fit(Loader(train, 5, workers: 2), epochs: 12);
        Assert.InRange(trainer.Evaluate(new DataLoader(test, 50))["accuracy"], 0.97, 1);
        Assert.Equal("[100, 2]", trainer.Predict(new DataLoader(test, 30)).Shape.ToString());
        Assert.True(trainer.EstimateMemory(Loader(train, 5)).Peak > 0);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 2)]
    [InlineData(3, 0)]
    public void Training_on_buckets_goes_on_in_the_middle_of_an_epoch_to_the_same_bits(int workers, int prefetch)
    {
        const int Steps = 12;
        double[] Weights(string? folder, int stop, bool resume)
        {
            Reader model = new(3);
            Trainer trainer = new(model, new Adam(model.Parameters(), 0.02), Problems.CrossEntropy)
            {
                Checkpoints = folder is null ? null : new Checkpoints(folder) { EverySteps = 1, KeepLast = 1 },
                Callbacks = stop > 0 ? [new ResumeTests.Stopper(stop)] : [],
            };
            if (resume) Assert.True(trainer.Resume(folder!));
            DataLoader loader = stop == 0 && resume
                ? Loader(Counting(60, 1), 5, workers, prefetch) : Loader(Counting(60, 1), 5);
            trainer.Fit(loader, epochs: 3);
            return [.. model.State().SelectMany(s => s.Value.ToDoubles())];
        }

        double[] whole = Weights(null, 0, false);
        foreach (int stop in new[] { 2, 3, 4, 7, Steps - 1 })
        {
            using TempFolder folder = new();
            Assert.Throws<InvalidOperationException>(() => Weights(folder.Root, stop, false));
            Assert.Equal(whole, Weights(folder.Root, 0, true));
        }
    }

    private static string Message(Action action) => Assert.Throws<ShapeException>(action).Message;

    private static DataLoader Loader(SequenceDataset data, ulong seed, int workers = 0, int prefetch = 0) =>
        new(data, 16, rng: new Rng(seed), sampler: new BucketSampler(data.Lengths, 2), workers: workers,
            prefetch: prefetch);

    // The class of a sequence is its first number; what follows is noise.
    private static SequenceDataset Counting(int count, ulong seed)
    {
        Rng rng = new(seed);
        Tensor[] inputs = new Tensor[count];
        long[] classes = new long[count];
        for (int i = 0; i < count; i++)
        {
            classes[i] = rng.NextInt(2);
            float[] numbers = new float[2 * (1 + rng.NextInt(9))];
            for (int j = 0; j < numbers.Length; j++) numbers[j] = rng.NextFloat() - 0.5f;
            numbers[0] = classes[i] == 1 ? 1 : -1;
            inputs[i] = Tensor.From(numbers, [numbers.Length / 2, 2]);
        }
        return new SequenceDataset(inputs, Tensor.From(classes));
    }

    private sealed class Reader : SequenceLayer
    {
        private readonly Lstm _lstm;
        private readonly Linear _head;

        public Reader(ulong seed)
        {
            Rng rng = new(seed);
            _lstm = AddModule("lstm", new Lstm(2, 12, rng: rng));
            _head = AddModule("head", new Linear(12, 2, rng: rng));
        }

        protected override Tensor ForwardCore(SequenceBatch x) => _head.Forward(_lstm.Forward(x).State.Hidden[^1]);
    }
}
