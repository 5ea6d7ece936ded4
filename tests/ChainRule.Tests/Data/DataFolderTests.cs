using System.Net;
using System.Security.Cryptography;
using ChainRule.Data;

namespace ChainRule.Tests.Data;

public sealed class DataFolderTests : IDisposable
{
    private const string WhereElse =
        "put a.gz or a into one of these folders, or name a folder that has a sub-folder toys in CHAINRULE_DATA.";

    private static readonly byte[] Content = [.. Enumerable.Range(0, 200_000).Select(i => (byte)(i * i))];

    private static readonly DataSource Source = new("toys", "Toys", new Uri("https://example.org/toys/"),
        [new DataFile("a.gz", Content.Length, Convert.ToHexStringLower(SHA256.HashData(Content)))]);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Own => _folder["own"];

    private string Cache => _folder["cache"];

    private DataFolder Folder(HttpMessageHandler? network = null, bool own = true) =>
        new(own ? Own : null, Cache,
            () => network ?? new Answer(_ => throw new HttpRequestException("no network here")));

    private string Said(DataException error) =>
        error.Message.Replace(_folder.Root + Path.DirectorySeparatorChar, "").Replace('\\', '/');

    private void AssertNothingLeft() => Assert.True(
        !Directory.Exists(Cache) || Directory.GetFiles(Cache, "*", SearchOption.AllDirectories).Length == 0);

    [Theory]
    [InlineData("own/toys/a.gz", "own/toys/a")]
    [InlineData("own/toys/a", "own/a.gz")]
    [InlineData("own/a.gz", "own/a")]
    [InlineData("own/a", "cache/toys/a.gz")]
    [InlineData("cache/toys/a.gz", "cache/toys/a")]
    [InlineData("cache/toys/a", "elsewhere")]
    public void First_place_that_has_the_file_wins(string first, string second)
    {
        _folder.Write(first, [1]);
        _folder.Write(second, [2]);
        Assert.Equal(_folder[first], Path.GetFullPath(Folder().Find(Source, Source.Files[0])!));
        Assert.Equal([_folder[first]], Folder().Require(Source, download: false).Select(Path.GetFullPath));
    }

    [Fact]
    public void Places_are_named_in_order() => Assert.Equal(
        [Path.Combine(Own, "toys"), Own, Path.Combine(Cache, "toys")], Folder().Places(Source));

    [Fact]
    public void File_of_another_data_set_in_the_folder_itself_is_passed_over()
    {
        string fashion = _folder["fashion-mnist"];
        Directory.CreateDirectory(fashion);
        File.WriteAllBytes(Path.Combine(fashion, "train-labels-idx1-ubyte"), [1]);
        var folder = new DataFolder(fashion, Cache);
        Assert.Null(folder.Find(Mnist.Source, Mnist.Source.Files[1]));
        Assert.NotNull(folder.Find(FashionMnist.Source, FashionMnist.Source.Files[1]));
    }

    [SharedFact("data/fashion-mnist/t10k-labels-idx1-ubyte.gz")]
    public void File_whose_hash_is_another_data_sets_is_passed_over()
    {
        _folder.Write("own/t10k-labels-idx1-ubyte.gz",
            File.ReadAllBytes(SharedData.Path("data/fashion-mnist/t10k-labels-idx1-ubyte.gz")));
        Assert.Null(Folder().Find(Mnist.Source, Mnist.Source.Files[3]));
        Assert.NotNull(Folder().Find(FashionMnist.Source, FashionMnist.Source.Files[3]));
    }

    [Fact]
    public void Absent_file_says_what_is_missing_where_it_was_looked_for_and_how_to_provide_it()
    {
        var error = Assert.Throws<DataException>(() => Folder().Require(Source, download: false));
        Assert.Equal("""
            toys: a.gz was not found.
              looked in:
                own/toys
                own
                cache/toys
              help: put a.gz or a into one of these folders.
            """, Said(error));
    }

    [Fact]
    public void Absent_file_without_an_own_folder_names_the_variable()
    {
        var error = Assert.Throws<DataException>(() => Folder(own: false).Require(Source, download: false));
        Assert.Equal($"""
            toys: a.gz was not found.
              looked in:
                cache/toys
              help: {WhereElse}
            """, Said(error));
    }

    [Fact]
    public async Task Download_lands_in_the_cache_and_is_not_fetched_twice()
    {
        var network = new Answer(_ => new HttpResponseMessage { Content = new ByteArrayContent(Content) });
        var told = new List<FetchProgress>();
        var paths = await Folder(network).FetchAsync(Source, new Told(told));
        Assert.Equal([Path.Combine(Cache, "toys", "a.gz")], paths);
        Assert.Equal(Content, File.ReadAllBytes(paths[0]));
        Assert.Single(Directory.GetFiles(Path.Combine(Cache, "toys")));
        Assert.Equal("https://example.org/toys/a.gz", Assert.Single(network.Asked));
        Assert.Equal(Content.Length, told[^1].BytesDone);

        Assert.Equal(paths, await Folder(network).FetchAsync(Source));
        Assert.Single(network.Asked);
    }

    [Fact]
    public void Wrong_hash_is_refused_and_leaves_nothing()
    {
        var wrong = (byte[])Content.Clone();
        wrong[^1] ^= 1;
        var network = new Answer(_ => new HttpResponseMessage { Content = new ByteArrayContent(wrong) });
        var error = Assert.Throws<DataException>(() => Folder(network).Require(Source));
        Assert.Equal("toys: https://example.org/toys/a.gz is not the published file: its SHA-256 is "
            + $"{Convert.ToHexStringLower(SHA256.HashData(wrong))}, expected {Source.Files[0].Sha256}; "
            + "nothing was kept.",
            Said(error));
        AssertNothingLeft();
    }

    [Theory]
    [InlineData(-1000, "199000 of")]
    [InlineData(5_000_000, "more than")]
    public void Wrong_length_is_refused_and_leaves_nothing(int extra, string sent)
    {
        byte[] other = new byte[Content.Length + extra];
        var network = new Answer(_ => new HttpResponseMessage { Content = new ByteArrayContent(other) });
        var error = Assert.Throws<DataException>(() => Folder(network).Require(Source));
        Assert.Equal($"toys: https://example.org/toys/a.gz sent {sent} the published 200000 bytes; nothing was kept.",
            Said(error));
        AssertNothingLeft();
    }

    [Fact]
    public void Page_not_found_is_said()
    {
        var network = new Answer(_ => new HttpResponseMessage(HttpStatusCode.NotFound));
        var error = Assert.Throws<DataException>(() => Folder(network, own: false).Require(Source));
        Assert.Equal($"""
            toys: a.gz was not found, and https://example.org/toys/a.gz answered 404 Not Found.
              looked in:
                cache/toys
              help: {WhereElse}
            """, Said(error));
        AssertNothingLeft();
    }

    [Fact]
    public void Absent_network_is_said()
    {
        var error = Assert.Throws<DataException>(() => Folder().Require(Source));
        Assert.Equal("""
            toys: a.gz was not found, and fetching https://example.org/toys/a.gz failed: no network here.
              looked in:
                own/toys
                own
                cache/toys
              help: put a.gz or a into one of these folders.
            """, Said(error));
        AssertNothingLeft();
    }

    [Fact]
    public void Connection_cut_on_the_way_is_said_and_leaves_nothing()
    {
        var network = new Answer(_ => new HttpResponseMessage { Content = new StreamContent(new CutStream(90_000)) });
        var error = Assert.Throws<DataException>(() => Folder(network).Require(Source));
        Assert.StartsWith("toys: a.gz was not found, and fetching https://example.org/toys/a.gz failed: "
            + "the connection was cut.\n  looked in:\n", Said(error));
        AssertNothingLeft();
    }

    [Fact]
    public async Task Cancelled_download_leaves_nothing()
    {
        using var cancel = new CancellationTokenSource();
        var network = new Answer(_ =>
        {
            cancel.Cancel();
            return new HttpResponseMessage { Content = new ByteArrayContent(Content) };
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Folder(network).FetchAsync(Source, cancellation: cancel.Token));
        AssertNothingLeft();
    }

    [Fact]
    public void Cache_that_cannot_be_written_is_said()
    {
        _folder.Write("cache", [1]);                                     // a file where the folder should be
        var network = new Answer(_ => new HttpResponseMessage { Content = new ByteArrayContent(Content) });
        var error = Assert.Throws<DataException>(() => Folder(network).Require(Source));
        Assert.StartsWith("toys: a.gz was not found, and fetching https://example.org/toys/a.gz failed: ", Said(error));
        Assert.IsAssignableFrom<IOException>(error.InnerException);
    }

    [Fact]
    public void Known_sources_have_addresses_hashes_and_folders_of_their_own()
    {
        Assert.Equal(["mnist", "fashion-mnist"], DataSource.Known.Select(s => s.Name));
        Assert.All(DataSource.Known, s => Assert.EndsWith("/", s.Address.AbsoluteUri));
        Assert.All(DataSource.Known.SelectMany(s => s.Files), f => Assert.Matches("^[0-9a-f]{64}$", f.Sha256));
        Assert.Equal(11_594_722, Mnist.Source.Bytes);
    }

    private sealed class Answer(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        internal List<string> Asked { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellation)
        {
            Asked.Add(request.RequestUri!.AbsoluteUri);
            return Task.FromResult(answer(request));
        }
    }

    private sealed class Told(List<FetchProgress> list) : IProgress<FetchProgress>
    {
        public void Report(FetchProgress value) => list.Add(value);
    }

    /// <summary>Gives some zeros and then fails, as a connection does that is cut.</summary>
    private sealed class CutStream(int bytes) : Stream
    {
        private int _left = bytes;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (_left == 0) throw new IOException("the connection was cut");
            int give = Math.Min(count, _left);
            _left -= give;
            return give;
        }

        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
