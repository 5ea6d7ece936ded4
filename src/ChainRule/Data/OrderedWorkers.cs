using System.Runtime.ExceptionServices;

namespace ChainRule.Data;

/// <summary>Makes numbered items ahead of their reader on threads of their own, and gives them in order.</summary>
/// <typeparam name="T">Kind of item.</typeparam>
internal sealed class OrderedWorkers<T>
{
    private readonly Func<int, T> _make;
    private readonly int _end;
    private readonly object _gate = new();

    // Item n waits at n modulo the number that may wait.
    private readonly (bool Ready, T Item)[] _made;
    private int _next, _taken;
    private bool _left;
    private int _failed = int.MaxValue;
    private ExceptionDispatchInfo? _failure;

    private OrderedWorkers(Func<int, T> make, int begin, int end, int ahead)
    {
        (_make, _next, _taken, _end) = (make, begin, begin, end);
        _made = new (bool, T)[ahead];
    }

    /// <summary>
    /// Items begin to end - 1. The threads start with the first item asked for and have ended when the enumeration has,
    /// also when that is left early; what making an item throws is thrown to the reader at its place in the order.
    /// </summary>
    /// <param name="make">Makes an item; called on the new threads, by several at once.</param>
    /// <param name="begin">Number of the first item.</param>
    /// <param name="end">Number behind the last.</param>
    /// <param name="workers">Number of threads, 1 or more.</param>
    /// <param name="ahead">How many items may wait or be under way, 1 or more.</param>
    internal static IEnumerable<T> Run(Func<int, T> make, int begin, int end, int workers, int ahead)
    {
        OrderedWorkers<T> queue = new(make, begin, end, ahead);
        var threads = new Thread[Math.Min(workers, ahead)];
        for (int i = 0; i < threads.Length; i++)
        {
            threads[i] = new Thread(queue.Work) { IsBackground = true, Name = "ChainRule data worker" };
            threads[i].Start();
        }
        try
        {
            for (int n = begin; n < end; n++) yield return queue.Take(n);
        }
        finally
        {
            queue.Leave();
            foreach (Thread thread in threads) thread.Join();
        }
    }

    private void Work()
    {
        while (true)
        {
            int n;
            lock (_gate)
            {
                while (!_left && _next < _end && _next - _taken >= _made.Length) Monitor.Wait(_gate);
                if (_left || _next >= _end || _failure is not null) return;
                n = _next++;
            }
            try
            {
                T item = _make(n);
                lock (_gate)
                {
                    _made[n % _made.Length] = (true, item);
                    Monitor.PulseAll(_gate);
                }
            }
            catch (Exception e)
            {
                lock (_gate)
                {
                    if (n < _failed) (_failed, _failure) = (n, ExceptionDispatchInfo.Capture(e));
                    Monitor.PulseAll(_gate);
                }
            }
        }
    }

    // Items below a failed one were begun before it, so each of them comes or fails itself.
    private T Take(int n)
    {
        lock (_gate)
        {
            ref (bool Ready, T Item) place = ref _made[n % _made.Length];
            while (!place.Ready && _failed != n) Monitor.Wait(_gate);
            if (_failed == n) _failure!.Throw();
            T item = place.Item;
            (place, _taken) = (default, n + 1);
            Monitor.PulseAll(_gate);
            return item;
        }
    }

    private void Leave()
    {
        lock (_gate)
        {
            _left = true;
            Monitor.PulseAll(_gate);
        }
    }
}
