using Subnet.Health.Circuits;

namespace Subnet.Health.Validator.Challenges;

/// <summary>How many queries a validator sends to each miner in an epoch; as many as clinics send, or a miner would know its examiner by the count.</summary>
/// <param name="AuditRows">New audit rows, one query each.</param>
/// <param name="Repeats">Of these rows, so many are sent once more under another key.</param>
/// <param name="LabelledRows">Rows with known outcomes, in one query; 0 for none.</param>
internal sealed record ChallengeBudget(int AuditRows, int Repeats, int LabelledRows)
{
    /// <summary>What a validator does unless it is told otherwise.</summary>
    public static ChallengeBudget Default { get; } = new(AuditRows: 4, Repeats: 1, LabelledRows: 16);

    /// <summary>
    /// Queries that one bundle of keys serves at most, for circuits with keys: of each bundle a number from 1 to this is drawn. It is to be what clinics of the subnet ask of one miner in
    /// an epoch, or a miner tells a validator's bundles by it (protocol 2).
    /// </summary>
    public int MostQueriesOfKeys { get; init; } = 6;

    /// <summary>Queries to one miner in an epoch, under a keyless card.</summary>
    public int Queries => AuditRows + Repeats + (LabelledRows > 0 ? 1 : 0);

    /// <summary>Tokens that an epoch's queries under a card take, by size class.</summary>
    /// <param name="card">The card.</param>
    public IReadOnlyDictionary<int, int> TokensFor(CardClient card)
    {
        ArgumentNullException.ThrowIfNull(card);
        int batch = card.RowClassFor(Math.Max(1, LabelledRows)) ?? card.RowClasses[^1];

        // Rows of a forest under keys are asked twice each; where it takes one patient in a query, labelled rows are as many queries.
        int audits = card.IsUnderKeys ? 2 * AuditRows : AuditRows + Repeats;
        Dictionary<int, int> tokens = new() { [1] = audits };
        tokens[batch] = tokens.GetValueOrDefault(batch) + (card.IsUnderKeys && batch == 1 ? LabelledRows : Repeats > 0 || card.IsUnderKeys ? 2 : 1);
        return tokens;
    }
}
