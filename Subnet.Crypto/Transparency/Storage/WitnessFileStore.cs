using System.Security.Cryptography;
using System.Text;
using Subnet.Crypto.Transparency.Witnessing;

namespace Subnet.Crypto.Transparency.Storage;

/// <summary>
/// A witness's memory in a folder: <c>HEX/checkpoint</c> for each origin, HEX the hash of its name, as it is served. Holds an exclusive
/// lock, so that no second process can roll an origin back. Safe for concurrent use.
/// </summary>
public sealed class WitnessFileStore : IWitnessStore, IDisposable
{
    private readonly ILogFiles files;
    private readonly DurableFiles durable;
    private readonly IDisposable exclusive;
    private readonly Lock gate = new();

    /// <summary>Opens the folder and takes the lock.</summary>
    /// <exception cref="IOException">Another witness process has it.</exception>
    public WitnessFileStore(ILogFiles files)
    {
        ArgumentNullException.ThrowIfNull(files);
        this.files = files;
        durable = new DurableFiles(files);
        exclusive = files.Lock("lock");
    }

    /// <inheritdoc/>
    public string? Latest(string origin)
    {
        lock (gate)
        {
            return files.Read(PathOf(origin)) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;
        }
    }

    /// <inheritdoc/>
    public bool TryReplace(string origin, string? expected, string note)
    {
        lock (gate)
        {
            if (Latest(origin) != expected)
            {
                return false;
            }

            durable.Replace(PathOf(origin), Encoding.UTF8.GetBytes(note));
            return true;
        }
    }

    /// <summary>Releases the lock.</summary>
    public void Dispose() => exclusive.Dispose();

    private static string PathOf(string origin) => $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(origin)))}/checkpoint";
}
