using Subnet.Health.Rpc.Uploads;

namespace Subnet.Health.Miner;

/// <summary>
/// The bundles of keys of one epoch, in a folder of their own: the uploads, and beside each refused bundle a file with a byte for each refusal, so
/// that a restart forgets none. Safe for concurrent use.
/// </summary>
internal sealed class EpochBundles
{
    private const string Refused = ".refused";

    private readonly string folder;
    private readonly Lock gate = new();
    private readonly Dictionary<string, int> refusals = new(StringComparer.Ordinal);
    private readonly HashSet<string> retired = new(StringComparer.Ordinal);

    /// <param name="epoch">The epoch in which they came.</param>
    /// <param name="folder">Their folder; made if need be, else taken up.</param>
    /// <param name="limits">What uploads may take, those of <see cref="Elsewhere"/> included.</param>
    /// <param name="clock">Tells when an upload stands still.</param>
    /// <param name="open">Opens a file for writing; null for the file system.</param>
    /// <exception cref="IOException">The folder cannot be used.</exception>
    public EpochBundles(ulong epoch, string folder, UploadLimits limits, TimeProvider clock, Func<string, FileStream>? open)
    {
        (Epoch, this.folder) = (epoch, folder);
        Uploads = new DigestUploads(folder, limits, clock, () => Elsewhere?.Uploads.AnnouncedBytes ?? 0, open);
        foreach (FileInfo file in new DirectoryInfo(folder).EnumerateFiles("*" + Refused))
        {
            string name = Path.GetFileNameWithoutExtension(file.Name);
            refusals[name] = (int)Math.Min(file.Length, KeyBundleStore.MostRefusals);
            if (file.Length >= KeyBundleStore.MostRefusals)
            {
                retired.Add(name);
            }
        }
    }

    /// <summary>The epoch in which they came.</summary>
    public ulong Epoch { get; }

    /// <summary>The bundles, whole and begun.</summary>
    public DigestUploads Uploads { get; }

    /// <summary>The other epoch that counts now and shares the room.</summary>
    public EpochBundles? Elsewhere { get; set; }

    /// <summary>Whether a bundle counts no more.</summary>
    public bool IsRetired(ReadOnlySpan<byte> digest)
    {
        lock (gate)
        {
            return retired.Count > 0 && retired.Contains(Convert.ToHexStringLower(digest));
        }
    }

    /// <summary>Counts a refused query of a bundle that is here, and removes the bundle with the last one that is allowed.</summary>
    /// <exception cref="IOException">The count could not be made durable.</exception>
    public void CountRefusal(ReadOnlySpan<byte> digest, int most)
    {
        if (Uploads.PathOf(digest) is null)
        {
            return;
        }

        string name = Convert.ToHexStringLower(digest);
        lock (gate)
        {
            int count = refusals.GetValueOrDefault(name) + 1;
            refusals[name] = count;
            if (count >= most)
            {
                retired.Add(name);
            }

            // The length is the count: a torn write can lose no more than the last refusal.
            using FileStream file = new(Path.Combine(folder, name + Refused), FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
            file.SetLength(count);
        }

        if (IsRetired(digest))
        {
            Uploads.Remove(digest);
        }
    }
}
