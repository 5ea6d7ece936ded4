using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ChainRule.Bench;

/// <summary>
/// How long a cache line takes from one thread to another and back. A virtual machine's processors may lie on one chip
/// or far apart, and are moved while a suite runs; work whose data goes from thread to thread is then slower by several
/// times, and arithmetic is not. Rows on two threads compare only where this is alike.
/// </summary>
internal static class Handover
{
    private const int RoundTrips = 1000;
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(50);

    /// <summary>Prints the time, and keeps it for the JSON lines.</summary>
    /// <param name="report">Where to.</param>
    /// <param name="when">"start" or "end" of the suite.</param>
    public static void Print(Report report, string when)
    {
        if (Environment.ProcessorCount < 2) return;
        double time = Nanoseconds();
        Console.WriteLine($"A cache line to another thread and back, at the {when}: {Report.Text(time, 0)} ns");
        report.Json($"handover_{when}", 2, ("nanoseconds", time));
    }

    /// <summary>Mean time of a round trip.</summary>
    public static double Nanoseconds()
    {
        Line line = new();
        Thread other = new(() => Answer(line)) { IsBackground = true };
        other.Start();
        for (int i = 0; i < RoundTrips; i++) Ask(line);              // both have begun
        long begin = Stopwatch.GetTimestamp(), trips = 0;
        do
        {
            for (int i = 0; i < RoundTrips; i++) Ask(line);
            trips += RoundTrips;
        }
        while (Stopwatch.GetElapsedTime(begin) < Least);
        double time = Stopwatch.GetElapsedTime(begin).TotalNanoseconds / trips;
        Volatile.Write(ref line.Turn, Line.End);
        other.Join();
        return time;
    }

    private static void Ask(Line line)
    {
        Volatile.Write(ref line.Turn, Line.Other);
        while (Volatile.Read(ref line.Turn) != Line.Own)
        {
        }
    }

    private static void Answer(Line line)
    {
        for (int turn; (turn = Volatile.Read(ref line.Turn)) != Line.End;)
            if (turn == Line.Other) Volatile.Write(ref line.Turn, Line.Own);
    }

    // On lines of its own.
    [StructLayout(LayoutKind.Explicit, Size = 384)]
    private sealed class Line
    {
        public const int Own = 0, Other = 1, End = 2;

        [FieldOffset(192)]
        public int Turn;
    }
}
