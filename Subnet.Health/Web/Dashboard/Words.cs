using System.Globalization;
using Subnet.Core.State;
using Subnet.Crypto.Identity;

namespace Subnet.Health.Web.Dashboard;

/// <summary>How numbers, times and names are written on pages.</summary>
internal static class Words
{
    private const decimal RaoPerTao = 1_000_000_000m;

    /// <summary>An amount in smallest units as TAO or alpha, with four decimals.</summary>
    public static string Tao(UInt128 rao) => ((decimal)rao / RaoPerTao).ToString("#,##0.0000", CultureInfo.InvariantCulture);

    /// <summary>An amount in smallest units to the last of its nine decimals.</summary>
    public static string Exact(UInt128 rao) => ((decimal)rao / RaoPerTao).ToString("#,##0.000000000", CultureInfo.InvariantCulture);

    /// <summary>A large amount, rounded to be read at a glance: 1.24 M.</summary>
    public static string Brief(double value) => Math.Abs(value) switch
    {
        >= 1e9 => (value / 1e9).ToString("0.##", CultureInfo.InvariantCulture) + " G",
        >= 1e6 => (value / 1e6).ToString("0.##", CultureInfo.InvariantCulture) + " M",
        >= 1e4 => (value / 1e3).ToString("0.#", CultureInfo.InvariantCulture) + " k",
        >= 100 => value.ToString("0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.###", CultureInfo.InvariantCulture),
    };

    /// <summary>An amount in smallest units, at a glance.</summary>
    public static string BriefTao(UInt128 rao) => Brief((double)rao / 1e9);

    /// <summary>A fraction of 65535 as a fraction of one.</summary>
    public static string Fraction(ushort stored) => (stored / 65535.0).ToString("0.0000", CultureInfo.InvariantCulture);

    /// <summary>A fraction of one.</summary>
    public static string Fraction(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);

    /// <summary>A fraction of one as a percentage.</summary>
    public static string Percent(double value) => (value * 100).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    /// <summary>A number of things.</summary>
    public static string Count(long value) => value.ToString("#,##0", CultureInfo.InvariantCulture);

    /// <summary>A number of things.</summary>
    public static string Count(ulong value) => value.ToString("#,##0", CultureInfo.InvariantCulture);

    /// <summary>A number with six significant digits.</summary>
    public static string Number(double value) => value.ToString("G6", CultureInfo.InvariantCulture);

    /// <summary>The SS58 address of an account.</summary>
    public static string Address(AccountId account) => Ss58Address.Encode(account.ToArray());

    /// <summary>A long name's two ends.</summary>
    public static string Short(string name) => name.Length <= 13 ? name : $"{name[..6]}…{name[^5..]}";

    /// <summary>A time for machines: RFC 3339 UTC with milliseconds.</summary>
    public static string Instant(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>A time for people.</summary>
    public static string Minute(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>A length of time: 2 h 5 min, 48 s.</summary>
    public static string Length(TimeSpan time) => time switch
    {
        { TotalDays: >= 2 } => $"{(int)time.TotalDays} d {time.Hours} h",
        { TotalHours: >= 1 } => $"{(int)time.TotalHours} h {time.Minutes} min",
        { TotalMinutes: >= 1 } => $"{time.Minutes} min {time.Seconds} s",
        _ => time.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture) + " s",
    };
}
