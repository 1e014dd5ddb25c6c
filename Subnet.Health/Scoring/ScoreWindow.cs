using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Comparison;
using Subnet.Crypto.Identity;
using Subnet.Health.Review.Entries;

namespace Subnet.Health.Scoring;

/// <summary>
/// What a clinic logs before the beacon: all cases of a time whose outcome is known and about which every miner of the panel was asked. Its hash names the slot for which
/// validators commit seeds. A reviewer counts the cases against the clinic's log.
/// </summary>
/// <param name="Netuid">The subnet.</param>
/// <param name="Measure">What will be computed.</param>
/// <param name="Panel">Miners, sorted by hotkey.</param>
/// <param name="Cases">The cases.</param>
/// <param name="Time">When, by the clinic's clock.</param>
internal sealed record ScoreWindow(
    ushort Netuid, ScoringMeasure Measure, IReadOnlyList<PanelMiner> Panel, IReadOnlyList<ScoringCaseEvents> Cases, DateTimeOffset Time)
{
    /// <summary>Most miners of a panel.</summary>
    public const int MaximumMiners = 256;

    /// <summary>Most cases of a window.</summary>
    public const int MaximumCases = 65_536;

    /// <summary>Signs the window.</summary>
    public ScoringMessage Sign(SigningKey clinic)
    {
        byte[] panel = WritePanel(Panel);
        byte[] cases = WriteCases(Cases);
        return new ScoringMessage(
            SignedStatement.Sign(clinic, ScoringDomains.Window, new CanonicalObject
            {
                ["netuid"] = Netuid,
                ["clinic"] = Convert.ToHexStringLower(clinic.PublicKey),
                ["set"] = SetWord(Measure),
                ["cards"] = Convert.ToHexStringLower(ScoringList.Hash(panel)),
                ["events"] = Convert.ToHexStringLower(ScoringList.Hash(cases)),
                ["count"] = Cases.Count,
                ["time"] = EntryTime.Format(Time),
            }),
            [panel, cases]);
    }

    /// <summary>Reads a signed window, with or without the proof of its anchor; null for anything that is not one.</summary>
    public static ScoreWindow? TryRead(ScoringMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.Open(ScoringDomains.Window) is not { } statement || message.Attachments.Count is not (2 or 3))
        {
            return null;
        }

        ushort netuid = (ushort)statement.Integer("netuid", ushort.MaxValue);
        byte[] clinic = statement.Bytes("clinic", 32);
        ScoringMeasure? measure = ParseSet(statement.Text("set"));
        byte[] panelHash = statement.Bytes("cards", 32);
        byte[] casesHash = statement.Bytes("events", 32);
        long count = statement.Integer("count", MaximumCases);
        DateTimeOffset time = statement.Time("time");
        bool isSound = statement.IsComplete
            && clinic.AsSpan().SequenceEqual(message.Signed.Signer.Span)
            && panelHash.AsSpan().SequenceEqual(ScoringList.Hash(message.Attachments[0].Span))
            && casesHash.AsSpan().SequenceEqual(ScoringList.Hash(message.Attachments[1].Span));
        return isSound && measure is not null
            && ReadPanel(message.Attachments[0].Span) is { } panel
            && ReadCases(message.Attachments[1].Span, panel.Count) is { } cases
            && cases.Count == count
                ? new ScoreWindow(netuid, measure, panel, cases, time)
                : null;
    }

    /// <summary>Set and measure as statements have them: <c>score-8192/brier-8</c>.</summary>
    public static string SetWord(ScoringMeasure measure) => $"{measure.Set.Name}/{measure.Word}";

    /// <summary>Reads <see cref="SetWord"/>.</summary>
    public static ScoringMeasure? ParseSet(string word) =>
        ScoringMeasure.TryParse(word[(word.IndexOf('/', StringComparison.Ordinal) + 1)..], out ScoringMeasure? measure) && SetWord(measure) == word ? measure : null;

    /// <summary>The panel as a list.</summary>
    public static byte[] WritePanel(IEnumerable<PanelMiner> panel) => ScoringList.Write([.. panel.Select(miner => new CanonicalObject
    {
        ["miner"] = Convert.ToHexStringLower(miner.Miner.Span),
        ["card"] = Convert.ToHexStringLower(miner.Card.Span),
    })]);

    /// <summary>Cases as a list of lists.</summary>
    public static byte[] WriteCases(IEnumerable<ScoringCaseEvents> cases) =>
        ScoringList.Write([.. cases.Select(item => new CanonicalList(item.Events.Select(name => (CanonicalValue)name)))]);

    /// <summary>Reads a panel: 1 to 256 miners in strictly ascending order of their hotkeys.</summary>
    public static IReadOnlyList<PanelMiner>? ReadPanel(ReadOnlySpan<byte> bytes)
    {
        if (ScoringList.Read(bytes) is not { Count: >= 1 and <= MaximumMiners } list)
        {
            return null;
        }

        List<PanelMiner> panel = [];
        foreach (CanonicalValue value in list)
        {
            StatementReader reader = new(value as CanonicalObject ?? new CanonicalObject());
            PanelMiner miner = new(reader.Bytes("miner", 32), reader.Bytes("card", 32));
            if (!reader.IsComplete || (panel.Count > 0 && panel[^1].Miner.Span.SequenceCompareTo(miner.Miner.Span) >= 0))
            {
                return null;
            }

            panel.Add(miner);
        }

        return panel;
    }

    /// <summary>Reads cases: one event for each miner, no event twice.</summary>
    public static IReadOnlyList<ScoringCaseEvents>? ReadCases(ReadOnlySpan<byte> bytes, int miners)
    {
        if (ScoringList.Read(bytes) is not { Count: <= MaximumCases } list)
        {
            return null;
        }

        HashSet<string> seen = new(StringComparer.Ordinal);
        List<ScoringCaseEvents> cases = [];
        foreach (CanonicalValue value in list)
        {
            string[] events = value is CanonicalList names ? [.. names.OfType<CanonicalText>().Select(name => name.Value)] : [];
            if (events.Length != miners || ((CanonicalList)value).Count != miners || !events.All(name => ScoringEvents.IsEvent(name) && seen.Add(name)))
            {
                return null;
            }

            cases.Add(new ScoringCaseEvents(events));
        }

        return cases;
    }
}
