using ChainRule.Kernels.Scheduling;

namespace ChainRule.Tests.Operators;

/// <summary>Check 9. Exchanges the scheduler of the process, so it runs while no other test does.</summary>
[Collection(nameof(OneAtATime))]
public sealed class OpThreadTests
{
    public static TheoryData<string> AllRows => OpTests.AllRows;

    [Theory]
    [MemberData(nameof(AllRows))]
    public void Check09_bits_are_the_same_for_any_number_of_threads(string row)
    {
        OpRow found = OpTable.Find(row);
        Assert.True(
            found.Large.Length > 0 != (found.Serial is not null),
            $"{row}: give a case in {nameof(OpRow.Large)} that is large enough to fork, or say in "
            + $"{nameof(OpRow.Serial)} why there is none.");
        DType[] types = [found.Types.Contains(DType.Float32) ? DType.Float32 : found.Types[0]];
        OpCheck.Each(found, "check 9 (threads)", found.Large, types, s =>
        {
            (byte[][] expected, _) = On(SerialScheduler.Instance, s);
            foreach (int threads in new[] { 2, 3, 4 }) Compare(new ForkJoinScheduler(threads), $"{threads} threads");
            Compare(new ReversedScheduler(), "one thread, chunks in reverse order");

            void Compare(Scheduler scheduler, string how)
            {
                (byte[][] got, bool forked) = On(scheduler, s);
                if (!forked) throw new CheckFailedException(
                    "no kernel forked: the case is too small to say anything about threads.");
                for (int i = 0; i < got.Length; i++)
                {
                    int same = expected[i].AsSpan().CommonPrefixLength(got[i]);
                    if (same == expected[i].Length && same == got[i].Length) continue;
                    string what = i == 0 ? "result" : $"gradient {i - 1}";
                    throw new CheckFailedException(
                        $"{how}: {what} differs from that of one thread from byte {same} of {expected[i].Length} on.");
                }
            }
        });
    }

    private static (byte[][] Bits, bool Forked) On(Scheduler scheduler, Sample s)
    {
        int before = Compute.Threads;
        WatchedScheduler watched = new(scheduler);
        Scheduler.Use(watched);
        try
        {
            Tensor y = s.Run();
            Tensor[] all = s.Row.Differentiable && s.Variables().Length > 0 ? [y, .. s.Gradients()] : [y];
            return ([.. all.Select(TensorAssert.Bytes)], watched.Forked);
        }
        finally
        {
            Scheduler.Use(Scheduler.Create(before));
        }
    }

    /// <summary>Another scheduler, and whether anything came to it in parts.</summary>
    private sealed unsafe class WatchedScheduler(Scheduler inner) : Scheduler
    {
        public bool Forked { get; private set; }

        public override int Threads => inner.Threads;

        public override void Run(delegate*<void*, int, void> body, void* argument, int chunks)
        {
            if (chunks > 1) Forked = true;
            inner.Run(body, argument, chunks);
        }

        public override void Retire() => inner.Retire();
    }

    /// <summary>
    /// The chunks one after the other from the last to the first: what two threads might do, every time.
    /// </summary>
    private sealed unsafe class ReversedScheduler : Scheduler
    {
        public override int Threads => 4;

        public override void Run(delegate*<void*, int, void> body, void* argument, int chunks)
        {
            for (int i = chunks - 1; i >= 0; i--) body(argument, i);
        }
    }
}
