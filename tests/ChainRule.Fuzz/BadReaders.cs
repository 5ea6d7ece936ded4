using ChainRule.Data;

namespace ChainRule.Fuzz;

/// <summary>Readers that are wrong, each in one way: that all are caught shows that this program can fail.</summary>
internal static class BadReaders
{
    private static readonly byte[] Valid = [0, 0, 8, 1, 0, 0, 0, 2, 3, 1];

    public static IReadOnlyList<FileReader> All { get; } =
    [
        Of("bad-throws", path => File.ReadAllBytes(path)[100]),
        Of("bad-place", path => throw new DataException("bad", "no place.") { File = path }),
        Of("bad-file", path => throw new DataException("bad", "another file.") { File = "other", Offset = 0 }),
        Of("bad-managed", path => new byte[100 << 20].Length),
        Of("bad-native", path => Tensor.Zeros([25 << 20]).Count),
        Of("bad-slow", path => Slow(path, TimeSpan.FromSeconds(1.1))),
        Of("bad-endless", path => Slow(path, Timeout.InfiniteTimeSpan)),
        Of("bad-dies", path =>
        {
            System.Diagnostics.Process.GetCurrentProcess().Kill();
            return 0;
        }),
    ];

    private static FileReader Of(string name, Func<string, int> read) => new(name, () => [Valid], path =>
    {
        if (!File.ReadAllBytes(path).AsSpan().SequenceEqual(Valid)) read(path);
    }, Multiple: 4);

    private static int Slow(string path, TimeSpan time)
    {
        Thread.Sleep(time);
        return path.Length;
    }
}
