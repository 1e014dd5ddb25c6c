using System.Collections.Concurrent;
using System.Security.Cryptography;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.InferenceV1;
using State = Subnet.Health.Rpc.InferenceV1.KeyStatusReply.Types.State;

namespace Subnet.Health.Miner;

/// <summary>
/// Bundles of evaluation keys of circuits that need them, in files named by their SHA-256 under a folder for each epoch. An upload goes on
/// where it broke off; a bundle counts only when its hash is its name, so nobody can put other keys under a client's digest. Bounded in
/// bytes; a bundle of a past epoch, or with too many refused queries, is retired. Safe for concurrent use.
/// </summary>
/// <remarks>
/// Uploads name nobody, so they cost their sender nothing but bytes: the bound on all of them keeps the disk, and the oldest unfinished one
/// makes room for a new one.
/// </remarks>
internal sealed class KeyBundleStore
{
    /// <summary>Bytes of one chunk, at most.</summary>
    public const int MostChunkBytes = 1 << 20;

    /// <summary>Refused queries after which a bundle is retired (protocol 2).</summary>
    public const int MostRefusals = 8;

    private const int DigestBytes = 32;
    private const string Partial = ".part";
    private const string Whole = ".keys";
    private const string Retired = ".retired";

    private readonly string folder;
    private readonly Dictionary<string, long> sizes;
    private readonly long mostBytes;
    private readonly ConcurrentDictionary<string, bool> writing = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> refusals = new(StringComparer.Ordinal);
    private ulong epoch;

    /// <param name="folder">Where bundles are kept; made if it is not there.</param>
    /// <param name="models">The models served.</param>
    /// <param name="mostBytes">Bytes of all bundles together.</param>
    public KeyBundleStore(string folder, IEnumerable<IServedModel> models, long mostBytes)
    {
        ArgumentNullException.ThrowIfNull(models);
        this.folder = folder;
        this.mostBytes = mostBytes;
        sizes = models.Where(model => model.KeyBundleBytes > 0)
            .ToDictionary(model => Convert.ToHexStringLower(model.CardHash.Span), model => model.KeyBundleBytes, StringComparer.Ordinal);
        Directory.CreateDirectory(folder);
    }

    /// <summary>Bytes of the largest bundle that a model served here needs; 0 where none needs keys.</summary>
    public long LargestBundleBytes => sizes.Values.DefaultIfEmpty().Max();

    /// <summary>Begins an epoch: bundles of all but this one and the one before are deleted.</summary>
    public void BeginEpoch(ulong now)
    {
        Volatile.Write(ref epoch, now);
        foreach (string old in Directory.EnumerateDirectories(folder))
        {
            if (!ulong.TryParse(Path.GetFileName(old), out ulong its) || its + 1 < now)
            {
                Directory.Delete(old, recursive: true);
            }
        }
    }

    /// <summary>How much of a bundle is here.</summary>
    /// <exception cref="GrpcException">INVALID_ARGUMENT for a digest of another length or a model that needs no keys.</exception>
    public KeyStatusReply Status(KeyStatusRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        Check(request.Digest.Span, request.Model.Span);
        return StatusOf(Convert.ToHexStringLower(request.Digest.Span));
    }

    /// <summary>Takes a bundle, or the rest of one.</summary>
    /// <exception cref="GrpcException">
    /// INVALID_ARGUMENT for chunks that do not follow each other or a bundle of another length or hash, ABORTED while another upload of the
    /// same bundle runs, RESOURCE_EXHAUSTED where no room is left.
    /// </exception>
    public async Task<KeyStatusReply> PutAsync(IAsyncEnumerable<KeyChunk> chunks, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(chunks);
        string? name = null;
        FileStream? file = null;
        long total = 0;
        try
        {
            await foreach (KeyChunk chunk in chunks.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                if (file is null)
                {
                    total = Check(chunk.Digest.Span, chunk.Model.Span);
                    name = Convert.ToHexStringLower(chunk.Digest.Span);
                    if (StatusOf(name) is { State: State.Ready or State.Retired } known)
                    {
                        return known;
                    }

                    file = OpenPartial(ref name, total);
                }

                if (chunk.TotalBytes != total || chunk.Offset != file.Position || chunk.Data.Length > MostChunkBytes || file.Position + chunk.Data.Length > total
                    || Convert.ToHexStringLower(chunk.Digest.Span) != name)
                {
                    throw new GrpcException(
                        GrpcStatusCode.InvalidArgument,
                        $"A bundle of this model has {total} bytes in chunks of at most {MostChunkBytes}, the next from byte {file.Position}; ask KeyStatus where to go on.");
                }

                await WriteAsync(file, chunk, cancellationToken).ConfigureAwait(false);
            }

            return file is null || name is null
                ? throw new GrpcException(GrpcStatusCode.InvalidArgument, "No chunk came.")
                : await FinishAsync(file, name, total, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (file is not null)
            {
                await file.DisposeAsync().ConfigureAwait(false);
                writing.TryRemove(name!, out _);
            }
        }
    }

    /// <summary>The file of a whole bundle that counts now, or null.</summary>
    public string? Find(ReadOnlySpan<byte> digest)
    {
        string name = Convert.ToHexStringLower(digest);
        return Epochs().Select(each => PathOf(each, name, Whole)).FirstOrDefault(File.Exists);
    }

    /// <summary>Counts a refused query of a bundle; after <see cref="MostRefusals"/> the bundle is retired: no more reactions to learn from.</summary>
    public void CountRefusal(ReadOnlySpan<byte> digest)
    {
        string name = Convert.ToHexStringLower(digest);
        if (refusals.AddOrUpdate(name, 1, static (_, count) => count + 1) < MostRefusals)
        {
            return;
        }

        foreach (ulong each in Epochs())
        {
            string whole = PathOf(each, name, Whole);
            if (File.Exists(whole))
            {
                File.WriteAllBytes(PathOf(each, name, Retired), []);
                File.Delete(whole);
            }
        }
    }

    private static async Task WriteAsync(FileStream file, KeyChunk chunk, CancellationToken cancellationToken)
    {
        long before = file.Position;
        try
        {
            await file.WriteAsync(chunk.Data.Memory, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException fault)
        {
            file.SetLength(before);
            throw new GrpcException(new GrpcStatus(GrpcStatusCode.ResourceExhausted, "The miner has no room for the bundle; ask again later."), inner: fault);
        }
    }

    private long Check(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> model) =>
        digest.Length != DigestBytes ? throw new GrpcException(GrpcStatusCode.InvalidArgument, $"A digest has {DigestBytes} bytes.")
        : sizes.TryGetValue(Convert.ToHexStringLower(model), out long bytes) ? bytes
        : throw new GrpcException(GrpcStatusCode.InvalidArgument, "No model of this card is served here, or it needs no keys.");

    private KeyStatusReply StatusOf(string name)
    {
        foreach (ulong each in Epochs())
        {
            if (File.Exists(PathOf(each, name, Retired)))
            {
                return new KeyStatusReply { State = State.Retired };
            }

            FileInfo whole = new(PathOf(each, name, Whole));
            if (whole.Exists)
            {
                return new KeyStatusReply { State = State.Ready, ReceivedBytes = whole.Length };
            }
        }

        FileInfo partial = new(PathOf(Volatile.Read(ref epoch), name, Partial));
        return partial.Exists ? new KeyStatusReply { State = State.Partial, ReceivedBytes = partial.Length } : new KeyStatusReply { State = State.Absent };
    }

    private FileStream OpenPartial(ref string? name, long total)
    {
        string digest = name!;
        if (!writing.TryAdd(digest, true))
        {
            name = null;
            throw new GrpcException(GrpcStatusCode.Aborted, "Another upload of this bundle is running.");
        }

        try
        {
            MakeRoom(digest, total);
            string path = PathOf(Volatile.Read(ref epoch), digest, Partial);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            FileStream file = new(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0, useAsync: true);
            file.Seek(0, SeekOrigin.End);
            return file;
        }
        catch
        {
            writing.TryRemove(digest, out _);
            throw;
        }
    }

    private void MakeRoom(string digest, long total)
    {
        List<FileInfo> all = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(path => new FileInfo(path))];
        long used = all.Where(file => !file.Name.StartsWith(digest, StringComparison.Ordinal)).Sum(file => file.Length);
        foreach (FileInfo stale in all.Where(file => file.Extension == Partial && !writing.ContainsKey(Path.GetFileNameWithoutExtension(file.Name))).OrderBy(file => file.LastWriteTimeUtc))
        {
            if (used + total <= mostBytes)
            {
                break;
            }

            used -= stale.Length;
            stale.Delete();
        }

        if (used + total > mostBytes)
        {
            throw new GrpcException(GrpcStatusCode.ResourceExhausted, "The miner has no room for another bundle; ask again later.");
        }
    }

    private static async Task<KeyStatusReply> FinishAsync(FileStream file, string name, long total, CancellationToken cancellationToken)
    {
        if (file.Position < total)
        {
            return new KeyStatusReply { State = State.Partial, ReceivedBytes = file.Position };
        }

        file.Flush(flushToDisk: true);
        string partial = file.Name;
        byte[] hash;
        await using (FileStream read = File.OpenRead(partial))
        {
            hash = await SHA256.HashDataAsync(read, cancellationToken).ConfigureAwait(false);
        }

        if (Convert.ToHexStringLower(hash) != name)
        {
            File.Delete(partial);
            throw new GrpcException(GrpcStatusCode.InvalidArgument, "The bytes are not those of the digest; the bundle was dropped.");
        }

        File.Move(partial, Path.ChangeExtension(partial, Whole), overwrite: true);
        return new KeyStatusReply { State = State.Ready, ReceivedBytes = total };
    }

    private IEnumerable<ulong> Epochs()
    {
        ulong now = Volatile.Read(ref epoch);
        return now == 0 ? [now] : [now, now - 1];
    }

    private string PathOf(ulong its, string name, string extension) =>
        Path.Combine(folder, its.ToString(System.Globalization.CultureInfo.InvariantCulture), name + extension);
}
