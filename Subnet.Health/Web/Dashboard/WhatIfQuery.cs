using System.Globalization;
using Subnet.Core.Consensus;

namespace Subnet.Health.Web.Dashboard;

/// <summary>The hyperparameters of a what-if.</summary>
internal static class WhatIfQuery
{
    /// <summary>The epoch's own with what the address changes; a value out of its range is left as it was.</summary>
    public static EpochHyperparameters Read(IQueryCollection query, EpochHyperparameters own)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(own);
        bool isForm = query.ContainsKey("kappa");
        ushort low = Fraction(query["alpha_low"], own.AlphaLow), high = Fraction(query["alpha_high"], own.AlphaHigh);
        return own with
        {
            Kappa = Fraction(query["kappa"], own.Kappa),
            BondsPenalty = Fraction(query["bonds_penalty"], own.BondsPenalty),
            AlphaLow = low <= high ? low : own.AlphaLow,
            AlphaHigh = low <= high ? high : own.AlphaHigh,

            // A box that is not ticked is not sent: only a form that was sent says no.
            LiquidAlpha = isForm ? query["liquid_alpha"] == "on" : own.LiquidAlpha,
        };
    }

    private static ushort Fraction(string? text, ushort own) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort value) ? value : own;
}
