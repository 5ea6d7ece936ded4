using System.Buffers;
using System.Security.Cryptography;

namespace ChainRule.Data;

/// <summary>Progress of a download.</summary>
/// <param name="File">The file being fetched.</param>
/// <param name="BytesDone">Bytes of it that have arrived.</param>
public readonly record struct FetchProgress(DataFile File, long BytesDone);

/// <summary>Where a file of a data set was found.</summary>
/// <param name="File">The file.</param>
/// <param name="Path">Its path; null when it was not found.</param>
public readonly record struct LocatedFile(DataFile File, string? Path);

/// <summary>
/// Finds the files of published data sets on this machine, and fetches them when they are not there. Looked in, in
/// this order: the folder named by the environment variable <c>CHAINRULE_DATA</c> (its sub-folder with the data set's
/// name, then the folder itself), then the user's cache folder. A file may be packed, as published, or unpacked.
/// </summary>
public sealed class DataFolder
{
    /// <summary>The environment variable that names the user's own data folder.</summary>
    public const string Variable = "CHAINRULE_DATA";

    /// <summary>How long a connection may be silent before the download is given up.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Func<HttpMessageHandler> _network;

    /// <summary>Folders to look in; <see cref="FromEnvironment"/> gives the usual ones.</summary>
    /// <param name="own">The user's own folder, only read; null for none.</param>
    /// <param name="cache">The folder that downloads go to; made when needed.</param>
    /// <param name="network">Makes the handler for downloads; null for the ordinary network.</param>
    public DataFolder(string? own, string cache, Func<HttpMessageHandler>? network = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(cache);
        Own = string.IsNullOrWhiteSpace(own) ? null : own;
        Cache = cache;
        _network = network ?? (() => new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(15) });
    }

    /// <summary>The user's own folder, <c>CHAINRULE_DATA</c>; null when there is none.</summary>
    public string? Own { get; }

    /// <summary>The cache folder, which downloads go to.</summary>
    public string Cache { get; }

    /// <summary>
    /// The folders of this process's environment: <c>CHAINRULE_DATA</c>, and <c>chainrule/data</c> in the user's
    /// cache folder (<c>XDG_CACHE_HOME</c>, else <c>~/.cache</c>; on Windows the local application data).
    /// </summary>
    public static DataFolder FromEnvironment() => new(Environment.GetEnvironmentVariable(Variable), UserCache());

    /// <summary>The folders in which a data set's files are looked for, in order, whether they exist or not.</summary>
    /// <param name="source">The data set.</param>
    public IReadOnlyList<string> Places(DataSource source) => Own is null
        ? [Path.Combine(Cache, source.Name)]
        : [Path.Combine(Own, source.Name), Own, Path.Combine(Cache, source.Name)];

    /// <summary>Finds a file, packed or unpacked.</summary>
    /// <param name="source">The data set.</param>
    /// <param name="file">One of its files.</param>
    /// <returns>Its path, or null when it is in none of the <see cref="Places"/>.</returns>
    /// <remarks>
    /// Data sets use the same file names, so a file lying in <c>CHAINRULE_DATA</c> itself is passed over when the
    /// folder is named after another known data set or the file is, by its SHA-256, another's.
    /// </remarks>
    public string? Find(DataSource source, DataFile file)
    {
        foreach (string place in Places(source))
        {
            foreach (string name in (string[])[file.Name, file.UnpackedName])
            {
                string path = Path.Combine(place, name);
                if (File.Exists(path) && !(place == Own && BelongsToAnother(source, path, name))) return path;
            }
        }
        return null;
    }

    /// <summary>Looks for all files of a data set.</summary>
    /// <param name="source">The data set.</param>
    public IReadOnlyList<LocatedFile> Locate(DataSource source) =>
        [.. source.Files.Select(file => new LocatedFile(file, Find(source, file)))];

    /// <summary>Paths of all files of a data set; those in none of the <see cref="Places"/> are fetched.</summary>
    /// <param name="source">The data set.</param>
    /// <param name="download">Whether to fetch what is missing.</param>
    /// <returns>One path for each of the source's files, in its order.</returns>
    /// <exception cref="DataException">A file is missing and could not be fetched, or was not to be.</exception>
    public IReadOnlyList<string> Require(DataSource source, bool download = true)
    {
        if (download) return FetchAsync(source).GetAwaiter().GetResult();
        var found = Locate(source);
        var missing = found.FirstOrDefault(file => file.Path is null);
        if (missing.File is not null) throw Missing(source, missing.File, "was not found.", null);
        return [.. found.Select(file => file.Path!)];
    }

    /// <summary>
    /// Fetches into the cache those files of a data set that are in no <see cref="Places">place</see>.
    /// </summary>
    /// <param name="source">The data set.</param>
    /// <param name="progress">Told as bytes arrive.</param>
    /// <param name="cancellation">Stops the download; nothing of an unfinished file stays behind.</param>
    /// <returns>One path for each of the source's files, in its order.</returns>
    /// <exception cref="DataException">A file could not be fetched, or is not the published one.</exception>
    public async Task<IReadOnlyList<string>> FetchAsync(
        DataSource source, IProgress<FetchProgress>? progress = null, CancellationToken cancellation = default)
    {
        var paths = new List<string>();
        HttpClient? client = null;
        try
        {
            foreach (var (file, found) in Locate(source))
            {
                if (found is null) client ??= new HttpClient(_network()) { Timeout = Timeout.InfiniteTimeSpan };
                paths.Add(found
                    ?? await FetchAsync(client!, source, file, progress, cancellation).ConfigureAwait(false));
            }
        }
        finally
        {
            client?.Dispose();
        }
        return paths;
    }

    private async Task<string> FetchAsync(HttpClient client, DataSource source, DataFile file,
        IProgress<FetchProgress>? progress, CancellationToken cancellation)
    {
        string path = Path.Combine(Cache, source.Name, file.Name);
        string part = $"{path}.{Guid.NewGuid():N}.part";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var response = await client.GetAsync(new Uri(source.Address, file.Name),
                HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
                throw Missing(source, file, $"was not found, and {source.Address}{file.Name} "
                    + $"answered {(int)response.StatusCode} {response.ReasonPhrase}.", null);
            using (var content = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false))
                await SaveAsync(content, part, source, file, progress, cancellation).ConfigureAwait(false);
            File.Move(part, path, overwrite: true);
            return path;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or UnauthorizedAccessException
            || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw Missing(source, file,
                $"was not found, and fetching {source.Address}{file.Name} failed: {e.Message.TrimEnd('.')}.", e);
        }
        finally
        {
            if (File.Exists(part)) File.Delete(part);
        }
    }

    /// <summary>Writes what arrives, never more than the published length, and compares its hash.</summary>
    private static async Task SaveAsync(Stream content, string part, DataSource source, DataFile file,
        IProgress<FetchProgress>? progress, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
        long done = 0;
        try
        {
            using var output = new FileStream(part, FileMode.CreateNew);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            patience.CancelAfter(Patience);
            for (int got; (got = await content.ReadAsync(buffer, patience.Token).ConfigureAwait(false)) > 0;)
            {
                patience.CancelAfter(Patience);
                done += got;
                if (done > file.Bytes) break;
                hash.AppendData(buffer, 0, got);
                await output.WriteAsync(buffer.AsMemory(0, got), cancellation).ConfigureAwait(false);
                progress?.Report(new FetchProgress(file, done));
            }
            output.Flush(flushToDisk: true);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        string address = $"{source.Address}{file.Name}";
        if (done != file.Bytes)
            throw new DataException(source.Name, $"{address} sent {(done > file.Bytes ? "more than" : $"{done} of")} "
                + $"the published {file.Bytes} bytes; nothing was kept.");
        string sum = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (sum != file.Sha256)
            throw new DataException(source.Name, $"{address} is not the published file: its SHA-256 is {sum}, "
                + $"expected {file.Sha256}; nothing was kept.");
    }

    private bool BelongsToAnother(DataSource source, string path, string name)
    {
        string? sum = null;
        foreach (var other in DataSource.Known)
        {
            if (other.Name == source.Name) continue;
            if (Path.GetFileName(Path.TrimEndingDirectorySeparator(Own!)) == other.Name) return true;
            foreach (var file in other.Files)
            {
                if (file.Name != name || new FileInfo(path).Length != file.Bytes) continue;
                using var stream = File.OpenRead(path);
                sum ??= Convert.ToHexStringLower(SHA256.HashData(stream));
                if (sum == file.Sha256) return true;
            }
        }
        return false;
    }

    private DataException Missing(DataSource source, DataFile file, string what, Exception? inner)
    {
        string looked = string.Concat(Places(source).Select(place => $"\n    {place}"));
        return new DataException(source.Name, $"{file.Name} {what}\n  looked in:{looked}", inner)
        {
            Help = $"put {file.Name} or {file.UnpackedName} into one of these folders"
                + (Own is null ? $", or name a folder that has a sub-folder {source.Name} in {Variable}." : "."),
        };
    }

    private static string UserCache()
    {
        string? cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (string.IsNullOrEmpty(cache) || !Path.IsPathRooted(cache))
            cache = OperatingSystem.IsWindows()
                ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return Path.Combine(cache, "chainrule", "data");
    }
}
