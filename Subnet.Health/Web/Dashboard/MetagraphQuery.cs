namespace Subnet.Health.Web.Dashboard;

/// <summary>A column of the metagraph.</summary>
/// <param name="Word">Its word in the address.</param>
/// <param name="Title">Its head.</param>
/// <param name="Meaning">What it is, for a pointer that rests on the head.</param>
/// <param name="Key">What it is sorted by.</param>
internal sealed record MetagraphColumn(string Word, string Title, string Meaning, Func<MetagraphRow, IComparable> Key)
{
    /// <summary>Whether its values are text and stand left.</summary>
    public bool IsText => Word is "hotkey" or "coldkey";

    /// <summary>All columns from left to right.</summary>
    public static IReadOnlyList<MetagraphColumn> All { get; } =
    [
        new("uid", "UID", "Slot of the neuron", static r => r.Uid),
        new("stake", "Stake", "Alpha staked behind the hotkey", static r => r.Stake),
        new("rank", "Rank", "Stake-weighted sum of the clipped weights on it", static r => r.Rank ?? -1),
        new("trust", "Trust", "Rank over the rank without clipping", static r => r.Trust ?? -1),
        new("consensus", "Consensus", "Stake-weighted median of the weights on it", static r => r.Consensus),
        new("incentive", "Incentive", "Share as a miner", static r => r.Incentive),
        new("dividends", "Dividends", "Share as a validator", static r => r.Dividends),
        new("emission", "Emission", "Alpha of the last epoch", static r => r.Emission),
        new("vtrust", "VTrust", "What consensus left of its weights", static r => r.ValidatorTrust),
        new("permit", "Permit", "Whether its weights count", static r => r.Permit),
        new("updated", "Updated", "Blocks since it set weights", static r => r.Updated),
        new("active", "Active", "Whether that is within the activity cutoff", static r => r.Active),
        new("hotkey", "Hotkey", "The key that serves", static r => r.Hotkey),
        new("coldkey", "Coldkey", "Its owner", static r => r.Coldkey),
    ];
}

/// <summary>How a metagraph is sorted and filtered.</summary>
/// <param name="Sort">Column.</param>
/// <param name="IsDescending">Largest first.</param>
/// <param name="Text">Part of a hotkey or coldkey, or a uid; empty for all.</param>
/// <param name="Show">all, validators, miners or active.</param>
internal sealed record MetagraphQuery(MetagraphColumn Sort, bool IsDescending, string Text, string Show)
{
    /// <summary>The words of <see cref="Show"/>.</summary>
    public static IReadOnlyList<string> Groups { get; } = ["all", "validators", "miners", "active"];

    /// <summary>Reads the address; what is not understood is as if it were not there.</summary>
    public static MetagraphQuery Read(IQueryCollection query)
    {
        ArgumentNullException.ThrowIfNull(query);
        string text = query["q"].ToString().Trim(), show = query["show"].ToString();
        return new MetagraphQuery(
            MetagraphColumn.All.FirstOrDefault(c => c.Word == query["sort"]) ?? MetagraphColumn.All[0],
            query["dir"] == "desc",
            text.Length <= 64 ? text : text[..64],
            Groups.Contains(show) ? show : "all");
    }

    /// <summary>The rows that are shown, in order; ties are by uid.</summary>
    public IReadOnlyList<MetagraphRow> Apply(IEnumerable<MetagraphRow> rows)
    {
        IEnumerable<MetagraphRow> shown = rows.Where(IsShown);
        return [.. IsDescending
            ? shown.OrderByDescending(Sort.Key).ThenBy(static r => r.Uid)
            : shown.OrderBy(Sort.Key).ThenBy(static r => r.Uid)];
    }

    /// <summary>The address of the same table sorted by a column; a second time the other way round.</summary>
    public string Link(MetagraphColumn column)
    {
        bool descending = column == Sort ? !IsDescending : !column.IsText && column.Word != "uid";
        string rest = (Text.Length > 0 ? "&q=" + Uri.EscapeDataString(Text) : "") + (Show != "all" ? "&show=" + Show : "");
        return $"?sort={column.Word}&dir={(descending ? "desc" : "asc")}{rest}";
    }

    private bool IsShown(MetagraphRow row) =>
        (Show switch { "validators" => row.Permit, "miners" => row.Incentive > 0, "active" => row.Active, _ => true })
        && (Text.Length == 0
            || row.Hotkey.Contains(Text, StringComparison.OrdinalIgnoreCase)
            || row.Coldkey.Contains(Text, StringComparison.OrdinalIgnoreCase)
            || row.Uid.ToString(System.Globalization.CultureInfo.InvariantCulture) == Text);
}
