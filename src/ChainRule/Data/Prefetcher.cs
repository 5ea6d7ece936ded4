using System.Runtime.ExceptionServices;

namespace ChainRule.Data;

/// <summary>Runs a sequence ahead of its reader on a thread of its own, in the same order.</summary>
internal static class Prefetcher
{
    /// <summary>
    /// The sequence's items. The thread starts with the first item asked for and has ended when the enumeration has,
    /// also when that is left early; what the sequence throws is thrown to the reader at its place in the order.
    /// </summary>
    /// <param name="source">Begins the sequence; called on the new thread.</param>
    /// <param name="ahead">How many items may wait, 1 or more.</param>
    internal static IEnumerable<T> Run<T>(Func<IEnumerable<T>> source, int ahead)
    {
        var queue = new Queue<T>();
        bool ended = false, left = false;
        ExceptionDispatchInfo? failure = null;

        void Produce()
        {
            try
            {
                foreach (var item in source())
                {
                    lock (queue)
                    {
                        queue.Enqueue(item);
                        Monitor.PulseAll(queue);
                        while (queue.Count >= ahead && !left) Monitor.Wait(queue);
                        if (left) return;
                    }
                }
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
            finally
            {
                lock (queue)
                {
                    ended = true;
                    Monitor.PulseAll(queue);
                }
            }
        }

        var thread = new Thread(Produce) { IsBackground = true, Name = "ChainRule prefetch" };
        thread.Start();
        try
        {
            while (true)
            {
                T item;
                lock (queue)
                {
                    while (queue.Count == 0 && !ended) Monitor.Wait(queue);
                    if (queue.Count == 0) break;
                    item = queue.Dequeue();
                    Monitor.PulseAll(queue);
                }
                yield return item;
            }
            failure?.Throw();
        }
        finally
        {
            lock (queue)
            {
                left = true;
                Monitor.PulseAll(queue);
            }
            thread.Join();
        }
    }
}
