using System.Buffers.Binary;

namespace Subnet.Health.Review.Verification;

/// <summary>
/// Holds results against the queries before them. Those that are open are in memory, as a rule a handful; where a log has very many that nobody answers, they are put aside, and the
/// results that may be theirs too, and are matched at the end part by part: memory does not grow with the log. Not safe for concurrent use.
/// </summary>
/// <param name="inMemory">Open queries that are kept in memory before they are put aside.</param>
internal sealed class OpenQueries(int inMemory = 1 << 14) : IDisposable
{
    private const int EventAt = 0;
    private const int IndexAt = 16;
    private const int InAt = 24;
    private const int ModelAt = InAt + UInt256.ByteCount;
    private const int KindAt = ModelAt + UInt256.ByteCount;
    private const int RecordBytes = KindAt + 1;
    private const int MostKept = 4096;

    private readonly Dictionary<UInt128, OpenQuery> open = [];
    private readonly List<AnsweredQuery> late = [];
    private readonly List<OpenQuery> firstUnanswered = [];
    private SpilledRecords? aside;
    private bool concluded;
    private long unansweredAside;

    private enum Kind : byte
    {
        Sent,
        Answered,
        Failed,
    }

    /// <summary>Takes a query that was sent.</summary>
    public void Sent(OpenQuery query)
    {
        if (open.Count >= inMemory && !open.ContainsKey(query.Event))
        {
            aside ??= new SpilledRecords(RecordBytes);
            foreach (OpenQuery earlier in open.Values.OrderBy(earlier => earlier.Index))
            {
                Put(Kind.Sent, earlier);
            }

            open.Clear();
        }

        open[query.Event] = query;
    }

    /// <summary>Takes a result.</summary>
    /// <returns>What it answers; null where that shows at the end, see <see cref="Late"/>.</returns>
    public AnsweredQuery? Answered(OpenQuery result)
    {
        if (open.Remove(result.Event, out OpenQuery query))
        {
            return new AnsweredQuery(result, query);
        }

        if (aside is null)
        {
            return new AnsweredQuery(result, null);
        }

        Put(Kind.Answered, result);
        return null;
    }

    /// <summary>Takes the record that a query brought no result: it is not open any more.</summary>
    public void Failed(OpenQuery result)
    {
        if (!open.Remove(result.Event) && aside is not null)
        {
            Put(Kind.Failed, result);
        }
    }

    /// <summary>At the end: the results of which <see cref="Answered"/> could not say what they answer.</summary>
    public IEnumerable<AnsweredQuery> Late()
    {
        Conclude();
        return late;
    }

    /// <summary>At the end: the queries that nothing answers, in order of their place, at most <paramref name="maximum"/>.</summary>
    /// <param name="maximum">How many are wanted.</param>
    /// <param name="count">How many there are.</param>
    public IReadOnlyList<OpenQuery> Unanswered(int maximum, out long count)
    {
        Conclude();
        count = open.Count + unansweredAside;
        return [.. open.Values.Concat(firstUnanswered).OrderBy(query => query.Index).Take(maximum)];
    }

    /// <inheritdoc/>
    public void Dispose() => aside?.Dispose();

    private void Conclude()
    {
        if (concluded || aside is null)
        {
            return;
        }

        concluded = true;
        for (int part = 0; part < SpilledRecords.Parts; part++)
        {
            Dictionary<UInt128, OpenQuery> sent = [];
            foreach (ReadOnlyMemory<byte> bytes in aside.Read(part))
            {
                OpenQuery record = Read(bytes.Span);
                switch ((Kind)bytes.Span[KindAt])
                {
                    case Kind.Sent:
                        sent[record.Event] = record;
                        break;
                    case Kind.Failed:
                        sent.Remove(record.Event);
                        break;
                    default:
                        bool known = sent.Remove(record.Event, out OpenQuery query);
                        KeepIfItMatters(record, known ? query : null);
                        break;
                }
            }

            unansweredAside += sent.Count;
            firstUnanswered.AddRange(sent.Values);
            if (firstUnanswered.Count > 2 * MostKept)
            {
                firstUnanswered.Sort((a, b) => a.Index.CompareTo(b.Index));
                firstUnanswered.RemoveRange(MostKept, firstUnanswered.Count - MostKept);
            }
        }
    }

    /// <summary>What agrees needs no word; of what does not, more than a report holds is not kept.</summary>
    private void KeepIfItMatters(OpenQuery result, OpenQuery? query)
    {
        if ((query is null || query.Value.In != result.In || query.Value.Model != result.Model) && late.Count < MostKept)
        {
            late.Add(new AnsweredQuery(result, query));
        }
    }

    private void Put(Kind kind, OpenQuery query)
    {
        Span<byte> record = stackalloc byte[RecordBytes];
        BinaryPrimitives.WriteUInt128BigEndian(record[EventAt..], query.Event);
        BinaryPrimitives.WriteInt64BigEndian(record[IndexAt..], query.Index);
        query.In.Write(record[InAt..]);
        query.Model.Write(record[ModelAt..]);
        record[KindAt] = (byte)kind;
        aside!.Add(record);
    }

    private static OpenQuery Read(ReadOnlySpan<byte> record) => new(
        BinaryPrimitives.ReadUInt128BigEndian(record[EventAt..]),
        BinaryPrimitives.ReadInt64BigEndian(record[IndexAt..]),
        UInt256.Read(record[InAt..]),
        UInt256.Read(record[ModelAt..]));
}
