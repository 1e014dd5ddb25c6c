using System.Text.Json;
using System.Text.Json.Serialization;

namespace Subnet.Health.Network.Demo.Processes;

/// <summary>
/// What the demonstration asks of a party in a process of its own, one JSON object a line on its standard input. Patients' data, tokens and answers go between the parties over
/// gRPC; what goes this way is what a person at the party's keyboard would type and read.
/// </summary>
/// <param name="Do">What to do: start, stop, pending, block, issuer, advance, tally, read, anchor, buy, table, records, outcomes, composition, score.</param>
/// <param name="Height">The newest block; the party waits until its own ledger has it.</param>
internal sealed record PartyRequest(string Do, ulong Height)
{
    /// <summary>start: where keys and randomness come from.</summary>
    public ulong? Seed { get; init; }

    /// <summary>start, table: how much is done.</summary>
    public DemoBudget? Budget { get; init; }

    /// <summary>issuer, table, outcomes, score: the subnet.</summary>
    public ushort Netuid { get; init; }

    /// <summary>buy: the miner.</summary>
    public string? Miner { get; init; }

    /// <summary>buy: rows of a query.</summary>
    public int Rows { get; init; }

    /// <summary>buy: tokens; outcomes: patients; composition: rounds.</summary>
    public int Count { get; init; }
}

/// <summary>A party's answer, one JSON object a line on its standard output; a step on the way has nothing but <see cref="Step"/>.</summary>
internal sealed record PartyReply
{
    /// <summary>Reached while the request still runs.</summary>
    public string? Step { get; init; }

    /// <summary>Why it was not done; null where it was.</summary>
    public string? Error { get; init; }

    /// <summary>start, issuer: where it listens.</summary>
    public Uri? Address { get; init; }

    /// <summary>start: name of its log.</summary>
    public string? LogOrigin { get; init; }

    /// <summary>advance: whether a call waits for the next block.</summary>
    public bool IsWaiting { get; init; }

    /// <summary>block: the height.</summary>
    public ulong Height { get; init; }

    /// <summary>pending: accounts, in hexadecimal.</summary>
    public IReadOnlyList<string>? Accounts { get; init; }

    /// <summary>tally.</summary>
    public DemoTally Tally { get; init; }

    /// <summary>read.</summary>
    public DemoKnowledge? Knowledge { get; init; }

    /// <summary>table, records.</summary>
    public DemoAsked? Asked { get; init; }

    /// <summary>composition.</summary>
    public double Overhead { get; init; }

    /// <summary>score.</summary>
    public DemoOrganicResult? Organic { get; init; }
}

/// <summary>Lines of requests and replies.</summary>
internal static class PartyLine
{
    // Numbers that are not: a model with one outcome only has no AUC, and no rounds have no overhead.
    private static readonly JsonSerializerOptions Options = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, IgnoreReadOnlyProperties = true,
    };

    /// <summary>Writes a message on one line.</summary>
    public static string Write<T>(T message) => JsonSerializer.Serialize(message, Options);

    /// <summary>Reads a message.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static T Read<T>(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(line, Options) ?? throw new InvalidDataException("a message is null");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"a line between the demonstration and a party is no message: {e.Message}", e);
        }
    }
}
