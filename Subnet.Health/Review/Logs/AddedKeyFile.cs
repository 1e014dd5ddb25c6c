using System.Text;
using Subnet.Crypto.Transparency.Storage;

namespace Subnet.Health.Review.Logs;

/// <summary>The keys that a log was given, a line each, in the order they were: of a party's own log, and of each one that a witness follows.</summary>
internal static class AddedKeyFile
{
    /// <summary>Reads a file; null where there is none. Lines that are no keys are passed over.</summary>
    public static IReadOnlyList<AddedKey>? Read(ILogFiles files, string path) => files.Read(path) is { } bytes
        ? [.. Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(AddedKey.TryParse).OfType<AddedKey>()]
        : null;

    /// <summary>Replaces a file; durable when this returns. Its folder must exist.</summary>
    public static void Write(ILogFiles files, string path, IEnumerable<AddedKey> keys)
    {
        string temporary = path + ".tmp";
        files.Write(temporary, Encoding.UTF8.GetBytes(string.Concat(keys.Select(static key => key.ToLine() + "\n"))));
        files.Sync(temporary);
        files.Rename(temporary, path);
        files.SyncFolder(path.LastIndexOf('/') is >= 0 and int slash ? path[..slash] : "");
    }
}
