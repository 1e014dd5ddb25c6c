using Subnet.Crypto.CanonicalJson;
using Subnet.Health.Review.Entries;

namespace Subnet.Health.Review.Queries;

/// <summary>Which entries a search is for; what is null is not asked.</summary>
internal sealed record EntryFilter
{
    /// <summary>Type of the entry.</summary>
    public string? Type { get; init; }

    /// <summary>Id of the clinic, as actor or peer.</summary>
    public string? Clinic { get; init; }

    /// <summary>Id of the miner, as actor or peer.</summary>
    public string? Miner { get; init; }

    /// <summary>Id or commitment of the model.</summary>
    public string? Model { get; init; }

    /// <summary>Purpose of use.</summary>
    public string? Purpose { get; init; }

    /// <summary>Outcome.</summary>
    public string? Outcome { get; init; }

    /// <summary>Pseudonyms of a patient, one for each quarter, as the clinic lists them.</summary>
    public IReadOnlySet<string>? Subjects { get; init; }

    /// <summary>Event, as the entry's own or the one it answers.</summary>
    public string? Event { get; init; }

    /// <summary>Earliest time.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>First time that is too late.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Whether an entry is one that is searched.</summary>
    public bool Matches(CanonicalObject entry)
    {
        CanonicalObject? model = entry.ObjectOrNull("model");
        return Is(Type, entry.TextOrNull("type"))
            && IsParty("clinic", Clinic, entry)
            && IsParty("miner", Miner, entry)
            && (Model is null || Model == model?.TextOrNull("id") || Model == model?.TextOrNull("commit"))
            && Is(Purpose, entry.TextOrNull("purpose"))
            && Is(Outcome, entry.TextOrNull("outcome"))
            && (Subjects is null || (entry.TextOrNull("subject") is { } subject && Subjects.Contains(subject)))
            && (Event is null || Event == entry.TextOrNull("event") || Event == entry.TextOrNull("ref"))
            && IsInPeriod(entry.TextOrNull("time"));
    }

    private static bool Is(string? wanted, string? value) => wanted is null || wanted == value;

    private static bool IsParty(string kind, string? wanted, CanonicalObject entry)
    {
        if (wanted is null)
        {
            return true;
        }

        return IsThatParty(entry.ObjectOrNull("actor")) || IsThatParty(entry.ObjectOrNull("peer"));

        bool IsThatParty(CanonicalObject? party) => party?.TextOrNull("kind") == kind && party.TextOrNull("id") == wanted;
    }

    private bool IsInPeriod(string? text)
    {
        if (From is null && To is null)
        {
            return true;
        }

        return text is not null && EntryTime.TryParse(text, out DateTimeOffset time) && (From is null || time >= From) && (To is null || time < To);
    }
}
