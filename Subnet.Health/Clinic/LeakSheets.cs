using System.Globalization;
using Subnet.Health.Circuits;

namespace Subnet.Health.Clinic;

/// <summary>Writes leak sheets: what a miner learns from a request, and what it does not.</summary>
internal static class LeakSheets
{
    /// <summary>Bytes of every query of a card, whatever is in it.</summary>
    public static int QueryBytes(CardClient card)
    {
        ArgumentNullException.ThrowIfNull(card);
        return card.Card.Keyless?.UploadBytes ?? card.Card.Forest!.UploadBytes;
    }

    /// <summary>The sheet of a request.</summary>
    /// <param name="offers">Miners that may be asked, the best first.</param>
    /// <param name="patients">Patients in it.</param>
    /// <param name="sizes">Patients in each query.</param>
    /// <param name="imputed">For each patient the inputs that a constant stands for.</param>
    public static LeakSheet Of(IReadOnlyList<MinerOffer> offers, int patients, IReadOnlyList<int> sizes, IReadOnlyList<IReadOnlyList<string>> imputed)
    {
        CardClient card = offers[0].Card;
        int[] classes = [.. sizes.Select(size => card.RowClassFor(size)!.Value)];
        int bytes = QueryBytes(card);
        return new LeakSheet(
            offers[0].ModelId,
            [.. offers.Select(offer => new LeakSheetMiner(offer.Address, offer.CardHex, offer.Endpoint))],
            patients,
            sizes.Count,
            classes,
            bytes,
            [.. card.Inputs.SelectMany(input => Enumerable.Range(0, input.Slots.Length).Select(input.NameOf))],
            [.. imputed.SelectMany(row => row).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            Learns(offers[0].Card, sizes.Count, classes, bytes),
            DoesNotLearn(card));
    }

    /// <summary>What a miner learned from a query that was answered.</summary>
    /// <param name="card">The card that was asked under.</param>
    /// <param name="rows">Patients in the query.</param>
    public static IReadOnlyList<string> Learned(CardClient card, int rows) =>
        Learns(card, 1, [card.RowClassFor(rows) ?? card.RowClasses[^1]], QueryBytes(card));

    /// <summary>What no miner learns.</summary>
    /// <param name="card">The card that is asked under: keys of a pseudonym tie the queries of an epoch together.</param>
    public static IReadOnlyList<string> DoesNotLearn(CardClient card) =>
    [
        "any value of a patient, or which values are missing or imputed",
        "any score or decision",
        "who asks: tokens do not tell, and validators send the same bytes",
        card.IsUnderKeys ? "which queries belong to one patient" : "which queries belong to one patient or one clinic",
        "how many of a query's rows are patients",
    ];

    private static IReadOnlyList<string> Learns(CardClient card, int queries, IReadOnlyList<int> classes, int bytes) =>
    [
        string.Create(CultureInfo.InvariantCulture, $"that somebody asks the model {card.Card.Text.Id}, {(queries == 1 ? "once, on" : $"{queries} times, each time on")} a connection of its own"),
        string.Create(CultureInfo.InvariantCulture, $"the size class of each query ({string.Join(", ", classes.Distinct())} {(classes.All(size => size == 1) ? "row" : "rows")}) and its {bytes} bytes, the same for every patient"),
        "the time at which each query comes, and the network address of the relay or clinic it comes from",
        .. card.IsUnderKeys
            ? [string.Create(CultureInfo.InvariantCulture, $"which queries of one epoch were made under one key bundle of {card.Card.Forest!.KeyBytes} bytes, uploaded without a name")]
            : Array.Empty<string>(),
    ];
}
