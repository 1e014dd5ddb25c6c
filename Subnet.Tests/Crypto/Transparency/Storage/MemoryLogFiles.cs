using Subnet.Crypto.Transparency.Storage;

namespace Subnet.Tests.Crypto.Transparency.Storage;

/// <summary>
/// A file system in memory that knows what a crash leaves: bytes are durable after Sync, names after SyncFolder. An operation can be made
/// to fail, to stop the process, or to tear (half of its bytes, then stop).
/// </summary>
internal sealed class MemoryLogFiles : ILogFiles
{
    private readonly Random random;
    private readonly System.Threading.Lock gate = new();
    private Dictionary<string, Node> names = [];
    private Dictionary<string, Node> durableNames = [];
    private bool locked;
    private bool stopped;

    public MemoryLogFiles(int seed = 0) => random = new Random(seed);

    public enum Fault
    {
        None,
        Fail,
        Stop,
        Tear,
    }

    /// <summary>Only changing operations on paths that begin so are counted and hit.</summary>
    public string Watched { get; init; } = "";

    /// <summary>Changing operations so far.</summary>
    public int Operations { get; private set; }

    /// <summary>Which operation is hit, counted from 1, and how.</summary>
    public (int Operation, Fault Fault) Plan { get; set; }

    /// <summary>From this operation on there is no room: what makes files longer is written by half and fails, as ENOSPC does. Null for a disk with room.</summary>
    public int? FullFrom { get; set; }

    /// <summary>How many operations failed for want of room.</summary>
    public int Refused { get; private set; }

    /// <summary>The next operation fails, whoever does it.</summary>
    public void FailNext()
    {
        lock (gate)
        {
            Plan = (Operations + 1, Fault.Fail);
        }
    }

    public IEnumerable<string> Paths => names.Keys;

    /// <summary>
    /// The machine lost power: of what was not synced, some is kept and some is gone. Or only the process ended, and everything is kept.
    /// </summary>
    public void Crash(bool keepEverything = false)
    {
        if (keepEverything)
        {
            durableNames = new Dictionary<string, Node>(names);
            foreach (Node node in names.Values)
            {
                node.Durable = node.Bytes;
            }
        }

        Dictionary<string, Node> kept = new(durableNames);
        foreach ((string path, Node node) in names)
        {
            if (random.Next(2) == 0)
            {
                kept[path] = node;
            }
        }

        foreach (Node node in kept.Values.Distinct().ToArray())
        {
            node.Crash(random);
        }

        names = kept;
        durableNames = new Dictionary<string, Node>(kept);
        locked = false;
        stopped = false;
        Plan = default;
    }

    public byte[]? Read(string path)
    {
        lock (gate)
        {
            return names.TryGetValue(path, out Node? node) ? [.. node.Bytes] : null;
        }
    }

    public long? Length(string path)
    {
        lock (gate)
        {
            return names.TryGetValue(path, out Node? node) ? node.Bytes.Length : null;
        }
    }

    public int ReadAt(string path, long offset, Span<byte> destination)
    {
        lock (gate)
        {
            byte[] bytes = names[path].Bytes;
            int count = (int)Math.Clamp(bytes.Length - offset, 0, destination.Length);
            bytes.AsSpan((int)offset, count).CopyTo(destination);
            return count;
        }
    }

    public IReadOnlyList<string> List(string folder)
    {
        lock (gate)
        {
            return [.. names.Keys.Where(path => FolderOf(path) == folder).Select(path => path[(folder.Length + (folder.Length == 0 ? 0 : 1))..])];
        }
    }

    public void CreateFolder(string folder) => LockedStep(folder);

    public void Write(string path, ReadOnlySpan<byte> bytes)
    {
        lock (gate)
        {
            byte[] whole = bytes.ToArray();
            StepForRoom(path, () => Put(path, new Node { Bytes = whole[..(whole.Length / 2)] }));
            Put(path, new Node { Bytes = whole });
        }
    }

    public void Append(string path, ReadOnlySpan<byte> bytes)
    {
        lock (gate)
        {
            byte[] whole = bytes.ToArray();
            StepForRoom(path, () => Extend(path, whole[..(whole.Length / 2)]));
            Extend(path, whole);
        }
    }

    public void WriteAt(string path, long offset, ReadOnlySpan<byte> bytes)
    {
        lock (gate)
        {
            byte[] whole = bytes.ToArray();
            Step(path, () => Overwrite(path, offset, whole[..(whole.Length / 2)]));
            Overwrite(path, offset, whole);
        }
    }

    public void Truncate(string path, long length)
    {
        lock (gate)
        {
            Step(path);
            names[path].Bytes = names[path].Bytes[..(int)length];
        }
    }

    public void Sync(string path)
    {
        lock (gate)
        {
            Step(path);
            names[path].Durable = names[path].Bytes;
        }
    }

    public void SyncFolder(string folder)
    {
        lock (gate)
        {
            Step(folder);
            foreach (string gone in durableNames.Keys.Where(path => FolderOf(path) == folder && !names.ContainsKey(path)).ToArray())
            {
                durableNames.Remove(gone);
            }

            foreach ((string path, Node node) in names.Where(pair => FolderOf(pair.Key) == folder))
            {
                durableNames[path] = node;
            }
        }
    }

    public void Rename(string path, string newPath)
    {
        lock (gate)
        {
            Step(path);
            names[newPath] = names[path];
            names.Remove(path);
        }
    }

    public void Delete(string path)
    {
        lock (gate)
        {
            Step(path);
            names.Remove(path);
        }
    }

    public void DeleteFolder(string folder) => LockedStep(folder);

    public IDisposable Lock(string path)
    {
        if (locked)
        {
            throw new IOException("the log is locked");
        }

        locked = true;
        return new Release(this);
    }

    /// <summary>Changes the stored bytes of a file, as an intruder would.</summary>
    public void Tamper(string path, Func<byte[], byte[]> change)
    {
        Node node = new() { Bytes = change(names[path].Bytes) };
        node.Durable = node.Bytes;
        names[path] = node;
        durableNames[path] = node;
    }

    private static string FolderOf(string path) => path.LastIndexOf('/') is >= 0 and int slash ? path[..slash] : "";

    private void Put(string path, Node node) => names[path] = node;

    private void Extend(string path, byte[] bytes)
    {
        if (!names.TryGetValue(path, out Node? node))
        {
            names[path] = node = new Node();
        }

        node.Bytes = [.. node.Bytes, .. bytes];
    }

    private void Overwrite(string path, long offset, byte[] bytes)
    {
        byte[] copy = [.. names[path].Bytes];
        bytes.CopyTo(copy.AsSpan((int)offset, bytes.Length));
        names[path].Bytes = copy;
    }

    private void LockedStep(string path)
    {
        lock (gate)
        {
            Step(path);
        }
    }

    private void StepForRoom(string path, Action half)
    {
        if (FullFrom is { } from && Operations + 1 >= from)
        {
            const int NoSpace = 28;
            Operations++;
            Refused++;
            half();
            throw new IOException("No space left on device", NoSpace);
        }

        Step(path, half);
    }

    private void Step(string path, Action? tear = null)
    {
        if (stopped)
        {
            throw new IOException("the process has stopped");
        }

        if (!path.StartsWith(Watched, StringComparison.Ordinal))
        {
            return;
        }

        Operations++;
        if (Plan.Operation != Operations)
        {
            return;
        }

        if (Plan.Fault == Fault.Tear)
        {
            tear?.Invoke();
        }

        stopped = Plan.Fault is Fault.Stop or Fault.Tear;
        throw new IOException($"operation {Operations}: {Plan.Fault}");
    }

    private sealed class Release(MemoryLogFiles files) : IDisposable
    {
        public void Dispose() => files.locked = false;
    }

    private sealed class Node
    {
        private const int Sector = 512;

        public byte[] Bytes { get; set; } = [];

        public byte[] Durable { get; set; } = [];

        public void Crash(Random random)
        {
            // Sectors that were written over are new or old, each by itself; of what was appended a part is there; of what was cut off, all or nothing.
            byte[] left = Bytes.Length >= Durable.Length ? Bytes[..random.Next(Durable.Length, Bytes.Length + 1)] : random.Next(2) == 0 ? Bytes[..] : Durable[..];
            int common = Math.Min(left.Length, Durable.Length);
            for (int sector = 0; sector < common; sector += Sector)
            {
                int end = Math.Min(sector + Sector, common);
                if (random.Next(2) == 0)
                {
                    Durable.AsSpan(sector, end - sector).CopyTo(left.AsSpan(sector));
                }
            }

            Bytes = left;
            Durable = Bytes;
        }
    }
}
