using Subnet.Health.Validator.Challenges;

namespace Subnet.Health.Network.Demo;

/// <summary>How much a demonstration does. A token costs its issuer a signature and each query a token, so the sizes add up to the time it takes.</summary>
/// <param name="Challenges">Queries of an honest validator to each miner in an epoch.</param>
/// <param name="AuditedEpochs">Epochs with challenges.</param>
/// <param name="Patients">Patients that a clinic asks each model about, one query each.</param>
/// <param name="BatchQueries">Queries of 16 patients each that a clinic sends to each model beside.</param>
/// <param name="OrganicPatients">Patients whose outcomes are scored under encryption; 0 for none, else at least 256.</param>
/// <param name="CompositeRounds">Rounds of the comparison between one model and two at once.</param>
internal sealed record DemoBudget(
    ChallengeBudget Challenges, int AuditedEpochs, int Patients, int BatchQueries, int OrganicPatients, int CompositeRounds)
{
    /// <summary>Patients of a batch query.</summary>
    public const int BatchRows = 16;

    /// <summary>Blocks between epochs.</summary>
    public const ushort Tempo = 10;

    /// <summary>What fits into a minute of two cores.</summary>
    public static DemoBudget Full { get; } = new(new ChallengeBudget(AuditRows: 2, Repeats: 1, LabelledRows: 16), 3, 10, 4, 256, 100);

    /// <summary>For tests: the same steps, fewer of each.</summary>
    public static DemoBudget Small { get; } = new(new ChallengeBudget(AuditRows: 1, Repeats: 1, LabelledRows: 16), 2, 2, 2, 0, 2);

    /// <summary>
    /// The epoch in which the emission begins: in epoch 0 the first audits are planned, in 1 they are asked, in 2 judged, and in 3 the weights that follow are revealed. With an
    /// emission before, whoever votes without having measured would be paid for it.
    /// </summary>
    public const int FirstPaidEpoch = 3;

    /// <summary>Epochs that are run, the last three with emission.</summary>
    public int Epochs => Math.Max(AuditedEpochs + 3, FirstPaidEpoch + 3);

    /// <summary>Tokens of one row that a validator needs for a miner.</summary>
    public int SingleTokens => AuditedEpochs * (Challenges.AuditRows + Challenges.Repeats - (Challenges.LabelledRows > 0 && Challenges.Repeats > 0 ? 1 : 0));

    /// <summary>Tokens of sixteen rows that a validator needs for a miner: for labelled rows, and for the repeat that looks like them.</summary>
    public int BatchTokens => Challenges.LabelledRows > 0 ? AuditedEpochs * (Challenges.Repeats > 0 ? 2 : 1) : 0;

    /// <summary>Honest validators, who send challenges.</summary>
    public static int Challengers => DemoPlan.Validators.Count(validator => validator.Conduct == ValidatorConduct.Honest);

    /// <summary>Tokens of all parties together.</summary>
    public int Tokens
    {
        get
        {
            int challenges = Challengers * DemoPlan.Miners.Count * (SingleTokens + BatchTokens);
            int relayed = Challengers * (SingleTokens + BatchTokens);
            int clinics = (DemoPlan.Subnets.Count * (Patients + BatchQueries)) + FhirTokens + CompositeTokens + OrganicPatients;
            return challenges + relayed + clinics;
        }
    }

    /// <summary>Tokens for FHIR records.</summary>
    public static int FhirTokens => 8;

    /// <summary>Tokens for the comparison of one model with two.</summary>
    public int CompositeTokens => 4 * CompositeRounds;
}
