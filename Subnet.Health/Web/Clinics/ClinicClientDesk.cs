using System.Text;
using Subnet.Crypto.CanonicalJson;
using Subnet.Health.Clinic;
using Subnet.Health.Review.Entries;

namespace Subnet.Health.Web.Clinics;

/// <summary>The page of a gateway: its own history, opened with its own key.</summary>
internal sealed class ClinicClientDesk(string name, ClinicClient clinic) : IClinicDesk
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ClinicQueryLine>> NewestAsync(int most) => [.. (await clinic.History.NewestAsync(most).ConfigureAwait(false)).Select(Line)];

    /// <inheritdoc/>
    public async Task<ClinicResult?> ViewAsync(string queryEvent, string user)
    {
        if (await clinic.History.FindAsync(queryEvent).ConfigureAwait(false) is not { } entry)
        {
            return null;
        }

        // Recorded before it is shown; if the log cannot be written, this throws and nothing is.
        await clinic.Log.Recorder.RecordAsync("result.viewed", new CanonicalObject { { "ref", queryEvent } }, user, "portal").ConfigureAwait(false);
        return new ClinicResult(
            Line(entry),
            entry.Secret.Patient,
            [.. entry.Secret.Scores.Select(static (score, i) => new ClinicScore(i + 1, score.Probability, score.Label))],
            Encoding.UTF8.GetString(entry.Secret.Receipt),
            Holds(entry.Secret),
            entry.Secret.Reply.Length);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ClinicTokens>> TokensAsync() =>
        [.. (await clinic.TokensAsync().ConfigureAwait(false)).Select(static t => new ClinicTokens(t.Netuid, t.Miner, t.Epoch, t.Rows, t.Ready, t.Waiting))];

    private static ClinicQueryLine Line(HistoryEntry entry) =>
        new(entry.Event, entry.Time, entry.Netuid, entry.Secret.Model, entry.Card, entry.Miner, entry.Rows, entry.Secret.Outcomes?.Count ?? 0);

    private static bool Holds(HistorySecret secret)
    {
        try
        {
            return ReceiptStatement.Parse(CanonicalJsonReader.Read(secret.Receipt)).IsSignedBy(secret.ReceiptSignature);
        }
        catch (Exception malformed) when (malformed is CanonicalJsonException or AuditEntryException)
        {
            return false;
        }
    }
}
