using System.Text;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Crypto.Transparency.Tiles;

namespace Subnet.Health.Review.Sources;

/// <summary>A log's folder on this machine.</summary>
internal sealed class FolderLogSource : ILogSource
{
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
    public IEnumerable<string> ReadEarlierCheckpoints()
    {
        string checkpoints = Path.Combine(folder, "checkpoints");
        return Directory.Exists(checkpoints)
            ? Directory.EnumerateFiles(checkpoints).Where(path => !path.EndsWith(".tmp", StringComparison.Ordinal)).Select(path => File.ReadAllText(path, Encoding.UTF8))
            : [];
    }

    /// <inheritdoc/>
    public byte[]? Read(TileId tile) => tiles.Read(tile);
}
