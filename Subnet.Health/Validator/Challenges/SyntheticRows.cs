using System.Security.Cryptography;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Circuits;
using Subnet.Health.Models;
using Subnet.Health.Models.Rows;

namespace Subnet.Health.Validator.Challenges;

/// <summary>
/// Rows for audits: every value is drawn on its own from what the card admits, texts from the words that the validator knows, so that no row is a patient's. They
/// are opened after the epoch.
/// </summary>
internal static class SyntheticRows
{
    private const int Attempts = 64;

    /// <summary>Steps between the lowest and the highest value of a number.</summary>
    private const int Steps = 1 << 10;

    /// <summary>Draws one row that the card admits.</summary>
    /// <param name="card">The card.</param>
    /// <param name="words">Rows whose texts may be used; nothing else of them is.</param>
    /// <param name="random">Where the values come from.</param>
    /// <exception cref="CircuitException">No row was admitted: the card's own ranges do not fit its encoding.</exception>
    public static long[] Draw(CardClient card, RowBatch? words, IRandomSource random)
    {
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            RowBatch row = new(1, card.Inputs.Select(input => Column(input, words, random)));
            try
            {
                using PreparedRows prepared = card.Prepare(row);
                return prepared.Row(0).ToArray();
            }
            catch (RowsRefusedException)
            {
                // A combination that the encoding does not take; another one is drawn.
            }
        }

        throw new CircuitException($"no row within the ranges of card {Convert.ToHexStringLower(card.Hash)} is admitted by it; report its miner.");
    }

    private static RowColumn Column(CardInput input, RowBatch? words, IRandomSource random)
    {
        ModelColumn column = input.Column;
        return column.Kind switch
        {
            ColumnKind.Single => new RowColumn<float>(column.Name, column.Kind, Each(input, slot => (float)Number(slot, random))),
            ColumnKind.Boolean => new RowColumn<float>(column.Name, column.Kind, Each(input, _ => (float)Below(2, random))),
            ColumnKind.Double => new RowColumn<double>(column.Name, column.Kind, Each(input, slot => Number(slot, random))),
            ColumnKind.Integer => new RowColumn<long>(column.Name, column.Kind, Each(input, slot => (long)Math.Round(Number(slot, random)))),
            ColumnKind.Unsigned => new RowColumn<ulong>(column.Name, column.Kind, Each(input, slot => (ulong)Math.Round(Math.Max(0, Number(slot, random))))),
            _ => new RowColumn<string>(column.Name, column.Kind, [.. Enumerable.Range(0, column.Width).Select(slot => new[] { Word(column, slot, words, random) })]),
        };
    }

    private static T[][] Each<T>(CardInput input, Func<CardSlot, T> draw) => [.. input.Slots.Select(slot => new[] { draw(slot) })];

    private static double Number(CardSlot slot, IRandomSource random)
    {
        double lowest = slot.Lowest ?? 0;
        double highest = slot.Highest ?? lowest;
        double value = lowest + ((highest - lowest) * Below(Steps + 1, random) / Steps);

        // Whole numbers where the range has enough of them: codes and counts are what most columns hold.
        return highest - lowest >= 2 ? Math.Clamp(Math.Round(value), Math.Ceiling(lowest), Math.Floor(highest)) : value;
    }

    private static string Word(ModelColumn column, int slot, RowBatch? words, IRandomSource random) =>
        words is { Count: > 0 } && words.TryGet(column.Name, out RowColumn? known) && known is RowColumn<string> texts
            ? texts.Slot(slot)[Below(words.Count, random)]
            : "";

    private static int Below(int bound, IRandomSource random)
    {
        // 2^32 is so far above the bounds here that the bias of the remainder tells nobody anything.
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        random.Fill(bytes);
        uint drawn = BitConverter.ToUInt32(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return (int)(drawn % (uint)bound);
    }
}
