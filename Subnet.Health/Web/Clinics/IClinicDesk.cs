using Subnet.Health.Clinic;

namespace Subnet.Health.Web.Clinics;

/// <summary>A query of the clinic without anything of its patient.</summary>
/// <param name="Event">Name of the query in the log.</param>
/// <param name="Time">When the answer came.</param>
/// <param name="Netuid">The subnet.</param>
/// <param name="Model">The card's identifier.</param>
/// <param name="Card">Hash of the card.</param>
/// <param name="Miner">Address of the miner.</param>
/// <param name="Rows">Patients in it.</param>
/// <param name="OutcomesReported">Patients whose outcome is known.</param>
internal sealed record ClinicQueryLine(string Event, DateTimeOffset Time, ushort Netuid, string Model, string Card, string Miner, int Rows, int OutcomesReported);

/// <summary>A score as the clinic decrypted it.</summary>
/// <param name="Row">The patient's row, from 1.</param>
/// <param name="Probability">The calibrated probability; null where the model gives none.</param>
/// <param name="Label">The class, or empty.</param>
/// <param name="Outcome">Whether the condition was there; null where that is not known.</param>
/// <param name="Imputed">Inputs that a constant from training stood for; null where that was not kept.</param>
internal sealed record ClinicScore(int Row, double? Probability, string Label, bool? Outcome, int? Imputed = null);

/// <summary>What left the clinic with a query: all that its miner could learn.</summary>
/// <param name="QueryBytes">Bytes sent, the same for every patient.</param>
/// <param name="ReplyBytes">Bytes received.</param>
/// <param name="RowClass">Rows that the query had room for.</param>
/// <param name="Inputs">Inputs that were encrypted.</param>
/// <param name="Learned">What the miner learned, sentence by sentence.</param>
/// <param name="NotLearned">What it did not learn.</param>
internal sealed record ClinicLeak(
    int QueryBytes, int ReplyBytes, int RowClass, IReadOnlyList<string> Inputs, IReadOnlyList<string> Learned, IReadOnlyList<string> NotLearned);

/// <summary>A query with its result, shown after the look at it was recorded.</summary>
/// <param name="Line">The query.</param>
/// <param name="Patient">The patient's reference in the clinic, or null.</param>
/// <param name="Scores">What came out.</param>
/// <param name="Receipt">Canonical text of the miner's receipt.</param>
/// <param name="ReceiptHolds">Whether the miner's signature on it holds.</param>
/// <param name="Leak">The leak sheet; null where the card is no longer at hand.</param>
internal sealed record ClinicResult(ClinicQueryLine Line, string? Patient, IReadOnlyList<ClinicScore> Scores, string Receipt, bool ReceiptHolds, ClinicLeak? Leak)
{
    /// <summary>What was passed over in the patient's record, and which values held with a reservation.</summary>
    public IReadOnlyList<ClinicInputNote> Notes { get; init; } = [];
}

/// <summary>Tokens that the clinic holds.</summary>
/// <param name="Netuid">The subnet.</param>
/// <param name="Miner">The miner they are for.</param>
/// <param name="Epoch">Access epoch of their key.</param>
/// <param name="Rows">Rows that each pays for.</param>
/// <param name="Ready">Tokens that can be used.</param>
/// <param name="Waiting">Tokens bought that are not ready.</param>
internal sealed record ClinicTokens(ushort Netuid, string Miner, ulong Epoch, int Rows, int Ready, int Waiting);

/// <summary>What the clinic's own page shows. Only a clinic's gateway has one: no other node ever holds what is behind it.</summary>
internal interface IClinicDesk
{
    /// <summary>Name of the clinic.</summary>
    string Name { get; }

    /// <summary>The newest queries, the newest first.</summary>
    Task<IReadOnlyList<ClinicQueryLine>> NewestAsync(int most);

    /// <summary>A query's result, after <c>result.viewed</c> was recorded with the user's name; null where there is no such query.</summary>
    /// <exception cref="IOException">The look could not be recorded: nothing may be shown.</exception>
    Task<ClinicResult?> ViewAsync(string queryEvent, string user);

    /// <summary>The tokens held.</summary>
    Task<IReadOnlyList<ClinicTokens>> TokensAsync();
}
