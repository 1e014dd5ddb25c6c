using System.Text.Json.Serialization;

namespace Subnet.Health.Network.Demo;

/// <summary>One thing that the demonstration claims, and whether it came true.</summary>
/// <param name="Name">A stable word.</param>
/// <param name="Sentence">The claim.</param>
/// <param name="Holds">Whether it came true.</param>
/// <param name="Detail">What was found.</param>
internal sealed record DemoClaim(string Name, string Sentence, bool Holds, string Detail);

/// <summary>One patient: the risk that came back encrypted, and the plain model's.</summary>
/// <param name="Netuid">The subnet.</param>
/// <param name="Patient">Row of the held-out table, from 1, or name of the record.</param>
/// <param name="Miner">Who answered.</param>
/// <param name="Risk">Decrypted risk.</param>
/// <param name="PlainRisk">The ML.NET model's own.</param>
/// <param name="Difference">Between the decrypted integers and the integer model's: 0.</param>
/// <param name="Outcome">What became of the patient; null where it is not known.</param>
internal sealed record DemoPatient(ushort Netuid, string Patient, string Miner, double Risk, double PlainRisk, long Difference, bool? Outcome);

/// <summary>A model on its held-out patients.</summary>
/// <param name="Netuid">The subnet.</param>
/// <param name="Name">Its name.</param>
/// <param name="Patients">Patients asked about.</param>
/// <param name="Unequal">Patients whose decrypted integers differ from the integer model's.</param>
/// <param name="LargestRiskDifference">Largest difference of a risk from the ML.NET model's: what rounding to integers costs.</param>
/// <param name="AucEncrypted">AUC of the decrypted risks.</param>
/// <param name="AucPlain">AUC of the plain model's.</param>
/// <param name="QueryBytes">Bytes of a query of one patient.</param>
/// <param name="ReplyBytes">Bytes of its reply.</param>
internal sealed record DemoModelResult(
    ushort Netuid, string Name, int Patients, int Unequal, double LargestRiskDifference, double AucEncrypted, double AucPlain, int QueryBytes, int ReplyBytes);

/// <summary>A miner's part.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Netuid">Its subnet.</param>
/// <param name="Conduct">What it did.</param>
/// <param name="ValidVerdicts">Verdicts in its favour, each signed by three.</param>
/// <param name="FailedVerdicts">Verdicts against it, each signed by three.</param>
/// <param name="CaughtBy">What found it out; empty for nothing.</param>
/// <param name="Score">Smoothed score at the first honest validator.</param>
/// <param name="Incentive">Share of the miners' emission, 0 to 1.</param>
/// <param name="EmissionAlpha">Alpha earned, in smallest units.</param>
internal sealed record DemoMinerResult(
    string Name, ushort Netuid, string Conduct, int ValidVerdicts, int FailedVerdicts, IReadOnlyList<string> CaughtBy, double Score, double Incentive,
    [property: JsonNumberHandling(JsonNumberHandling.WriteAsString)] ulong EmissionAlpha);

/// <summary>A validator's part on all subnets.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Conduct">What it did.</param>
/// <param name="StakeShare">Share of the stake, 0 to 1.</param>
/// <param name="Plans">Plans it logged.</param>
/// <param name="Trust">Mean validator trust of the last epoch, 0 to 1.</param>
/// <param name="EmissionAlpha">Alpha earned, in smallest units.</param>
/// <param name="PerStake">Alpha for each alpha of stake behind it.</param>
/// <param name="CaughtBy">What found it out; empty for nothing.</param>
internal sealed record DemoValidatorResult(
    string Name, string Conduct, double StakeShare, int Plans, double Trust,
    [property: JsonNumberHandling(JsonNumberHandling.WriteAsString)] ulong EmissionAlpha, double PerStake, IReadOnlyList<string> CaughtBy);

/// <summary>A log and what its verification found.</summary>
/// <param name="Role">Whose.</param>
/// <param name="Name">Its name.</param>
/// <param name="Origin">The log's.</param>
/// <param name="IsSound">Whether no error was found.</param>
/// <param name="Types">Kinds of entries in it.</param>
/// <param name="Findings">What was found, by code.</param>
internal sealed record DemoLogResult(string Role, string Name, string Origin, bool IsSound, IReadOnlyList<string> Types, IReadOnlyList<string> Findings);

/// <summary>A batch of a clinic's own patients, scored by validators who saw none of them.</summary>
/// <param name="Netuid">The subnet.</param>
/// <param name="Miner">The miner that was scored.</param>
/// <param name="Patients">Patients.</param>
/// <param name="Validators">Validators drawn by a block's hash.</param>
/// <param name="Quality">What became public: 1 less the mean squared error, in steps of 1/64.</param>
/// <param name="PlainQuality">The same from the clinic's own predictions and outcomes in the clear.</param>
/// <param name="Replayed">Whether the transcript, computed again, gives this.</param>
/// <param name="Recomputed">Outputs recomputed for that.</param>
internal sealed record DemoOrganicResult(
    ushort Netuid, string Miner, int Patients, int Validators, double Quality, double PlainQuality, bool Replayed, int Recomputed);

/// <summary>One link of a query's way from consent to emission.</summary>
/// <param name="Step">Which.</param>
/// <param name="Title">What it shows.</param>
/// <param name="Status">verified, open, none, missing, unavailable or failed.</param>
/// <param name="Links">How many there are of it: one for each party concerned.</param>
internal sealed record DemoTraceStep(string Step, string Title, string Status, int Links);

/// <summary>What is the same for every run of one seed.</summary>
/// <param name="Seed">The seed; absent for a fresh network.</param>
/// <param name="Epochs">Epochs run after the emission began.</param>
/// <param name="Blocks">Blocks made after the emission began.</param>
/// <param name="Models">Each subnet's model.</param>
/// <param name="Patients">Some patients.</param>
/// <param name="Miners">Each miner.</param>
/// <param name="Validators">Each validator.</param>
/// <param name="Logs">Each log.</param>
/// <param name="Organic">The batch scored on a clinic's own patients; absent where the budget has none.</param>
/// <param name="Trace">The reviewer's view of one query, step by step.</param>
/// <param name="Claims">What is claimed.</param>
internal sealed record DemoResult(
    ulong? Seed,
    int Epochs,
    ulong Blocks,
    IReadOnlyList<DemoModelResult> Models,
    IReadOnlyList<DemoPatient> Patients,
    IReadOnlyList<DemoMinerResult> Miners,
    IReadOnlyList<DemoValidatorResult> Validators,
    IReadOnlyList<DemoLogResult> Logs,
    DemoOrganicResult? Organic,
    IReadOnlyList<DemoTraceStep> Trace,
    IReadOnlyList<DemoClaim> Claims);

/// <summary>The time that a phase took.</summary>
/// <param name="Phase">Its name.</param>
/// <param name="Seconds">Seconds.</param>
internal sealed record DemoPhase(string Phase, double Seconds);

/// <summary>What depends on the machine.</summary>
/// <param name="Phases">Time by phase.</param>
/// <param name="TotalSeconds">All of it.</param>
/// <param name="QueryMs">Median time of an encrypted query of one patient, by subnet, from sending to the checked receipt.</param>
/// <param name="CompositeOverhead">Median time of two models at once over the slower one alone, less 1; NaN where it was not measured.</param>
/// <param name="FsyncMs">Median time of flushing one small file to this disk.</param>
/// <param name="Tokens">Tokens bought.</param>
/// <param name="ValidatorQueries">Queries that validators sent.</param>
/// <param name="LogEntries">Entries in all logs together.</param>
/// <param name="LedgerBytes">Size of the ledger's file.</param>
/// <param name="TracedEvent">The query that was traced; <c>subnet audit trace</c> shows it in full.</param>
internal sealed record DemoMeasured(
    IReadOnlyList<DemoPhase> Phases,
    double TotalSeconds,
    IReadOnlyList<double> QueryMs,
    double CompositeOverhead,
    double FsyncMs,
    int Tokens,
    int ValidatorQueries,
    long LogEntries,
    long LedgerBytes,
    string TracedEvent);

/// <summary>A demonstration that is over.</summary>
/// <param name="Folder">Where everything was left.</param>
/// <param name="Result">The same for every run of one seed.</param>
/// <param name="Measured">Depends on the machine.</param>
internal sealed record DemoReport(string Folder, DemoResult Result, DemoMeasured Measured);
