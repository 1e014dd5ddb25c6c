namespace Subnet.Crypto.Transparency.Storage;

/// <summary>
/// The file operations that a log's durability rests on, each by itself, so that a test can make any of them fail, stop or tear. Paths
/// are relative, with slashes, below the log's folder. Every operation throws <see cref="IOException"/> when it cannot be done.
/// </summary>
public interface ILogFiles
{
    /// <summary>The bytes of a file, or null if there is none.</summary>
    byte[]? Read(string path);

    /// <summary>The length of a file, or null if there is none.</summary>
    long? Length(string path);

    /// <summary>Part of a file that exists; fewer bytes only at its end.</summary>
    int ReadAt(string path, long offset, Span<byte> destination);

    /// <summary>The names in a folder, without folders; empty if there is none.</summary>
    IReadOnlyList<string> List(string folder);

    /// <summary>Makes a folder whose parent exists; nothing if it exists.</summary>
    void CreateFolder(string folder);

    /// <summary>Writes a whole file, new or in the place of an old one. Not durable before <see cref="Sync"/>.</summary>
    void Write(string path, ReadOnlySpan<byte> bytes);

    /// <summary>Appends to a file, made if it is not there. Not durable before <see cref="Sync"/>.</summary>
    void Append(string path, ReadOnlySpan<byte> bytes);

    /// <summary>Writes over bytes that a file has. Not durable before <see cref="Sync"/>; a crash before may leave the new bytes in some places and the old ones in others.</summary>
    void WriteAt(string path, long offset, ReadOnlySpan<byte> bytes);

    /// <summary>Cuts a file. Not durable before <see cref="Sync"/>.</summary>
    void Truncate(string path, long length);

    /// <summary>Waits until the bytes of a file are on the disk (fsync).</summary>
    void Sync(string path);

    /// <summary>Waits until the names in a folder are on the disk (fsync of the folder).</summary>
    void SyncFolder(string folder);

    /// <summary>Puts a file in the place of another name in one step.</summary>
    void Rename(string path, string newPath);

    /// <summary>Removes a file; nothing if it is not there.</summary>
    void Delete(string path);

    /// <summary>Removes an empty folder; nothing if it is not there.</summary>
    void DeleteFolder(string folder);

    /// <summary>Takes an exclusive lock on a file, made if it is not there, until disposed or the process ends.</summary>
    IDisposable Lock(string path);
}
