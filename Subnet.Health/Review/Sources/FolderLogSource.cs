using System.Globalization;
using System.Text;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Crypto.Transparency.Tiles;

namespace Subnet.Health.Review.Sources;

/// <summary>A log's folder on this machine.</summary>
internal sealed class FolderLogSource : ILogSource
{
    private const string CheckpointsFolder = "checkpoints";

    private readonly string folder;
    private readonly FileTileSource tiles;

    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public FolderLogSource(string folder)
    {
        this.folder = Directory.Exists(folder) ? folder : throw new DirectoryNotFoundException($"there is no folder '{folder}'");
        tiles = new FileTileSource(new PhysicalLogFiles(folder));
    }

    /// <inheritdoc/>
    public string Name => folder;

    /// <inheritdoc/>
    public string ReadCheckpoint() => File.ReadAllText(Path.Combine(folder, "checkpoint"), Encoding.UTF8);

    /// <inheritdoc/>
    public IEnumerable<long> EarlierCheckpointSizes()
    {
        if (!Directory.Exists(Path.Combine(folder, CheckpointsFolder)))
        {
            yield break;
        }

        foreach (string path in Directory.EnumerateFiles(Path.Combine(folder, CheckpointsFolder)))
        {
            string name = Path.GetFileName(path);
            if (long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out long size) && name == size.ToString(CultureInfo.InvariantCulture))
            {
                yield return size;
            }
        }
    }

    /// <inheritdoc/>
    public string? ReadEarlierCheckpoint(long size)
    {
        string path = Path.Combine(folder, CheckpointsFolder, size.ToString(CultureInfo.InvariantCulture));
        return File.Exists(path) ? File.ReadAllText(path, Encoding.UTF8) : null;
    }

    /// <inheritdoc/>
    public byte[]? Read(TileId tile) => tiles.Read(tile);
}
