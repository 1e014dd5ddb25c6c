using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Health.Validator.Challenges;

/// <summary>
/// Gives the queries of an epoch to forests under keys to made-up clinics, each with keys of its own: as a miner sees it, several clinics ask a few queries each. Queries that are
/// opened after the epoch never share keys with labelled ones, which nobody else may read; and one row is never asked twice under the same keys, where a miner could answer by a
/// model for each bundle and be equal in all of them.
/// </summary>
/// <param name="most">Queries that one bundle serves at most.</param>
/// <param name="random">Seeds and numbers.</param>
internal sealed class PseudonymDraw(int most, IRandomSource random)
{
    private const int MasterBytes = 32;

    /// <summary>The queries, each under the master seed of some keys.</summary>
    public IEnumerable<Challenge> Spread(IEnumerable<Challenge> plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.GroupBy(challenge => challenge.Kind == ChallengeKind.Labelled).SelectMany(Group);
    }

    private List<Challenge> Group(IEnumerable<Challenge> challenges)
    {
        List<Bundle> bundles = [];
        List<Challenge> spread = [];
        foreach (Challenge challenge in challenges)
        {
            HashSet<string> rows = [.. challenge.Rows.Select(row => string.Join(' ', row))];
            Bundle? bundle = bundles.Find(bundle => bundle.Room > 0 && !bundle.Rows.Overlaps(rows));
            if (bundle is null)
            {
                bundle = new Bundle(Draw(MasterBytes)) { Room = 1 + (int)(BitConverter.ToUInt32(Draw(sizeof(uint))) % (uint)most) };
                bundles.Add(bundle);
            }

            bundle.Room--;
            bundle.Rows.UnionWith(rows);
            spread.Add(challenge with { Keys = bundle.Master });
        }

        return spread;
    }

    private byte[] Draw(int count)
    {
        byte[] bytes = new byte[count];
        random.Fill(bytes);
        return bytes;
    }

    private sealed class Bundle(byte[] master)
    {
        public byte[] Master => master;

        public HashSet<string> Rows { get; } = new(StringComparer.Ordinal);

        public int Room { get; set; }
    }
}
