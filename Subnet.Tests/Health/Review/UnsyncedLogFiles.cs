using Subnet.Crypto.Transparency.Storage;

namespace Subnet.Tests.Health.Review;

/// <summary>Files on disk without waiting for the disk: for tests of what is written, not of whether it survives.</summary>
internal sealed class UnsyncedLogFiles(string folder) : ILogFiles
{
    private readonly PhysicalLogFiles files = new(folder);

    public byte[]? Read(string path) => files.Read(path);

    public long? Length(string path) => files.Length(path);

    public int ReadAt(string path, long offset, Span<byte> destination) => files.ReadAt(path, offset, destination);

    public IReadOnlyList<string> List(string folder) => files.List(folder);

    public void CreateFolder(string folder) => files.CreateFolder(folder);

    public void Write(string path, ReadOnlySpan<byte> bytes) => files.Write(path, bytes);

    public void Append(string path, ReadOnlySpan<byte> bytes) => files.Append(path, bytes);

    public void WriteAt(string path, long offset, ReadOnlySpan<byte> bytes) => files.WriteAt(path, offset, bytes);

    public void Truncate(string path, long length) => files.Truncate(path, length);

    public void Sync(string path) => Assert.That(files.Length(path), Is.Not.Null, path);

    public void SyncFolder(string folder) => Assert.That(folder, Does.Not.StartWith("/"));

    public void Rename(string path, string newPath) => files.Rename(path, newPath);

    public void Delete(string path) => files.Delete(path);

    public void DeleteFolder(string folder) => files.DeleteFolder(folder);

    public IDisposable Lock(string path) => files.Lock(path);
}
