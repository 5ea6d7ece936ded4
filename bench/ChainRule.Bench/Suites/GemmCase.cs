namespace ChainRule.Bench;

/// <summary>C[M, N] = A B in float32 or float64; a transposed operand lies in memory transposed.</summary>
internal sealed record GemmCase(
    string Name, int M, int K, int N, bool TransA = false, bool TransB = false, int Batch = 1,
    bool Double = false)
{
    /// <summary>
    /// The shapes of the feasibility study (squares, layers of networks and their gradients, attention), single samples
    /// and a few in float64.
    /// </summary>
    public static IReadOnlyList<GemmCase> All { get; } =
    [
        .. new[] { 16, 32, 64, 128, 256, 512, 1024, 2048 }.Select(n => new GemmCase($"nn_{n}", n, n, n)),
        .. new[] { 64, 256, 512, 1024 }.Select(n => new GemmCase($"nt_{n}", n, n, n, TransB: true)),
        .. new[] { 64, 256, 512, 1024 }.Select(n => new GemmCase($"tn_{n}", n, n, n, TransA: true)),
        new("mlp_nn", 32, 784, 128),
        new("mlp_nt", 32, 784, 128, TransB: true),
        new("mlp_dw", 784, 32, 128, TransA: true),
        new("head", 32, 128, 10),
        new("head_dw", 128, 32, 10, TransA: true),
        new("head_dx", 32, 10, 128, TransB: true),
        new("fc_nn", 50, 3136, 1024),
        new("fc_nt", 50, 3136, 1024, TransB: true),
        new("fc_dx", 50, 1024, 3136, TransB: true),
        new("fc_dw", 3136, 50, 1024, TransA: true),
        new("wide_nn", 64, 800, 9800),
        new("wide_nt", 64, 9800, 800, TransB: true),
        new("wide_tn", 800, 64, 9800, TransA: true),
        new("lstm", 64, 256, 1024),
        new("lstm_dx", 64, 1024, 256, TransB: true),
        new("lstm_dw", 256, 64, 1024, TransA: true),
        new("attention_nt", 64, 32, 64, TransB: true, Batch: 32),
        new("attention_nn", 64, 64, 32, Batch: 32),
        new("sample_nn", 1, 1024, 1024),
        new("sample_nt", 1, 1024, 1024, TransB: true),
        new("sample_column", 1024, 1024, 1),
        new("few_nt", 4, 1024, 1024, TransB: true),
        .. new[] { 64, 256, 1024 }.Select(n => new GemmCase($"f64_nn_{n}", n, n, n, Double: true)),
        new("f64_nt", 256, 256, 256, TransB: true, Double: true),
        new("f64_mlp", 32, 784, 128, Double: true),
        new("f64_fc_dw", 3136, 50, 1024, TransA: true, Double: true),
    ];

    /// <summary>Whether it is one of the study's shapes, over which its means are taken.</summary>
    public bool Studied => All.Contains(this) && !Double && !Name.StartsWith("sample") && !Name.StartsWith("few");

    public double Operations => 2.0 * M * N * K * Batch;

    public string Text =>
        $"{(Batch == 1 ? "" : $"{Batch} x ")}{M}x{K}x{N} {(TransA ? 'T' : 'N')}{(TransB ? 'T' : 'N')}"
        + (Double ? " f64" : "");

    /// <summary>A shape that an argument spells, such as <c>96x700x5000</c> or <c>96x700x5000_nt</c>.</summary>
    public static GemmCase? Read(string text)
    {
        string[] parts = text.Split('_');
        int[] sizes = [.. parts[0].Split('x').Select(s => int.TryParse(s, out int size) ? size : 0)];
        string form = parts.Length == 1 ? "nn" : parts[1];
        return parts.Length <= 2 && sizes.Length == 3 && sizes.All(s => s > 0) && form is "nn" or "nt" or "tn" or "tt"
            ? new GemmCase(text, sizes[0], sizes[1], sizes[2], form[0] == 't', form[1] == 't')
            : null;
    }
}
