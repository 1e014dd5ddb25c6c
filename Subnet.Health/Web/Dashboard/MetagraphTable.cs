using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Components;

namespace Subnet.Health.Web.Dashboard;

/// <summary>
/// The rows of a metagraph. Thousands of neurons have tens of thousands of cells, so they are written as text and not as components, and without an attribute that
/// is not needed: what is sent and laid out decides how long the page takes. All text in it is digits and SS58 addresses, which need no escaping.
/// </summary>
internal static class MetagraphTable
{
    /// <summary>The table's body.</summary>
    public static MarkupString Body(MetagraphModel model)
    {
        StringBuilder html = new(512 * Math.Max(1, model.Rows.Count));
        CultureInfo culture = CultureInfo.InvariantCulture;
        foreach (MetagraphRow r in model.Rows)
        {
            html.Append(culture, $"<tr><th><a href=\"/subnets/{model.Netuid}/neurons/{r.Uid}\">{r.Uid}</a><td>{Words.BriefTao(r.Stake)}");
            html.Append(culture, $"<td>{Optional(r.Rank)}<td>{Optional(r.Trust)}<td>{r.Consensus:0.0000}<td>{r.Incentive:0.0000}<td>{r.Dividends:0.0000}<td>{r.Emission / 1e9:0.000}");
            html.Append(culture, $"<td>{r.ValidatorTrust:0.0000}<td>{(r.Permit ? "●" : "")}<td>{r.Updated}<td>{(r.Active ? "yes" : "no")}");
            html.Append("<td title=").Append(r.Hotkey).Append('>').Append(Words.Short(r.Hotkey)).Append("<td title=").Append(r.Coldkey).Append('>').Append(Words.Short(r.Coldkey)).Append('\n');
        }

        return new MarkupString(html.ToString());
    }

    /// <summary>The same rows as CSV (RFC 4180).</summary>
    public static string Csv(MetagraphModel model)
    {
        StringBuilder csv = new("uid,stake_alpha,root_stake_rao,rank,trust,consensus,incentive,dividends,emission_alpha,vtrust,permit,updated_blocks,active,hotkey,coldkey\r\n");
        CultureInfo culture = CultureInfo.InvariantCulture;
        foreach (MetagraphRow r in model.Rows)
        {
            csv.Append(culture, $"{r.Uid},{r.Stake},{r.RootStake},{r.Rank:G9},{r.Trust:G9},{r.Consensus:G9},{r.Incentive:G9},{r.Dividends:G9},{r.Emission},{r.ValidatorTrust:G9},{(r.Permit ? 1 : 0)},{r.Updated},{(r.Active ? 1 : 0)},{r.Hotkey},{r.Coldkey}\r\n");
        }

        return csv.ToString();
    }

    private static string Optional(double? value) => value?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "–";
}
