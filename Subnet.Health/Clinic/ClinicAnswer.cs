namespace Subnet.Health.Clinic;

/// <summary>The score of one patient. It is a risk model's output, not a diagnosis.</summary>
/// <param name="Row">The patient's row, from 1.</param>
/// <param name="Scores">The reported scores.</param>
/// <param name="Probability">The calibrated probability, where the model has one.</param>
/// <param name="Label">The name of the class, empty where the model decides nothing.</param>
/// <param name="Margin">How far rounding to integers can have moved a raw score.</param>
/// <param name="IsWithinRounding">Whether the decision could be another one within that margin.</param>
/// <param name="Imputed">Inputs that were not given and for which a constant from training stands.</param>
/// <param name="Event">The query that brought it.</param>
public sealed record ClinicScore(
    int Row, IReadOnlyList<float> Scores, float? Probability, string Label, double Margin, bool IsWithinRounding, IReadOnlyList<string> Imputed, string Event);

/// <summary>One answered query: who answered, and the evidence for it.</summary>
/// <param name="Event">Random name of the query, 32 hexadecimal digits: its key in the log and in the history.</param>
/// <param name="Miner">Address of the miner's hotkey.</param>
/// <param name="Card">Hash of the model card.</param>
/// <param name="Rows">Patients in it.</param>
/// <param name="QueryBytes">Bytes sent.</param>
/// <param name="ReplyBytes">Bytes received.</param>
/// <param name="Milliseconds">From sending to the checked receipt.</param>
/// <param name="ReceiptTime">When, by the miner's clock.</param>
/// <param name="ReceiptSignature">The miner's signature over the receipt.</param>
/// <param name="LogIndex">Index of the <c>result.received</c> entry in the clinic's log.</param>
public sealed record ClinicEvidence(
    string Event,
    string Miner,
    string Card,
    int Rows,
    int QueryBytes,
    int ReplyBytes,
    double Milliseconds,
    DateTimeOffset ReceiptTime,
    ReadOnlyMemory<byte> ReceiptSignature,
    long LogIndex);

/// <summary>An attempt that brought no answer.</summary>
/// <param name="Event">The query's event.</param>
/// <param name="Miner">The miner that was asked.</param>
/// <param name="Code">What happened, a stable word.</param>
public sealed record FailedAttempt(string Event, string Miner, string Code);

/// <summary>The answer to a clinic's request.</summary>
/// <param name="Model">Identifier of the model.</param>
/// <param name="Title">Its title.</param>
/// <param name="Scores">One for each patient, in order.</param>
/// <param name="Queries">The queries that brought them.</param>
/// <param name="Failed">Attempts that brought nothing, all of them logged.</param>
public sealed record ClinicAnswer(
    string Model, string Title, IReadOnlyList<ClinicScore> Scores, IReadOnlyList<ClinicEvidence> Queries, IReadOnlyList<FailedAttempt> Failed)
{
    /// <summary>What was passed over in the patient's record, and which of its values hold with a reservation; for a record only.</summary>
    public IReadOnlyList<ClinicInputNote> Notes { get; init; } = [];
}

/// <summary>What leaves the clinic for a request, before it does: everything a miner would learn.</summary>
/// <param name="Model">Identifier of the model that is asked.</param>
/// <param name="Cards">Cards that may be asked, by miner.</param>
/// <param name="Patients">Patients in the request; a miner does not learn it.</param>
/// <param name="Queries">Number of queries, which the miner sees as so many strangers.</param>
/// <param name="RowClasses">Size class of each query: 1, 16 or 256.</param>
/// <param name="QueryBytes">Bytes of each query, the same for every patient.</param>
/// <param name="Inputs">Inputs that are encrypted.</param>
/// <param name="Imputed">Inputs that a constant stands for.</param>
/// <param name="Learns">What the miner learns, sentence by sentence.</param>
/// <param name="DoesNotLearn">What it does not learn.</param>
public sealed record LeakSheet(
    string Model,
    IReadOnlyList<LeakSheetMiner> Cards,
    int Patients,
    int Queries,
    IReadOnlyList<int> RowClasses,
    int QueryBytes,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<string> Imputed,
    IReadOnlyList<string> Learns,
    IReadOnlyList<string> DoesNotLearn)
{
    /// <summary>What was passed over in the patient's record, and which of its values hold with a reservation; for a record only. It stays in the clinic.</summary>
    public IReadOnlyList<ClinicInputNote> Notes { get; init; } = [];
}

/// <summary>A miner that may be asked.</summary>
/// <param name="Miner">Address of its hotkey.</param>
/// <param name="Card">Hash of its card.</param>
/// <param name="Endpoint">Where it serves.</param>
public sealed record LeakSheetMiner(string Miner, string Card, Uri Endpoint);

/// <summary>A model that can be asked.</summary>
/// <param name="Netuid">The subnet.</param>
/// <param name="Id">The card's identifier.</param>
/// <param name="Title">One line.</param>
/// <param name="IntendedUse">For whom and what.</param>
/// <param name="Limits">Where it must not be used.</param>
/// <param name="Card">Hash of the card.</param>
/// <param name="Miner">Address of the miner.</param>
/// <param name="Endpoint">Where it serves.</param>
/// <param name="Incentive">The miner's share of incentive in the last epoch, 0 to 1.</param>
/// <param name="RegisteredHeight">Block of the card's registration: its age.</param>
/// <param name="Circuit">The circuit.</param>
/// <param name="Inputs">What the card asks for.</param>
/// <param name="RowClasses">Size classes of its queries.</param>
/// <param name="QueryBytes">Bytes of a query.</param>
public sealed record ClinicModel(
    ushort Netuid,
    string Id,
    string Title,
    string IntendedUse,
    string Limits,
    string Card,
    string Miner,
    Uri Endpoint,
    double Incentive,
    ulong RegisteredHeight,
    string Circuit,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<int> RowClasses,
    int QueryBytes);

/// <summary>Tokens in the wallet.</summary>
/// <param name="Netuid">The subnet.</param>
/// <param name="Miner">Address of the miner they are for.</param>
/// <param name="Epoch">Access epoch of their key; good in it and the next.</param>
/// <param name="Rows">Rows that each pays for.</param>
/// <param name="Ready">Tokens that can be used.</param>
/// <param name="Waiting">Tokens bought that wait for their delay or for their signature.</param>
public sealed record TokenBudget(ushort Netuid, string Miner, ulong Epoch, int Rows, int Ready, int Waiting);

/// <summary>A past query of the clinic.</summary>
/// <param name="Event">Its event.</param>
/// <param name="Time">When the answer came.</param>
/// <param name="Netuid">The subnet.</param>
/// <param name="Model">Identifier of the model.</param>
/// <param name="Card">Hash of the card.</param>
/// <param name="Miner">Address of the miner.</param>
/// <param name="Rows">Patients in it.</param>
/// <param name="Patient">The patient's reference in the clinic, or null.</param>
/// <param name="Scores">What came out, patient by patient.</param>
public sealed record ClinicRecord(
    string Event, DateTimeOffset Time, ushort Netuid, string Model, string Card, string Miner, int Rows, string? Patient, IReadOnlyList<ClinicRecordScore> Scores);

/// <summary>A past score.</summary>
/// <param name="Row">The patient's row, from 1.</param>
/// <param name="Probability">The calibrated probability, or null.</param>
/// <param name="Label">The class, or empty.</param>
/// <param name="Outcome">Whether the condition was there, where it is known.</param>
public sealed record ClinicRecordScore(int Row, float? Probability, string Label, bool? Outcome);
