using System.Text;

namespace Subnet.Health.Clinic;

/// <summary>
/// The ends of a gateway's requests, line by line, so that the process that serves the gateway's page can count what commands in other processes asked. One process writes
/// at a time, as with the gateway's log. It is for figures only: not flushed to the disk, begun anew when it is long, and no fault of it stops a query.
/// </summary>
internal sealed class QueryEndFile(string folder) : IDisposable
{
    private const string Name = "query-ends";
    private const long LongestBytes = 4 << 20;

    private readonly Lock gate = new();
    private readonly string path = Path.Combine(folder, Name);
    private FileStream? writing;
    private long read;

    /// <summary>Adds a line.</summary>
    public void Append(QueryEnd end)
    {
        lock (gate)
        {
            try
            {
                writing ??= Open();
                writing.Write(Encoding.ASCII.GetBytes(end.ToLine() + "\n"));
                writing.Flush();
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // A query that was answered is not to fail for its statistics.
                writing?.Dispose();
                writing = null;
            }
        }
    }

    /// <summary>What was added since the last call, or since the file began.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public IReadOnlyList<QueryEnd> ReadNew()
    {
        lock (gate)
        {
            if (!File.Exists(path))
            {
                return [];
            }

            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (file.Length < read)
            {
                read = 0;
            }

            byte[] bytes = new byte[file.Length - read];
            file.Position = read;
            int count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            int whole = bytes.AsSpan(0, count).LastIndexOf((byte)'\n') + 1;
            read += whole;
            List<QueryEnd> ends = [];
            foreach (string line in Encoding.ASCII.GetString(bytes, 0, whole).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                if (QueryEnd.TryRead(line, out QueryEnd end))
                {
                    ends.Add(end);
                }
            }

            return ends;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => writing?.Dispose();

    private FileStream Open()
    {
        FileInfo there = new(path);
        if (there.Exists && there.Length > LongestBytes)
        {
            there.Delete();
        }

        return new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
    }
}
