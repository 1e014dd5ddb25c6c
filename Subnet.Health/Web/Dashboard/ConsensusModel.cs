using System.Globalization;
using Subnet.Core.Analysis;
using Subnet.Core.Consensus;
using Subnet.Health.Web.Charts;

namespace Subnet.Health.Web.Dashboard;

/// <summary>An epoch's weights or bonds as a matrix: rows are validators with weights or bonds, columns the miners they have them on.</summary>
internal sealed class ConsensusModel
{
    /// <summary>Rows of a window where the whole has too many cells.</summary>
    public const int WindowRows = 64;

    /// <summary>Columns of a window where the whole has too many cells.</summary>
    public const int WindowColumns = 150;

    private readonly ExplainedEpoch epoch;
    private readonly Dictionary<int, IReadOnlyList<PairExplanation>> pairs;

    public ConsensusModel(ushort netuid, string name, ExplainedEpoch epoch, IReadOnlyList<ulong> epochs, ConsensusQuery query)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        ArgumentNullException.ThrowIfNull(query);
        (Netuid, Name, this.epoch, Epochs) = (netuid, name, epoch, epochs);
        int count = epoch.Record.Neurons.Length;
        StoredRows weights = epoch.Record.Input.Weights, bonds = epoch.Record.Input.Bonds;
        AllRows = [.. Enumerable.Range(0, count).Where(uid => !weights.ColumnsOf(uid).IsEmpty || !bonds.ColumnsOf(uid).IsEmpty)];
        AllColumns = [.. AllRows.SelectMany(uid => (ushort[])[.. weights.ColumnsOf(uid), .. bonds.ColumnsOf(uid)]).Distinct().Order().Select(static uid => (int)uid)];
        IsWindow = (long)AllRows.Count * AllColumns.Count > HeatMap.MaxCells;
        Query = IsWindow
            ? query with { Top = Math.Min(query.Top, Math.Max(0, AllRows.Count - WindowRows)), Left = Math.Min(query.Left, Math.Max(0, AllColumns.Count - WindowColumns)) }
            : query with { Top = 0, Left = 0 };
        Rows = IsWindow ? [.. AllRows.Skip(Query.Top).Take(WindowRows)] : AllRows;
        Columns = IsWindow ? [.. AllColumns.Skip(Query.Left).Take(WindowColumns)] : AllColumns;

        // There may be a million pairs: only those of the rows that are drawn are made.
        pairs = Rows.ToDictionary(static uid => uid, uid => (IReadOnlyList<PairExplanation>)[.. epoch.Explanation.PairsOf(uid).Where(p => IsDrawn(p.Miner))]);
        Chosen = Query.Validator is { } v && v < count && Query.Miner is { } m ? epoch.Explanation.PairsOf(v).FirstOrDefault(p => p.Miner == m) : null;
        Scale = pairs.Values.SelectMany(static p => p).Select(ValueOf).DefaultIfEmpty().Max();
    }

    /// <summary>The subnet.</summary>
    public ushort Netuid { get; }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Numbers of the epochs that are kept.</summary>
    public IReadOnlyList<ulong> Epochs { get; }

    /// <summary>What is looked at.</summary>
    public ConsensusQuery Query { get; }

    /// <summary>Number of the epoch.</summary>
    public ulong Index => epoch.Record.Index;

    /// <summary>Block that ran it.</summary>
    public ulong Height => epoch.Record.Height;

    /// <summary>What it read.</summary>
    public EpochInput Input => epoch.Record.Input;

    /// <summary>Why it came out so.</summary>
    public EpochExplanation Explanation => epoch.Explanation;

    /// <summary>uids of all rows.</summary>
    public IReadOnlyList<int> AllRows { get; }

    /// <summary>uids of all columns.</summary>
    public IReadOnlyList<int> AllColumns { get; }

    /// <summary>uids of the rows that are drawn.</summary>
    public IReadOnlyList<int> Rows { get; }

    /// <summary>uids of the columns that are drawn.</summary>
    public IReadOnlyList<int> Columns { get; }

    /// <summary>Whether only a part is drawn.</summary>
    public bool IsWindow { get; }

    /// <summary>Pixels of the screen that a cell of the whole picture is wide.</summary>
    public int PixelWidth => Math.Clamp(1_200 / Math.Max(1, AllColumns.Count), 1, 8);

    /// <summary>Pixels of the screen that a cell of the whole picture is high.</summary>
    public int PixelHeight => Math.Clamp(160 / Math.Max(1, AllRows.Count), 1, 8);

    /// <summary>The chosen pair, or null.</summary>
    public PairExplanation? Chosen { get; }

    /// <summary>Cells drawn where consensus took something away.</summary>
    public int ClippedCount => pairs.Values.Sum(static row => row.Count(IsClipped));

    /// <summary>Address of a hotkey.</summary>
    public string Hotkey(int uid) => Words.Address(epoch.Record.Neurons[uid].Hotkey);

    /// <summary>The drawn pairs of one validator, for the table beside the picture.</summary>
    public IEnumerable<PairExplanation> PairsOf(int validator) => pairs[validator];

    /// <summary>Whether consensus took something of a weight away.</summary>
    public static bool IsClipped(PairExplanation pair) => pair.Normalised > pair.Clipped;

    /// <summary>What a cell shows: the weight among the validator's others, or the validator's share of the bonds on the miner.</summary>
    public double ValueOf(PairExplanation pair) => Query.Layer == "bonds" ? pair.BondShare.ToDouble() : pair.Normalised.ToDouble();

    /// <summary>The cells of the window.</summary>
    public IReadOnlyList<HeatCell> Cells()
    {
        Dictionary<int, int> place = Columns.Select(static (uid, i) => (uid, i)).ToDictionary(static x => x.uid, static x => x.i);
        return
        [
            .. Rows.SelectMany((uid, r) => pairs[uid]
                .Where(p => ValueOf(p) > 0)
                .Select(p => new HeatCell(r, place[p.Miner], ValueOf(p), Query.Layer == "weights" && IsClipped(p), CellWords(p)))),
        ];
    }

    /// <summary>The largest value that is drawn: the darkest colour.</summary>
    public double Scale { get; }

    /// <summary>The consensus row: one cell a miner, each a link to the miner.</summary>
    public IReadOnlyList<HeatCell> ConsensusCells() =>
    [
        .. Columns.Select((uid, c) => new HeatCell(
            0, c, Explanation.Result.Numbers.Consensus[uid].ToDouble(), false, string.Create(CultureInfo.InvariantCulture, $"consensus on miner {uid}: {Explanation.Result.Numbers.Consensus[uid].ToDouble():0.0000}"))),
    ];

    /// <summary>The whole matrix as a picture of one pixel a cell.</summary>
    public byte[] Raster()
    {
        int width = Math.Max(1, AllColumns.Count), height = Math.Max(1, AllRows.Count);
        byte[] pixels = new byte[width * height];
        Dictionary<int, int> place = AllColumns.Select(static (uid, i) => (uid, i)).ToDictionary(static x => x.uid, static x => x.i);
        for (int r = 0; r < AllRows.Count; r++)
        {
            foreach (PairExplanation pair in epoch.Explanation.PairsOf(AllRows[r]))
            {
                byte shade = (byte)(HeatMap.Shade(ValueOf(pair), Scale)[1] - '0');
                pixels[(r * width) + place[pair.Miner]] = Query.Layer == "weights" && IsClipped(pair) ? (byte)10 : shade;
            }
        }

        return PngRaster.Write(width, height, pixels);
    }

    /// <summary>The address of the same page with something changed.</summary>
    public string Link(int? validator = null, int? miner = null, string? layer = null, ulong? index = null, int? top = null, int? left = null)
    {
        string window = IsWindow ? string.Create(CultureInfo.InvariantCulture, $"&top={top ?? Query.Top}&left={left ?? Query.Left}") : "";
        string cell = validator is null ? "" : string.Create(CultureInfo.InvariantCulture, $"&validator={validator}&miner={miner}#why");
        return string.Create(CultureInfo.InvariantCulture, $"/subnets/{Netuid}/consensus?epoch={index ?? Index}&layer={layer ?? Query.Layer}{window}{cell}");
    }

    private bool IsDrawn(int miner) => !IsWindow || (miner >= Columns[0] && miner <= Columns[^1]);

    private string CellWords(PairExplanation pair)
    {
        string what = Query.Layer == "bonds"
            ? string.Create(CultureInfo.InvariantCulture, $"share of bonds {pair.BondShare.ToDouble():0.0000}")
            : string.Create(CultureInfo.InvariantCulture, $"weight {pair.Normalised.ToDouble():0.0000}");
        return string.Create(
            CultureInfo.InvariantCulture, $"validator {pair.Validator}, miner {pair.Miner}: {what}{(IsClipped(pair) && Query.Layer == "weights" ? $", clipped to {pair.Clipped.ToDouble():0.0000}" : "")}");
    }
}
