using System.Globalization;
using Subnet.Health.Cli.Errors;

namespace Subnet.Health.Cli.Commands.Validators;

/// <summary>Options of the form <c>NETUID=VALUE</c>.</summary>
internal static class NetuidPairs
{
    /// <summary>Reads them.</summary>
    /// <exception cref="CommandException">One is of another form, or a subnet is named twice.</exception>
    public static IReadOnlyDictionary<ushort, string> Read(string option, IEnumerable<string> values)
    {
        Dictionary<ushort, string> pairs = [];
        foreach (string value in values)
        {
            int at = value.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0 || at == value.Length - 1 || !ushort.TryParse(value[..at], NumberStyles.None, CultureInfo.InvariantCulture, out ushort netuid)
                || !pairs.TryAdd(netuid, value[(at + 1)..]))
            {
                throw new CommandException(ErrorCodes.Usage, $"'{value}' is not of the form NETUID=VALUE, or names a subnet twice.", $"Give {option} once for each subnet.");
            }
        }

        return pairs;
    }
}
