using System.Globalization;
using System.Text;
using CsvHelper;
using Subnet.Health.Circuits;
using Subnet.Health.Models;
using Subnet.Health.Models.Rows;

namespace Subnet.Health.Clinic;

/// <summary>A request's rows as a card takes them.</summary>
/// <param name="Rows">Checked and encoded.</param>
/// <param name="Imputed">For each row the inputs that a constant stands for.</param>
/// <param name="Patient">The patient's reference in the record, where it has one.</param>
/// <param name="Notes">What was passed over in the record, and what holds with a reservation.</param>
internal sealed record CardRows(PreparedRows Rows, IReadOnlyList<IReadOnlyList<string>> Imputed, string? Patient, IReadOnlyList<ClinicInputNote> Notes)
{
    /// <summary>Some of the rows, with what belongs to them.</summary>
    public CardRows Take(int start, int count) => this with { Rows = Rows.Take(start, count), Imputed = [.. Imputed.Skip(start).Take(count)] };
}

/// <summary>
/// Turns what a clinic has (a table, a FHIR record, entered values) into the rows that a card asks for. Every input that is missing or
/// implausible is named; nothing is encrypted before all are good. Nothing that a card does not ask for is read from a record.
/// </summary>
internal static class ClinicRows
{
    /// <summary>Reads the rows of a request.</summary>
    /// <param name="card">The card.</param>
    /// <param name="query">The request.</param>
    /// <param name="today">The day as of which a record is read, unless the request says another.</param>
    /// <exception cref="ClinicException">Inputs are missing or implausible.</exception>
    public static CardRows Read(CardClient card, ClinicQuery query, DateOnly today)
    {
        ArgumentNullException.ThrowIfNull(card);
        ArgumentNullException.ThrowIfNull(query);
        CheckNames(card, query.Set.Keys);
        RecordReading? record = query.Input is ClinicInput.FhirRecordInput fhir
            ? RecordReading.Of(card, fhir.Json, query.AsOf ?? today, query.IsPart2Consent, query.Set.Keys)
            : null;
        try
        {
            return Read(card, query, record);
        }
        catch (ClinicException refused) when (record is not null && refused.Problems.Count > 0)
        {
            throw new ClinicException(refused.Fault, refused.Message, refused.Fix, refused)
            {
                Problems = [.. refused.Problems.Select(problem => Explained(card, query, record, problem))],
            };
        }
    }

    // What the record has instead, or that no record is read for the input.
    private static ClinicInputProblem Explained(CardClient card, ClinicQuery query, RecordReading record, ClinicInputProblem problem)
    {
        string? why = query.Set.ContainsKey(problem.Input) ? null
            : record.WhyNot(problem.Input)
            ?? (Slots(card).Any(slot => slot.Name == problem.Input && slot.Slot.Source is null) ? "no record is read for it, enter it" : null);
        return why is null ? problem : problem with { Reason = $"{problem.Reason}: {why}" };
    }

    private static CardRows Read(CardClient card, ClinicQuery query, RecordReading? record)
    {
        RowBatch batch = query.Input switch
        {
            ClinicInput.CsvInput csv => FromTable(card, csv.Table, query.Set),
            ClinicInput.ValuesInput values => FromValues(card, Merge(values.Values, query.Set)),
            ClinicInput.FhirRecordInput => FromValues(card, Merge(record!.Values, query.Set)),
            _ => throw new ArgumentException("an input of an unknown kind", nameof(query)),
        };
        return new CardRows(Prepare(card, batch), Imputed(card, batch), record?.Patient, record?.Notes ?? []);
    }

    private static PreparedRows Prepare(CardClient card, RowBatch batch)
    {
        if (batch.Count == 0)
        {
            throw new ClinicException(ClinicFault.InputRefused, "The table has no patients.", "Give at least one row below the header.");
        }

        try
        {
            return card.Prepare(batch);
        }
        catch (RowsRefusedException refused)
        {
            throw new ClinicException(
                ClinicFault.InputRefused, refused.Message, "Enter the inputs that are named (--set NAME=VALUE), or ask a model that does without them.", refused)
            {
                Problems = [.. refused.Rows.Select(row => new ClinicInputProblem(row.Row + 1, row.Column, row.Reason))],
            };
        }
    }

    private static RowBatch FromTable(CardClient card, TextReader table, IReadOnlyDictionary<string, string> set)
    {
        ModelSchema schema = new(card.Card.Task, [.. card.Inputs.Select(input => input.Column)], [], []);
        return RowFileReader.Read(set.Count == 0 ? table : WithEntered(card, table, set), schema);
    }

    // Values entered for every row of a table stand as columns of their own behind it, or over one that it has.
    private static StringReader WithEntered(CardClient card, TextReader table, IReadOnlyDictionary<string, string> set)
    {
        using CsvParser parser = new(table, CultureInfo.InvariantCulture, leaveOpen: true);
        StringBuilder text = new();
        using StringWriter writer = new(text, CultureInfo.InvariantCulture);
        using (CsvWriter csv = new(writer, CultureInfo.InvariantCulture))
        {
            string[]? header = null;
            while (parser.Read())
            {
                string[] record = parser.Record!;
                bool isHeader = header is null;
                header ??= record;
                for (int i = 0; i < record.Length; i++)
                {
                    csv.WriteField(!isHeader && i < header.Length && set.TryGetValue(header[i], out string? entered) ? entered : record[i]);
                }

                foreach ((string name, string value) in set.Where(item => !header.Contains(item.Key, StringComparer.Ordinal)))
                {
                    csv.WriteField(isHeader ? name : value);
                }

                csv.NextRecord();
            }
        }

        return new StringReader(text.ToString());
    }

    private static RowBatch FromValues(CardClient card, IReadOnlyDictionary<string, string> values)
    {
        CheckNames(card, values.Keys);
        string[] names = [.. Names(card)];
        StringBuilder text = new();
        using (StringWriter writer = new(text, CultureInfo.InvariantCulture))
        using (CsvWriter csv = new(writer, CultureInfo.InvariantCulture))
        {
            foreach (string name in names)
            {
                csv.WriteField(name);
            }

            csv.NextRecord();
            foreach (string name in names)
            {
                csv.WriteField(values.GetValueOrDefault(name, ""));
            }

            csv.NextRecord();
        }

        ModelSchema schema = new(card.Card.Task, [.. card.Inputs.Select(input => input.Column)], [], []);
        using StringReader reader = new(text.ToString());
        try
        {
            return RowFileReader.Read(reader, schema);
        }
        catch (RowFormatException fault)
        {
            string[] missing = [.. Slots(card).Where(slot => slot.Slot.Missing == MissingRule.Refused && !values.ContainsKey(slot.Name)).Select(slot => slot.Name)];
            throw new ClinicException(
                ClinicFault.InputRefused,
                missing.Length > 0 ? $"The card needs {string.Join(", ", missing)}; nothing was sent." : fault.Message,
                "Enter what is named with --set NAME=VALUE.",
                fault)
            {
                Problems = [.. missing.Select(name => new ClinicInputProblem(1, name, "is missing, and the model needs it"))],
            };
        }
    }

    private static List<IReadOnlyList<string>> Imputed(CardClient card, RowBatch batch)
    {
        List<IReadOnlyList<string>> all = [];
        for (int row = 0; row < batch.Count; row++)
        {
            List<string> imputed = [];
            foreach (CardInput input in card.Inputs)
            {
                for (int slot = 0; slot < input.Slots.Length; slot++)
                {
                    if (input.Slots[slot].Missing != MissingRule.Refused && RowValues.IsMissing(batch, input.Column, slot, row))
                    {
                        imputed.Add(input.NameOf(slot));
                    }
                }
            }

            all.Add(imputed.Count == 0 ? [] : imputed);
        }

        return all;
    }

    private static Dictionary<string, string> Merge(IReadOnlyDictionary<string, string> values, IReadOnlyDictionary<string, string> set)
    {
        Dictionary<string, string> merged = new(values, StringComparer.Ordinal);
        foreach ((string name, string value) in set)
        {
            merged[name] = value;
        }

        return merged;
    }

    private static void CheckNames(CardClient card, IEnumerable<string> names)
    {
        HashSet<string> known = [.. Names(card)];
        string[] unknown = [.. names.Where(name => !known.Contains(name))];
        if (unknown.Length > 0)
        {
            throw new ClinicException(
                ClinicFault.InputRefused,
                $"The card has no input called {string.Join(", ", unknown)}; nothing was sent.",
                $"Its inputs are {string.Join(", ", known.Order(StringComparer.Ordinal))}.")
            {
                Problems = [.. unknown.Select(name => new ClinicInputProblem(1, name, "is no input of the card"))],
            };
        }
    }

    private static IEnumerable<string> Names(CardClient card) => Slots(card).Select(slot => slot.Name);

    private static IEnumerable<(string Name, CardSlot Slot)> Slots(CardClient card) =>
        card.Inputs.SelectMany(input => input.Slots.Select((slot, i) => (input.NameOf(i), slot)));
}
