using System.Text;
using Subnet.Core.State;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Node;

namespace Subnet.Health.Cli.Commands;

/// <summary>
/// <c>known-networks</c> of a home: which ledger each node served when it was first asked, a line of address, network and genesis hash each. Whoever takes
/// over an address cannot pass off a ledger of his own on those who asked before; a first contact can be compared with the hash that the network publishes.
/// </summary>
internal sealed class KnownNetworks(string home)
{
    private const int MaxSize = 1 << 20;

    private string FilePath => Path.Combine(home, "known-networks");

    /// <summary>The genesis hash of the ledger that this node served first; null where it was never asked.</summary>
    /// <exception cref="CommandException">The file is not what it should be.</exception>
    public Hash256? Find(Uri address) => Read().TryGetValue(Key(address), out (string, Hash256 Genesis) known) ? known.Genesis : null;

    /// <summary>Remembers a node; does nothing where it is known.</summary>
    public void Remember(Uri address, LedgerIdentity identity)
    {
        Dictionary<string, (string Network, Hash256 Genesis)> all = Read();
        if (!all.TryAdd(Key(address), (identity.Network, identity.GenesisHash)))
        {
            return;
        }

        Directory.CreateDirectory(home);
        StringBuilder text = new();
        foreach ((string key, (string network, Hash256 genesis)) in all.OrderBy(static item => item.Key, StringComparer.Ordinal))
        {
            text.Append(key).Append(' ').Append(network).Append(' ').Append(genesis).Append('\n');
        }

        string temporary = FilePath + ".new";
        File.WriteAllText(temporary, text.ToString());
        File.Move(temporary, FilePath, overwrite: true);
    }

    private static string Key(Uri address) => address.GetLeftPart(UriPartial.Authority);

    private Dictionary<string, (string Network, Hash256 Genesis)> Read()
    {
        Dictionary<string, (string, Hash256)> all = new(StringComparer.Ordinal);
        if (!File.Exists(FilePath))
        {
            return all;
        }

        string[] lines = new FileInfo(FilePath).Length <= MaxSize ? File.ReadAllLines(FilePath) : throw Malformed("it is too long");
        for (int i = 0; i < lines.Length; i++)
        {
            string[] parts = lines[i].Split(' ');
            if (parts.Length != 3 || !Hash256.TryParse(parts[2], out Hash256 genesis) || !all.TryAdd(parts[0], (parts[1], genesis)))
            {
                throw Malformed($"line {i + 1} is not `ADDRESS NETWORK GENESIS`, or a second one for its address");
            }
        }

        return all;
    }

    private CommandException Malformed(string why) =>
        new(ErrorCodes.FileMalformed, $"'{FilePath}' cannot be used: {why}.", "Correct the line; without the file every node counts as new.");
}
