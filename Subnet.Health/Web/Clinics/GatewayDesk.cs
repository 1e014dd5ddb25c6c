using System.Text;
using Subnet.Crypto.CanonicalJson;
using Subnet.Health.Circuits;
using Subnet.Health.Clinic;
using Subnet.Health.Review.Entries;

namespace Subnet.Health.Web.Clinics;

/// <summary>The page of a gateway: its own history, opened with its own key.</summary>
internal sealed class GatewayDesk(GatewayView gateway) : IClinicDesk
{
    /// <inheritdoc/>
    public string Name => gateway.Name;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ClinicQueryLine>> NewestAsync(int most) => [.. (await gateway.NewestAsync(most).ConfigureAwait(false)).Select(Line)];

    /// <inheritdoc/>
    public async Task<ClinicResult?> ViewAsync(string queryEvent, string user)
    {
        if (await gateway.FindAsync(queryEvent).ConfigureAwait(false) is not { } entry)
        {
            return null;
        }

        // Recorded before it is shown; if the log cannot be written, this throws and nothing is.
        await gateway.RecordViewAsync(queryEvent, user, "portal").ConfigureAwait(false);
        CardClient? card = gateway.Card(entry.Card);
        return new ClinicResult(
            Line(entry),
            entry.Secret.Patient,
            [
                .. entry.Secret.Scores.Select((score, i) => new ClinicScore(
                    i + 1, score.Probability, score.Label, entry.Secret.Outcomes is { } known && known.TryGetValue(i + 1, out bool outcome) ? outcome : null, entry.Secret.Imputed?[i])),
            ],
            Encoding.UTF8.GetString(entry.Secret.Receipt),
            Holds(entry.Secret),
            card is null ? null : LeakOf(card, entry))
        {
            Notes = entry.Secret.Notes ?? [],
        };
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ClinicTokens>> TokensAsync() =>
        [.. (await gateway.TokensAsync().ConfigureAwait(false)).Select(static t => new ClinicTokens(t.Netuid, t.Miner, t.Epoch, t.Rows, t.Ready, t.Waiting))];

    private static ClinicQueryLine Line(HistoryEntry entry) =>
        new(entry.Event, entry.Time, entry.Netuid, entry.Secret.Model, entry.Card, entry.Miner, entry.Rows, entry.Secret.Outcomes?.Count ?? 0);

    private static ClinicLeak LeakOf(CardClient card, HistoryEntry entry) => new(
        LeakSheets.QueryBytes(card),
        entry.Secret.Reply.Length,
        card.RowClassFor(entry.Rows) ?? card.RowClasses[^1],
        [.. card.Inputs.SelectMany(static input => Enumerable.Range(0, input.Slots.Length).Select(input.NameOf))],
        LeakSheets.Learned(card, entry.Rows),
        LeakSheets.DoesNotLearn(card));

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
