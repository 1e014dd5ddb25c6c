using System.Globalization;
using System.Security.Cryptography;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.InferenceV1;
using Subnet.Health.Rpc.Uploads;
using State = Subnet.Health.Rpc.InferenceV1.KeyStatusReply.Types.State;

namespace Subnet.Health.Miner;

/// <summary>
/// Bundles of evaluation keys of circuits that need them, known by their SHA-256 and kept for the epoch in which they came and the next. An upload
/// goes on where it broke off, also after a restart; a bundle with too many refused queries is retired. Safe for concurrent use.
/// </summary>
/// <remarks>
/// Uploads name nobody, so they cost their sender nothing but bytes: the bound on all of them keeps the disk, and one that stands still makes room
/// for a new one.
/// </remarks>
internal sealed class KeyBundleStore
{
    /// <summary>Bytes of one chunk, at most.</summary>
    public const int MostChunkBytes = 1 << 20;

    /// <summary>Refused queries after which a bundle is retired (protocol 2).</summary>
    public const int MostRefusals = 8;

    // An upload whose connection broke may come back within this time before its room goes to others.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly string folder;
    private readonly Dictionary<string, long> sizes;
    private readonly UploadLimits limits;
    private readonly TimeProvider clock;
    private readonly Func<string, FileStream>? open;
    private readonly Lock gate = new();
    private EpochBundles[] epochs = [];

    /// <param name="folder">Where bundles are kept; made if it is not there.</param>
    /// <param name="models">The models served.</param>
    /// <param name="mostBytes">Bytes of all bundles together.</param>
    /// <param name="clock">Tells when an upload stands still.</param>
    /// <param name="open">Opens a file for writing; tests give a disk that is full. Null for the file system.</param>
    /// <exception cref="IOException">The folder cannot be used.</exception>
    public KeyBundleStore(string folder, IEnumerable<IServedModel> models, long mostBytes, TimeProvider clock, Func<string, FileStream>? open = null)
    {
        ArgumentNullException.ThrowIfNull(models);
        (this.folder, this.clock, this.open) = (folder, clock, open);
        sizes = models.Where(model => model.KeyBundleBytes > 0)
            .ToDictionary(model => Convert.ToHexStringLower(model.CardHash.Span), model => model.KeyBundleBytes, StringComparer.Ordinal);
        limits = new UploadLimits { UploadBytes = LargestBundleBytes, TotalBytes = mostBytes, ChunkBytes = MostChunkBytes, Patience = Patience };
        Directory.CreateDirectory(folder);
    }

    /// <summary>Bytes of the largest bundle that a model served here needs; 0 where none needs keys.</summary>
    public long LargestBundleBytes => sizes.Values.DefaultIfEmpty().Max();

    /// <summary>Begins an epoch, or takes it up again after a restart: bundles of all but this one and the one before are deleted.</summary>
    /// <exception cref="IOException">A folder cannot be made, read or deleted.</exception>
    public void BeginEpoch(ulong now)
    {
        lock (gate)
        {
            if (epochs.Length > 0 && epochs[0].Epoch == now)
            {
                return;
            }

            EpochBundles Take(ulong epoch) => epochs.FirstOrDefault(each => each.Epoch == epoch)
                ?? new EpochBundles(epoch, PathOf(epoch), limits, clock, open);
            bool hasBefore = now > 0 && Directory.Exists(PathOf(now - 1));
            EpochBundles[] counting = hasBefore ? [Take(now), Take(now - 1)] : [Take(now)];
            counting[0].Elsewhere = hasBefore ? counting[1] : null;
            counting[^1].Elsewhere = hasBefore ? counting[0] : null;
            Volatile.Write(ref epochs, counting);
            foreach (string old in Directory.EnumerateDirectories(folder))
            {
                if (!counting.Any(each => PathOf(each.Epoch) == old))
                {
                    Directory.Delete(old, recursive: true);
                }
            }
        }
    }

    /// <summary>How much of a bundle is here.</summary>
    /// <exception cref="GrpcException">INVALID_ARGUMENT for a digest of another length or a model that needs no keys.</exception>
    public KeyStatusReply Status(KeyStatusRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        Check(request.Digest.Span, request.Model.Span);
        return StatusOf(request.Digest.Span);
    }

    /// <summary>Takes a bundle, or the rest of one.</summary>
    /// <exception cref="GrpcException">
    /// INVALID_ARGUMENT for chunks that do not follow each other or a bundle of another length or hash, RESOURCE_EXHAUSTED where no room is left,
    /// UNAVAILABLE before the first epoch is known.
    /// </exception>
    public async Task<KeyStatusReply> PutAsync(IAsyncEnumerable<KeyChunk> chunks, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(chunks);
        byte[]? digest = null;
        await foreach (KeyChunk chunk in chunks.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            long total = Check(chunk.Digest.Span, chunk.Model.Span);
            digest ??= chunk.Digest.ToByteArray();
            if (StatusOf(digest) is { State: State.Ready or State.Retired } known)
            {
                return known;
            }

            if (chunk.TotalBytes != total || !chunk.Digest.Span.SequenceEqual(digest))
            {
                throw new GrpcException(GrpcStatusCode.InvalidArgument, string.Create(CultureInfo.InvariantCulture, $"A bundle of this model has {total} bytes, all under one digest."));
            }

            await AppendAsync(digest, chunk, cancellationToken).ConfigureAwait(false);
        }

        return digest is null ? throw new GrpcException(GrpcStatusCode.InvalidArgument, "No chunk came.") : StatusOf(digest);
    }

    /// <summary>The file of a whole bundle that counts now, or null.</summary>
    public string? Find(ReadOnlySpan<byte> digest)
    {
        foreach (EpochBundles each in Volatile.Read(ref epochs))
        {
            if (!each.IsRetired(digest) && each.Uploads.PathOf(digest) is { } path)
            {
                return path;
            }
        }

        return null;
    }

    /// <summary>Counts a refused query of a bundle; after <see cref="MostRefusals"/> the bundle is retired: no more reactions to learn from.</summary>
    /// <exception cref="IOException">The count could not be made durable; it holds until the miner is restarted.</exception>
    public void CountRefusal(ReadOnlySpan<byte> digest)
    {
        foreach (EpochBundles each in Volatile.Read(ref epochs))
        {
            each.CountRefusal(digest, MostRefusals);
        }
    }

    private async Task AppendAsync(byte[] digest, KeyChunk chunk, CancellationToken cancellationToken)
    {
        EpochBundles[] now = Volatile.Read(ref epochs);
        if (now.Length == 0)
        {
            throw new GrpcException(GrpcStatusCode.Unavailable, "The miner does not know the epoch yet; ask again later.");
        }

        try
        {
            await now[0].Uploads.AppendAsync(digest, chunk.TotalBytes, chunk.Offset, chunk.Data.Memory, cancellationToken).ConfigureAwait(false);
        }
        catch (UploadRefusedException refused)
        {
            throw new GrpcException(
                new GrpcStatus(
                    refused.Refusal == UploadRefusal.Full ? GrpcStatusCode.ResourceExhausted : GrpcStatusCode.InvalidArgument,
                    $"The chunk is not taken: {refused.Message}; KeyStatus tells where to go on."),
                inner: refused);
        }
        catch (IOException fault)
        {
            throw new GrpcException(new GrpcStatus(GrpcStatusCode.ResourceExhausted, "The miner has no room for the bundle; ask again later."), inner: fault);
        }
    }

    private long Check(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> model) =>
        digest.Length != SHA256.HashSizeInBytes
            ? throw new GrpcException(GrpcStatusCode.InvalidArgument, string.Create(CultureInfo.InvariantCulture, $"A digest has {SHA256.HashSizeInBytes} bytes."))
        : sizes.TryGetValue(Convert.ToHexStringLower(model), out long bytes) ? bytes
        : throw new GrpcException(GrpcStatusCode.InvalidArgument, "No model of this card is served here, or it needs no keys.");

    private KeyStatusReply StatusOf(ReadOnlySpan<byte> digest)
    {
        EpochBundles[] now = Volatile.Read(ref epochs);
        foreach (EpochBundles each in now)
        {
            if (each.IsRetired(digest))
            {
                return new KeyStatusReply { State = State.Retired };
            }

            if (each.Uploads.Find(digest) is { IsComplete: true } whole)
            {
                return new KeyStatusReply { State = State.Ready, ReceivedBytes = whole.ReceivedBytes };
            }
        }

        // A begun one of the epoch before is not gone on with: its keys would count for one epoch only.
        long received = now.Length == 0 ? 0 : now[0].Uploads.Find(digest).ReceivedBytes;
        return received > 0 ? new KeyStatusReply { State = State.Partial, ReceivedBytes = received } : new KeyStatusReply { State = State.Absent };
    }

    private string PathOf(ulong epoch) => Path.Combine(folder, epoch.ToString(CultureInfo.InvariantCulture));
}
