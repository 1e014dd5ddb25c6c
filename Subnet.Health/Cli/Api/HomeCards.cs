using System.Security.Cryptography;
using Subnet.Health.Circuits;
using Subnet.Health.Web.Miners;

namespace Subnet.Health.Cli.Api;

/// <summary>
/// The model cards that lie in a state folder: what miners serve and what clinics fetched. The folders are read when a card is missing, at most twice a minute. Safe for concurrent use.
/// </summary>
/// <param name="home">The state folder.</param>
/// <param name="time">The clock.</param>
internal sealed class HomeCards(string home, TimeProvider time) : IModelCards
{
    private const long LargestCard = 4 << 20;
    private const int MostFiles = 10_000;

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);

    private readonly Lock gate = new();
    private readonly Dictionary<string, ReadCard?> cards = new(StringComparer.Ordinal);
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);
    private long? scanned;

    /// <inheritdoc/>
    public ReadCard? Find(string hash)
    {
        lock (gate)
        {
            if (!cards.ContainsKey(hash) && (scanned is not { } last || time.GetElapsedTime(last) > Fresh))
            {
                Scan();
                scanned = time.GetTimestamp();
            }

            return cards.GetValueOrDefault(hash);
        }
    }

    private void Scan()
    {
        EnumerationOptions options = new() { RecurseSubdirectories = true, IgnoreInaccessible = true, MaxRecursionDepth = 6 };
        IEnumerable<string> files = ((string[])["miner", "clinic"]).Select(role => Path.Combine(home, role)).Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.json", options));
        foreach (string path in files.Take(MostFiles))
        {
            if (seen.Contains(path) || new FileInfo(path).Length > LargestCard)
            {
                continue;
            }

            try
            {
                byte[] bytes = File.ReadAllBytes(path);
                cards[Convert.ToHexStringLower(SHA256.HashData(bytes))] = Read(bytes);
                seen.Add(path);
            }
            catch (IOException)
            {
                // A file that is being replaced is there at the next look.
                continue;
            }
        }
    }

    private static ReadCard? Read(byte[] bytes)
    {
        try
        {
            return CardReader.Read(bytes);
        }
        catch (CircuitException)
        {
            // Another JSON file, or a card that this build cannot read.
            return null;
        }
    }
}
