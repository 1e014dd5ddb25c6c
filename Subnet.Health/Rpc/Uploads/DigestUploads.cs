using System.Globalization;
using System.Security.Cryptography;

namespace Subnet.Health.Rpc.Uploads;

/// <summary>
/// Files that come in chunks and are known by their SHA-256: each chunk goes on from the bytes that are there, so a broken stream or a restart costs
/// at most a chunk. A file counts only after its digest was checked over all its bytes; until then it is a <c>.part</c>. Safe for concurrent use;
/// chunks of one file are taken one after the other.
/// </summary>
/// <remarks>
/// A peer chooses digest and announced length, so both are bounded before a byte is written, and room is counted by the announced length: a thousand begun
/// uploads cannot together outgrow the limit later. Names of files are digests; nothing of a peer's text reaches the file system.
/// </remarks>
internal sealed class DigestUploads
{
    private const string Partial = ".part";

    private readonly string folder;
    private readonly UploadLimits limits;
    private readonly TimeProvider clock;
    private readonly Func<long> elsewhere;
    private readonly Func<string, FileStream> open;
    private readonly Lock gate = new();
    private readonly Dictionary<string, Upload> uploads = new(StringComparer.Ordinal);
    private long announced;

    /// <param name="folder">Made if need be; what a former process left in it is taken up.</param>
    /// <param name="limits">What uploads may take.</param>
    /// <param name="clock">Tells when a begun upload is given up.</param>
    /// <param name="elsewhere">Bytes that other folders take of the same room; null for none.</param>
    /// <param name="open">Opens a file for writing; null for the file system.</param>
    /// <exception cref="IOException">The folder cannot be used.</exception>
    public DigestUploads(string folder, UploadLimits limits, TimeProvider clock, Func<long>? elsewhere = null, Func<string, FileStream>? open = null)
    {
        (this.folder, this.limits, this.clock) = (folder, limits, clock);
        this.elsewhere = elsewhere ?? (static () => 0);
        this.open = open ?? (static path => new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0, useAsync: true));
        Directory.CreateDirectory(folder);
        foreach (FileInfo file in new DirectoryInfo(folder).EnumerateFiles())
        {
            Adopt(file);
        }

        announced = uploads.Values.Sum(static upload => upload.Bytes);
    }

    /// <summary>Room taken by whole and begun uploads, in bytes, by their announced lengths.</summary>
    public long AnnouncedBytes => Interlocked.Read(ref announced);

    /// <summary>How much of a file is there.</summary>
    public UploadStatus Find(ReadOnlySpan<byte> digest)
    {
        lock (gate)
        {
            return uploads.TryGetValue(NameOf(digest), out Upload? upload) ? new UploadStatus(upload.Received, upload.IsComplete) : default;
        }
    }

    /// <summary>Path of a whole file, or null.</summary>
    public string? PathOf(ReadOnlySpan<byte> digest)
    {
        string name = NameOf(digest);
        lock (gate)
        {
            return uploads.TryGetValue(name, out Upload? upload) && upload.IsComplete ? Path.Combine(folder, name) : null;
        }
    }

    /// <summary>Takes the next chunk; the last one is answered after the digest was checked and the file is durable.</summary>
    /// <param name="digest">SHA-256 of the whole file, 32 bytes.</param>
    /// <param name="total">Length of the whole file, in bytes; the same in every chunk.</param>
    /// <param name="offset">Where the chunk belongs. A chunk of bytes that are there already is taken as repeated.</param>
    /// <param name="chunk">The bytes.</param>
    /// <param name="cancellationToken">Gives up; the chunk may be there or not.</param>
    /// <exception cref="UploadRefusedException">The chunk is not taken.</exception>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    public async Task<UploadStatus> AppendAsync(
        ReadOnlyMemory<byte> digest, long total, long offset, ReadOnlyMemory<byte> chunk, CancellationToken cancellationToken)
    {
        string name = NameOf(digest.Span);
        Upload upload = Begin(name, total, chunk.Length);
        await upload.Turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (upload.IsGone)
            {
                throw new UploadRefusedException(UploadRefusal.WrongOffset, "the upload was given up meanwhile; begin anew");
            }

            if (!upload.IsComplete && upload.Received == upload.Total)
            {
                // All bytes are there, but the process ended, or the caller went, before their digest was checked.
                return await FinishAsync(name, Path.Combine(folder, name), upload, cancellationToken).ConfigureAwait(false);
            }

            if (upload.IsComplete || offset + chunk.Length <= upload.Received)
            {
                return new UploadStatus(upload.Received, upload.IsComplete);
            }

            return await WriteAsync(name, upload, offset, chunk, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            upload.Turn.Release();
        }
    }

    /// <summary>Removes a file, whole or begun.</summary>
    public void Remove(ReadOnlySpan<byte> digest)
    {
        lock (gate)
        {
            Drop(NameOf(digest));
        }
    }

    private static string NameOf(ReadOnlySpan<byte> digest) => digest.Length == SHA256.HashSizeInBytes
        ? Convert.ToHexStringLower(digest)
        : throw new ArgumentException($"a digest has {SHA256.HashSizeInBytes} bytes", nameof(digest));

    private async Task<UploadStatus> WriteAsync(string name, Upload upload, long offset, ReadOnlyMemory<byte> chunk, CancellationToken stop)
    {
        if (offset != upload.Received)
        {
            throw new UploadRefusedException(UploadRefusal.WrongOffset, string.Create(CultureInfo.InvariantCulture, $"the next byte is {upload.Received}, not {offset}"));
        }

        if (offset + chunk.Length > upload.Total)
        {
            throw new UploadRefusedException(UploadRefusal.WrongLength, string.Create(CultureInfo.InvariantCulture, $"the upload was announced with {upload.Total} bytes"));
        }

        string path = Path.Combine(folder, name);
        using (FileStream file = open(path + Partial))
        {
            // A write that broke off may have left bytes that nobody counted.
            file.SetLength(upload.Received);
            file.Position = upload.Received;
            await file.WriteAsync(chunk, stop).ConfigureAwait(false);
            upload.Touched = clock.GetTimestamp();
            if (offset + chunk.Length == upload.Total)
            {
                file.Flush(flushToDisk: true);
            }
        }

        upload.Received = offset + chunk.Length;
        return upload.Received == upload.Total ? await FinishAsync(name, path, upload, stop).ConfigureAwait(false) : new UploadStatus(upload.Received, false);
    }

    private async Task<UploadStatus> FinishAsync(string name, string path, Upload upload, CancellationToken stop)
    {
        byte[] actual;
        using (FileStream file = new(path + Partial, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, useAsync: true))
        {
            actual = await SHA256.HashDataAsync(file, stop).ConfigureAwait(false);
        }

        if (Convert.ToHexStringLower(actual) != name)
        {
            lock (gate)
            {
                Drop(name);
            }

            throw new UploadRefusedException(UploadRefusal.WrongDigest, "the bytes do not have the digest that they were announced under; begin anew");
        }

        File.Move(path + Partial, path, overwrite: true);
        upload.IsComplete = true;
        return new UploadStatus(upload.Received, true);
    }

    private Upload Begin(string name, long total, int chunk)
    {
        if (total <= 0 || total > limits.UploadBytes || chunk > limits.ChunkBytes)
        {
            throw new UploadRefusedException(
                UploadRefusal.TooLarge,
                string.Create(CultureInfo.InvariantCulture, $"an upload has 1 to {limits.UploadBytes} bytes, in chunks of at most {limits.ChunkBytes}"));
        }

        lock (gate)
        {
            if (uploads.TryGetValue(name, out Upload? known))
            {
                return Resume(known, total);
            }

            if (Room() < total)
            {
                GiveUpIdle();
            }

            if (Room() < total)
            {
                throw new UploadRefusedException(UploadRefusal.Full, "no room is left for another upload; try again later");
            }

            Upload upload = new(total, clock.GetTimestamp());
            uploads.Add(name, upload);
            announced += total;
            return upload;
        }
    }

    private Upload Resume(Upload known, long total)
    {
        if (known.Total != total && known.Total != Upload.Unknown)
        {
            throw new UploadRefusedException(UploadRefusal.WrongLength, string.Create(CultureInfo.InvariantCulture, $"the upload was announced with {known.Total} bytes"));
        }

        announced -= known.Bytes;
        known.Total = total;
        announced += known.Bytes;
        return known;
    }

    private long Room() => limits.TotalBytes - announced - elsewhere();

    private void GiveUpIdle()
    {
        foreach (string name in uploads.Where(item => !item.Value.IsComplete && clock.GetElapsedTime(item.Value.Touched) > limits.Patience).Select(static item => item.Key).ToArray())
        {
            Drop(name);
        }
    }

    private void Drop(string name)
    {
        if (uploads.Remove(name, out Upload? upload))
        {
            upload.IsGone = true;
            announced -= upload.Bytes;
            File.Delete(Path.Combine(folder, name + Partial));
            File.Delete(Path.Combine(folder, name));
        }
    }

    private void Adopt(FileInfo file)
    {
        bool isPartial = file.Name.EndsWith(Partial, StringComparison.Ordinal);
        string name = isPartial ? file.Name[..^Partial.Length] : file.Name;
        if (name.Length != 2 * SHA256.HashSizeInBytes || !name.All(char.IsAsciiHexDigitLower))
        {
            return;
        }

        // How long a begun one was to be is not kept: its next chunk says it again.
        uploads[name] = new Upload(isPartial ? Upload.Unknown : file.Length, clock.GetTimestamp()) { Received = file.Length, IsComplete = !isPartial };
    }

    private sealed class Upload(long total, long touched)
    {
        public const long Unknown = -1;

        public SemaphoreSlim Turn { get; } = new(1, 1);

        public long Total { get; set; } = total;

        public long Bytes => Math.Max(Total, Received);

        public long Touched { get; set; } = touched;

        public long Received { get; set; }

        public bool IsComplete { get; set; }

        public bool IsGone { get; set; }
    }
}
