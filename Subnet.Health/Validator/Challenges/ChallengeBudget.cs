namespace Subnet.Health.Validator.Challenges;

/// <summary>How many queries a validator sends to each miner in an epoch; as many as clinics send, or a miner would know its examiner by the count.</summary>
/// <param name="AuditRows">New audit rows, one query each.</param>
/// <param name="Repeats">Of these rows, so many are sent once more under another key.</param>
/// <param name="LabelledRows">Rows with known outcomes, in one query; 0 for none.</param>
internal sealed record ChallengeBudget(int AuditRows, int Repeats, int LabelledRows)
{
    /// <summary>What a validator does unless it is told otherwise.</summary>
    public static ChallengeBudget Default { get; } = new(AuditRows: 4, Repeats: 1, LabelledRows: 16);

    /// <summary>Queries to one miner in an epoch.</summary>
    public int Queries => AuditRows + Repeats + (LabelledRows > 0 ? 1 : 0);
}
