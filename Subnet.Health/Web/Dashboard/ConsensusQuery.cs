using System.Globalization;

namespace Subnet.Health.Web.Dashboard;

/// <summary>What of an epoch is looked at.</summary>
/// <param name="Epoch">Number of the epoch; null for the newest.</param>
/// <param name="Layer">weights or bonds.</param>
/// <param name="Validator">uid of the chosen cell's validator, or null.</param>
/// <param name="Miner">uid of its miner, or null.</param>
/// <param name="Top">First validator of the window, by its place among the rows.</param>
/// <param name="Left">First miner of the window, by its place among the columns.</param>
internal sealed record ConsensusQuery(ulong? Epoch, string Layer, int? Validator, int? Miner, int Top, int Left)
{
    /// <summary>Reads the address; what is not understood is as if it were not there.</summary>
    public static ConsensusQuery Read(IQueryCollection query)
    {
        ArgumentNullException.ThrowIfNull(query);

        // A click on the whole matrix's picture sends where it was, in pixels, and the picture how many a cell has; the window is put around it.
        string[] per = query["per"].ToString().Split('.');
        int wide = Math.Max(1, Uid(per[0]) ?? 1), high = Math.Max(1, Uid(per[^1]) ?? 1);
        int? x = Uid(query["at.x"]) / wide, y = Uid(query["at.y"]) / high;
        return new ConsensusQuery(
            ulong.TryParse(query["epoch"], NumberStyles.None, CultureInfo.InvariantCulture, out ulong epoch) ? epoch : null,
            query["layer"] == "bonds" ? "bonds" : "weights",
            Uid(query["validator"]),
            Uid(query["miner"]),
            y is null ? Uid(query["top"]) ?? 0 : Math.Max(0, y.Value - (ConsensusModel.WindowRows / 2)),
            x is null ? Uid(query["left"]) ?? 0 : Math.Max(0, x.Value - (ConsensusModel.WindowColumns / 2)));
    }

    private static int? Uid(string? text) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort uid) ? uid : null;
}
