using System.CommandLine;

namespace Subnet.Health.Cli;

/// <summary>Makes options that also answer to btcli's spellings.</summary>
internal static class OptionNames
{
    /// <summary>
    /// An option <c>--wallet-name</c> that is also found as <c>--wallet.name</c> (first dash as a dot) and
    /// <c>--wallet_name</c>, the two spellings of btcli.
    /// </summary>
    public static Option<T> Create<T>(string name, string description, params string[] aliases)
    {
        List<string> all = [.. aliases];
        string bare = name[2..];
        int dash = bare.IndexOf('-', StringComparison.Ordinal);
        if (dash > 0)
        {
            all.Add(string.Concat("--", bare.AsSpan(0, dash), ".", bare.AsSpan(dash + 1).ToString().Replace('-', '_')));
            all.Add("--" + bare.Replace('-', '_'));
        }

        return new Option<T>(name, [.. all.Distinct(StringComparer.Ordinal)]) { Description = description };
    }
}
