using System.Globalization;
using System.Text.Json;
using Subnet.Core.Governance;
using Subnet.Core.State;

namespace Subnet.Core.Ledger;

/// <summary>
/// The genesis file: JSON with exactly the members format, network, sequencer, administrator (optional), time, block_time_ms, parameters
/// (optional, names of <see cref="GlobalParameterCatalog"/>) and balances. Amounts are decimal strings, accounts 64 hexadecimal digits.
/// </summary>
public static class GenesisFile
{
    /// <summary>Largest file accepted, in bytes.</summary>
    public const int MaxSize = 1 << 24;

    private const string Format = "subnet/genesis/1";

    /// <summary>Reads a file's content.</summary>
    /// <exception cref="LedgerFormatException">Says which member is wrong and what it should be.</exception>
    public static Genesis Parse(ReadOnlyMemory<byte> json)
    {
        if (json.Length > MaxSize)
        {
            throw new LedgerFormatException($"a genesis file of {json.Length} bytes is longer than the {MaxSize} allowed");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 });
            return Read(document.RootElement);
        }
        catch (JsonException e)
        {
            throw new LedgerFormatException($"the genesis file is not JSON: {e.Message}", e);
        }
    }

    /// <summary>Writes a file that <see cref="Parse"/> reads back to the same genesis.</summary>
    public static byte[] Write(Genesis genesis)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteString("format", Format);
            writer.WriteString("network", genesis.Network);
            writer.WriteString("sequencer", genesis.Sequencer.ToString());
            if (!genesis.Administrator.IsZero)
            {
                writer.WriteString("administrator", genesis.Administrator.ToString());
            }

            writer.WriteString(
                "time", DateTimeOffset.FromUnixTimeMilliseconds((long)genesis.TimeMs).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            writer.WriteNumber("block_time_ms", genesis.BlockTimeMs);
            writer.WriteStartObject("parameters");
            foreach (GlobalParameter parameter in GlobalParameterCatalog.All)
            {
                writer.WriteString(parameter.Name, parameter.Get(genesis.Parameters).ToString(CultureInfo.InvariantCulture));
            }

            writer.WriteEndObject();
            writer.WriteStartArray("balances");
            foreach (GenesisBalance balance in genesis.Balances)
            {
                writer.WriteStartObject();
                writer.WriteString("account", balance.Account.ToString());
                writer.WriteString("rao", balance.Rao.ToString(CultureInfo.InvariantCulture));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    private static Genesis Read(JsonElement root)
    {
        Dictionary<string, JsonElement> members = Members(root, "the genesis file");
        foreach (string name in members.Keys)
        {
            if (name is not ("format" or "network" or "sequencer" or "administrator" or "time" or "block_time_ms" or "parameters" or "balances"))
            {
                throw new LedgerFormatException($"the genesis file has an unknown member `{name}`");
            }
        }

        if (Text(members, "format") is var format && format != Format)
        {
            throw new LedgerFormatException($"`format` is `{format}`; this build reads `{Format}`");
        }

        string network = Text(members, "network");
        if (!Genesis.IsNetworkName(network))
        {
            throw new LedgerFormatException("`network` is 1 to 32 characters of a-z, 0-9 and -");
        }

        if (!DateTimeOffset.TryParseExact(
                Text(members, "time"),
                ["yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.fff'Z'"],
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out DateTimeOffset time) || time.ToUnixTimeMilliseconds() < 0)
        {
            throw new LedgerFormatException("`time` is a UTC time such as 2026-01-31T12:00:00.000Z");
        }

        JsonElement blockTime = Need(members, "block_time_ms");
        if (blockTime.ValueKind != JsonValueKind.Number || !blockTime.TryGetUInt32(out uint blockTimeMs) || blockTimeMs == 0)
        {
            throw new LedgerFormatException("`block_time_ms` is a whole number above 0");
        }

        return new Genesis(
            network,
            AccountIn(Text(members, "sequencer"), "sequencer"),
            members.ContainsKey("administrator") ? AccountIn(Text(members, "administrator"), "administrator") : default,
            (ulong)time.ToUnixTimeMilliseconds(),
            blockTimeMs,
            members.TryGetValue("parameters", out JsonElement parameters) ? Parameters(parameters) : GlobalParameters.Default,
            Balances(Need(members, "balances")));
    }

    private static GlobalParameters Parameters(JsonElement element)
    {
        GlobalParameters result = GlobalParameters.Default;
        Dictionary<string, JsonElement> members = Members(element, "`parameters`");
        foreach (string name in members.Keys)
        {
            GlobalParameter parameter = GlobalParameterCatalog.Find(name)
                ?? throw new LedgerFormatException($"`parameters` has an unknown member `{name}`");
            if (!Int128.TryParse(Text(members, name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out Int128 value)
                || !parameter.Allows(value))
            {
                throw new LedgerFormatException($"`{name}` is a decimal string from \"{parameter.Minimum}\" to \"{parameter.Maximum}\"");
            }

            result = parameter.Set(result, value);
        }

        return result;
    }

    private static List<GenesisBalance> Balances(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            throw new LedgerFormatException("`balances` is a list");
        }

        SortedDictionary<AccountId, ulong> balances = [];
        UInt128 total = 0;
        foreach (JsonElement item in element.EnumerateArray())
        {
            Dictionary<string, JsonElement> members = Members(item, "a balance");
            if (members.Count != 2)
            {
                throw new LedgerFormatException("a balance has the members `account` and `rao` and no other");
            }

            AccountId account = AccountIn(Text(members, "account"), "account");
            if (!ulong.TryParse(Text(members, "rao"), NumberStyles.None, CultureInfo.InvariantCulture, out ulong rao) || rao == 0)
            {
                throw new LedgerFormatException("`rao` is a decimal string above 0");
            }

            if (!balances.TryAdd(account, rao))
            {
                throw new LedgerFormatException($"the account {account} has two balances");
            }

            total += rao;
        }

        return total <= Genesis.SupplyCap
            ? [.. balances.Select(static b => new GenesisBalance(b.Key, b.Value))]
            : throw new LedgerFormatException($"the balances add up to {total} rao, more than the {Genesis.SupplyCap} there can ever be");
    }

    private static AccountId AccountIn(string hex, string member) =>
        AccountId.TryParse(hex, out AccountId account)
            ? account
            : throw new LedgerFormatException($"`{member}` is a public key in 64 hexadecimal digits");

    private static string Text(Dictionary<string, JsonElement> members, string name)
    {
        JsonElement element = Need(members, name);
        if (element.ValueKind != JsonValueKind.String)
        {
            throw new LedgerFormatException($"`{name}` is a string");
        }

        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new LedgerFormatException($"`{name}` is not valid text", e);
        }
    }

    private static JsonElement Need(Dictionary<string, JsonElement> members, string name) =>
        members.TryGetValue(name, out JsonElement element) ? element : throw new LedgerFormatException($"`{name}` is missing");

    private static Dictionary<string, JsonElement> Members(JsonElement element, string what)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new LedgerFormatException($"{what} is not a JSON object");
        }

        Dictionary<string, JsonElement> members = new(StringComparer.Ordinal);
        try
        {
            foreach (JsonProperty property in element.EnumerateObject())
            {
                if (!members.TryAdd(property.Name, property.Value))
                {
                    throw new LedgerFormatException($"{what} has the member `{property.Name}` twice");
                }
            }
        }
        catch (InvalidOperationException e)
        {
            throw new LedgerFormatException($"{what} has a member name that is not valid text", e);
        }

        return members;
    }
}
