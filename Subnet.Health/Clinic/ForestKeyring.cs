using System.Collections.Concurrent;
using Subnet.Crypto.Forests;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Node;
using Subnet.Health.Rpc;

namespace Subnet.Health.Clinic;

/// <summary>
/// The clinic's keys for forests of private structure: for each miner, card and epoch of the subnet one throw-away pseudonym, whose public part is uploaded
/// before its first query and whose secret part is in memory alone. An upload that broke off goes on where the miner says. Keys that the
/// miner has retired, or under which eight replies were refused, are replaced (protocol 2). Safe for concurrent use.
/// </summary>
/// <param name="ledger">Tells the epoch.</param>
/// <param name="miners">Reaches the miners.</param>
/// <param name="randomness">The operating system's generator in production; becomes this object's.</param>
internal sealed class ForestKeyring(ILedgerClient ledger, MinerDirectory miners, RandomSourceFactory randomness) : IDisposable
{
    private const int MostRefusals = 8;

    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly ConcurrentDictionary<string, Pseudonym> pseudonyms = new(StringComparer.Ordinal);

    /// <summary>Keys whose public part the miner holds.</summary>
    /// <param name="offer">Miner and card.</param>
    /// <param name="cancellationToken">Gives up; what was uploaded stays there.</param>
    /// <exception cref="GrpcException">The miner cannot be reached or does not take the keys; nothing was asked of it.</exception>
    public async Task<ForestReader> ForAsync(MinerOffer offer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(offer);
        ulong epoch = await ledger.GetSubnetEpochAsync(offer.Netuid, cancellationToken).ConfigureAwait(false);
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            string name = NameOf(offer);
            if (pseudonyms.TryGetValue(name, out Pseudonym? known) && known.Epoch == epoch && known.Refusals < MostRefusals
                && await ForestKeyUpload.BringAsync(miners.ChannelTo(offer.Endpoint), offer.Card, known.Keys, cancellationToken).ConfigureAwait(false))
            {
                return known.Keys;
            }

            // Queries that wait for their reply may still hold the old keys, so they are left to the collector.
            Pseudonym made = new(epoch, offer.Card.CreateKeys(randomness));
            if (!await ForestKeyUpload.BringAsync(miners.ChannelTo(offer.Endpoint), offer.Card, made.Keys, cancellationToken).ConfigureAwait(false))
            {
                throw new GrpcException(GrpcStatusCode.FailedPrecondition, "The miner does not take new keys.");
            }

            pseudonyms[name] = made;
            return made.Keys;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Counts a query that was refused, or a reply that could not be read.</summary>
    public void CountRefusal(MinerOffer offer)
    {
        ArgumentNullException.ThrowIfNull(offer);
        if (pseudonyms.TryGetValue(NameOf(offer), out Pseudonym? known))
        {
            known.CountRefusal();
        }
    }

    /// <summary>Wipes all keys.</summary>
    public void Dispose()
    {
        foreach (Pseudonym pseudonym in pseudonyms.Values)
        {
            pseudonym.Keys.Dispose();
        }

        pseudonyms.Clear();
        gate.Dispose();
        randomness.Dispose();
    }

    private static string NameOf(MinerOffer offer) => $"{offer.HotkeyHex}/{offer.CardHex}";

    private sealed class Pseudonym(ulong epoch, ForestReader keys)
    {
        private int refusals;

        public ulong Epoch => epoch;

        public ForestReader Keys => keys;

        public int Refusals => Volatile.Read(ref refusals);

        public void CountRefusal() => Interlocked.Increment(ref refusals);
    }
}
