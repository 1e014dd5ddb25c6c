namespace Subnet.Crypto.Transparency.Storage;

/// <summary>Replaces files so that after any crash either the old or the new bytes are there: temporary file, fsync, rename, fsync of the folder.</summary>
internal sealed class DurableFiles(ILogFiles files)
{
    private const string TemporarySuffix = ".tmp";

    private readonly HashSet<string> known = [""];

    /// <summary>Replaces one file.</summary>
    public void Replace(string path, ReadOnlySpan<byte> bytes)
    {
        Put(path, bytes);
        files.SyncFolder(FolderOf(path));
    }

    /// <summary>Replaces several files; the folders are synced once each at the end.</summary>
    public void ReplaceAll(IEnumerable<(string Path, byte[] Bytes)> all)
    {
        HashSet<string> folders = [];
        foreach ((string path, byte[] bytes) in all)
        {
            Put(path, bytes);
            folders.Add(FolderOf(path));
        }

        foreach (string folder in folders)
        {
            files.SyncFolder(folder);
        }
    }

    /// <summary>Makes a folder and those above it, each name durable.</summary>
    public void EnsureFolder(string folder)
    {
        if (known.Contains(folder))
        {
            return;
        }

        string parent = FolderOf(folder);
        EnsureFolder(parent);
        files.CreateFolder(folder);
        files.SyncFolder(parent);
        known.Add(folder);
    }

    /// <summary>Forgets a folder that was removed.</summary>
    public void Forget(string folder) => known.Remove(folder);

    /// <summary>The folder of a path; empty for the log's own.</summary>
    public static string FolderOf(string path) => path.LastIndexOf('/') is >= 0 and int slash ? path[..slash] : "";

    private void Put(string path, ReadOnlySpan<byte> bytes)
    {
        EnsureFolder(FolderOf(path));
        string temporary = path + TemporarySuffix;
        files.Write(temporary, bytes);
        files.Sync(temporary);
        files.Rename(temporary, path);
    }
}
