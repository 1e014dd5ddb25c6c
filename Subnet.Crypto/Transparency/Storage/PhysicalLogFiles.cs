using Microsoft.Win32.SafeHandles;

namespace Subnet.Crypto.Transparency.Storage;

/// <summary>
/// A log's folder on this machine's file system. A file that is appended to, or read in parts, stays open until it is renamed, removed or this is
/// disposed: opening it for each commit would cost as much as a fast disk's fsync.
/// </summary>
public sealed class PhysicalLogFiles : ILogFiles, IDisposable
{
    private readonly string root;
    private readonly Dictionary<string, SafeFileHandle> appending = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SafeFileHandle> reading = new(StringComparer.Ordinal);
    private readonly Lock gate = new();

    /// <summary>The files below a folder, which is made if its parent exists.</summary>
    public PhysicalLogFiles(string root)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        this.root = Path.GetFullPath(root);
        Directory.CreateDirectory(this.root);
    }

    /// <inheritdoc/>
    public byte[]? Read(string path)
    {
        string full = Full(path);
        try
        {
            return File.ReadAllBytes(full);
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public long? Length(string path) => new FileInfo(Full(path)) is { Exists: true } file ? file.Length : null;

    /// <inheritdoc/>
    public int ReadAt(string path, long offset, Span<byte> destination)
    {
        SafeFileHandle handle = Reading(path);
        int total = 0;
        while (total < destination.Length)
        {
            int read = RandomAccess.Read(handle, destination[total..], offset + total);
            if (read == 0)
            {
                break;
            }

            total += read;
        }

        return total;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string folder) => Directory.Exists(Full(folder))
        ? [.. Directory.EnumerateFiles(Full(folder)).Select(path => Path.GetFileName(path))]
        : [];

    /// <inheritdoc/>
    public void CreateFolder(string folder) => Directory.CreateDirectory(Full(folder));

    /// <inheritdoc/>
    public void Write(string path, ReadOnlySpan<byte> bytes)
    {
        Close(path);
        using SafeFileHandle handle = File.OpenHandle(Full(path), FileMode.Create, FileAccess.Write);
        RandomAccess.Write(handle, bytes, 0);
    }

    /// <inheritdoc/>
    public void Append(string path, ReadOnlySpan<byte> bytes)
    {
        SafeFileHandle handle = Appending(path);
        RandomAccess.Write(handle, bytes, RandomAccess.GetLength(handle));
    }

    /// <inheritdoc/>
    public void WriteAt(string path, long offset, ReadOnlySpan<byte> bytes) => RandomAccess.Write(Appending(path), bytes, offset);

    /// <inheritdoc/>
    public void Truncate(string path, long length)
    {
        using SafeFileHandle handle = File.OpenHandle(Full(path), FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.SetLength(handle, length);
    }

    /// <inheritdoc/>
    public void Sync(string path)
    {
        SafeFileHandle? open;
        lock (gate)
        {
            appending.TryGetValue(path, out open);
        }

        if (open is not null)
        {
            RandomAccess.FlushToDisk(open);
            return;
        }

        using SafeFileHandle handle = File.OpenHandle(Full(path), FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(handle);
    }

    /// <inheritdoc/>
    public void SyncFolder(string folder) => FolderSync.Flush(Full(folder));

    /// <inheritdoc/>
    public void Rename(string path, string newPath)
    {
        Close(path);
        Close(newPath);
        File.Move(Full(path), Full(newPath), true);
    }

    /// <inheritdoc/>
    public void Delete(string path)
    {
        Close(path);
        if (File.Exists(Full(path)))
        {
            File.Delete(Full(path));
        }
    }

    /// <inheritdoc/>
    public void DeleteFolder(string folder)
    {
        if (Directory.Exists(Full(folder)))
        {
            Directory.Delete(Full(folder));
        }
    }

    /// <inheritdoc/>
    public IDisposable Lock(string path) => new FileStream(Full(path), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

    /// <summary>Closes what is open.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            foreach (SafeFileHandle handle in appending.Values)
            {
                handle.Dispose();
            }

            appending.Clear();
            foreach (SafeFileHandle handle in reading.Values)
            {
                handle.Dispose();
            }

            reading.Clear();
        }
    }

    private SafeFileHandle Appending(string path)
    {
        lock (gate)
        {
            if (!appending.TryGetValue(path, out SafeFileHandle? handle))
            {
                appending[path] = handle = File.OpenHandle(Full(path), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            }

            return handle;
        }
    }

    private SafeFileHandle Reading(string path)
    {
        lock (gate)
        {
            if (!reading.TryGetValue(path, out SafeFileHandle? handle))
            {
                reading[path] = handle = File.OpenHandle(Full(path), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            }

            return handle;
        }
    }

    private void Close(string path)
    {
        lock (gate)
        {
            if (appending.Remove(path, out SafeFileHandle? handle))
            {
                handle.Dispose();
            }

            if (reading.Remove(path, out SafeFileHandle? read))
            {
                read.Dispose();
            }
        }
    }

    private string Full(string path) => path.Split('/').Contains("..")
        ? throw new ArgumentException("a path of a log does not leave its folder", nameof(path))
        : Path.Combine(root, path);
}
