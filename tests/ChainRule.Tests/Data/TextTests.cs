using System.Text;
using ChainRule.Data;

namespace ChainRule.Tests.Data;

public sealed class TextTests
{
    private static string ErrorOf(Action action) => Assert.Throws<DataException>(action).Message;

    [Fact]
    public void Text_is_read_without_mark_and_with_line_feeds()
    {
        using TempFolder folder = new();
        byte[] content = [0xEF, 0xBB, 0xBF, .. "eins\r\nzwei\rd\u2028rei\n"u8];
        Assert.Equal("eins\nzwei\nd\u2028rei\n", TextFile.Read(folder.Write("a.txt", content)));
        Assert.Equal(["eins", "zwei", "d\u2028rei"], TextFile.Lines(folder.Write("a.gz", CifarTests.Gzip(content))));
        Assert.Empty(TextFile.Lines(folder.Write("b.txt", "")));
        Assert.Equal(["", ""], TextFile.Lines(folder.Write("b.txt", "\n\n")));
    }

    [Fact]
    public void Text_that_is_not_UTF8_is_refused_with_its_place()
    {
        using TempFolder folder = new();
        string path = folder.Write("a.txt", [.. "Übung "u8, 0xFC, (byte)'b']);
        Assert.Equal($"text: byte FC is no UTF-8.\n  file: {path}\n  offset: 7\n  help: store the file as UTF-8.",
            ErrorOf(() => TextFile.Read(path)));
        folder.Write("a.txt", [(byte)'a', 0xE2, 0x82]);
        Assert.Contains("offset: 1", ErrorOf(() => TextFile.Read(path)));
    }

    [Fact]
    public void Packed_text_that_is_damaged_or_cut_short_is_refused()
    {
        using TempFolder folder = new();
        byte[] packed = CifarTests.Gzip([.. Enumerable.Range(0, 5000).Select(i => (byte)('a' + (i * i % 23)))]);
        foreach (int cut in new[] { 1, 4, 8, 30, packed.Length / 2, packed.Length - 5 })
        {
            string path = folder.Write("a.gz", packed[..^cut]);
            Assert.StartsWith("text: the gzip stream is cut short.\n", ErrorOf(() => TextFile.Read(path)));
        }
        Assert.Equal(10_000, TextFile.Read(folder.Write("a.gz", [.. packed, .. packed])).Length);
        packed[^6] ^= 1;
        string damaged = folder.Write("a.gz", packed);
        Assert.StartsWith("text: the gzip stream is damaged.\n", ErrorOf(() => TextFile.Read(damaged)));
    }

    [Fact]
    public void File_longer_than_allowed_is_refused()
    {
        using TempFolder folder = new();
        string path = folder.Write("a", new byte[100]), packed = folder.Write("a.gz", CifarTests.Gzip(new byte[100]));
        Assert.Equal(100, FileContent.Read(path, "x", most: 100).Length);
        Assert.Equal(100, FileContent.Read(packed, "x", most: 100).Length);
        Assert.Equal($"x: the file has more than 99 bytes.\n  file: {path}\n  offset: 99",
            ErrorOf(() => FileContent.Read(path, "x", most: 99)));
        Assert.Equal($"x: the unpacked content has more than 99 bytes.\n  file: {packed}\n  offset: 99 (of the "
            + "unpacked content)", ErrorOf(() => FileContent.Read(packed, "x", most: 99)));
    }

    [Fact]
    public void Tokens_are_characters_or_words()
    {
        Assert.Equal(["a", "😀", "\n", "é"], Tokens.Characters("a😀\né"));
        Assert.Equal(["Don't", "stop", ",", "Ünal", ":", "3", ".", "5", "😀", "猫"],
            Tokens.Words("Don't  stop, Ünal: 3.5\n😀猫".Replace("猫", " 猫")));
    }

    [Fact]
    public void Vocabulary_numbers_characters_sorted_and_words_by_frequency()
    {
        Vocabulary letters = Vocabulary.OfCharacters("hello\n");
        Assert.Equal(["\n", "e", "h", "l", "o"], letters.All);
        Assert.Equal([2, 1, 3, 3, 4], letters.Encode(Tokens.Characters("hello")));
        Assert.Equal("hole", string.Concat(letters.Decode([2, 4, 3, 1])));
        Assert.Equal("Vocabulary: 'x' is none of the 5 tokens (\\n e h l o).", ErrorOf(() => letters.IdOf("x")));
        Vocabulary words = Vocabulary.OfWords([["b", "a", "c"], ["a", "b"], ["d"]], minCount: 1, most: 3);
        Assert.Equal(["<pad>", "<unk>", "a", "b", "c"], words.All);
        Assert.Equal([2, 1], words.Encode(["a", "d"]));
        Assert.Equal(4, Vocabulary.OfWords([["b", "a", "c"], ["a", "b"]], minCount: 2).Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => words.Decode([5]));
    }

    [Fact]
    public void Vocabulary_is_written_and_read()
    {
        using TempFolder folder = new();
        string path = folder["v.txt"];
        string[] tokens = ["\n", "\\", "\\n", " ", "\r\n", "<unk>", "猫", "", "\u0085"];
        new Vocabulary(tokens).Write(path);
        Assert.Equal(tokens, Vocabulary.Read(path).All);
        Assert.Equal(5, Vocabulary.Read(path).UnknownId);
        folder.Write("v.txt", "a\nb\na\n");
        Assert.Equal($"Vocabulary: 'a' stands in row 1 already.\n  file: {path}\n  at: row 3",
            ErrorOf(() => Vocabulary.Read(path)));
        folder.Write("v.txt", "a\n\\t\n");
        Assert.Equal($"Vocabulary: '\\t' has a backslash that means nothing.\n  file: {path}\n  at: row 2",
            ErrorOf(() => Vocabulary.Read(path)));
        folder.Write("v.txt", "");
        Assert.Equal(
            $"Vocabulary: the file is empty.\n  file: {path}\n  at: row 1", ErrorOf(() => Vocabulary.Read(path)));
    }

    [Fact]
    public void Windows_give_what_follows()
    {
        Tensor series = Tensor.From(0L, 1, 2, 3, 4, 5, 6);
        WindowDataset windows = new(series, length: 3, stride: 2);
        Assert.Equal(2, windows.Count);
        (Tensor x, Tensor y) = windows.Get([1, 0]);
        Assert.Equal([2, 3, 4, 0, 1, 2], x.ToArray<long>());
        Assert.Equal([3, 4, 5, 1, 2, 3], y.ToArray<long>());
        WindowDataset last = new(Tensor.Arange(0, 8).Reshape(4, 2), length: 2, lastOnly: true);
        Assert.Equal(2, last.Count);
        (x, y) = last.Get([1]);
        Assert.Equal([1, 2, 2], x.Shape.Dims.ToArray());
        Assert.Equal([2, 3, 4, 5], x.ToArray<float>());
        Assert.Equal([6, 7], y.ToArray<float>());
        Assert.Equal(1, new WindowDataset(series, 6).Count);
        Assert.Equal("WindowDataset: a series of 7 for windows of 7 and what follows; expected 8 or more.",
            ErrorOf(() => new WindowDataset(series, 7)));
    }

    [SharedFact("data/tinyshakespeare/input.txt")]
    public void Shakespeare_has_65_characters()
    {
        string text = TextFile.Read(SharedData.Path("data/tinyshakespeare/input.txt"));
        Vocabulary letters = Vocabulary.OfCharacters(text);
        Assert.Equal((1_115_394, 65), (text.Length, letters.Count));
        string[] tokens = Tokens.Characters(text);
        Assert.Equal(text, string.Concat(letters.Decode(letters.Encode(tokens))));
        Assert.Equal(40_000, TextFile.Lines(SharedData.Path("data/tinyshakespeare/input.txt")).Length);
    }
}
