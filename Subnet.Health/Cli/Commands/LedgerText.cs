using System.CommandLine;
using System.Globalization;
using Subnet.Core.State;
using Subnet.Crypto.Identity;
using Subnet.Health.Cli.Errors;

namespace Subnet.Health.Cli.Commands;

/// <summary>How accounts and amounts are written on the command line.</summary>
internal static class LedgerText
{
    private const decimal RaoPerTao = 1_000_000_000m;

    /// <summary>An SS58 address or 64 hexadecimal digits.</summary>
    public static AccountId Account(string text)
    {
        if (AccountId.TryParse(text, out AccountId account))
        {
            return account;
        }

        return Ss58Address.TryDecode(text, out byte[]? key, out string? error)
            ? new AccountId(key)
            : throw new CommandException(ErrorCodes.Usage, $"'{text}' is not an account: {error}.", "Give an SS58 address or 64 hexadecimal digits.");
    }

    /// <summary>The SS58 address of an account.</summary>
    public static string Address(AccountId account) => Ss58Address.Encode(account.ToArray());

    /// <summary>An amount in TAO (or alpha) with up to nine decimals, in its smallest unit; <c>all</c> where that is allowed.</summary>
    public static ulong Amount(string text, bool allowAll = false)
    {
        if (allowAll && text == "all")
        {
            return ulong.MaxValue;
        }

        return decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal tao)
            && tao > 0 && tao <= 21_000_000m && tao * RaoPerTao == decimal.Truncate(tao * RaoPerTao)
            ? (ulong)(tao * RaoPerTao)
            : throw new CommandException(ErrorCodes.Usage, $"'{text}' is not an amount.", $"Give TAO above 0, up to 21000000 and with up to nine decimals, such as 1.5{(allowAll ? ", or all" : "")}.");
    }

    /// <summary>An amount in smallest units, shown in TAO or alpha.</summary>
    public static string Tao(ulong rao) => (rao / RaoPerTao).ToString("0.#########", CultureInfo.InvariantCulture);

    /// <summary>A fraction of 65535 as a percentage.</summary>
    public static string Percent(ushort fraction) => (fraction / 655.35).ToString("0.##", CultureInfo.InvariantCulture) + " %";

    /// <summary>A percentage on the command line as a fraction of 65535, rounded down.</summary>
    public static ushort Fraction(double percent) => percent is >= 0 and <= 100
        ? (ushort)(percent * 655.35)
        : throw new CommandException(ErrorCodes.Usage, "A share is 0 to 100 percent.", "Give a percentage.");

    /// <summary>A SHA-256 digest on the command line.</summary>
    public static Hash256 Digest(string text) => Hash256.TryParse(text, out Hash256 digest)
        ? digest
        : throw new CommandException(ErrorCodes.Usage, $"'{text}' is not a digest.", "Give 64 hexadecimal digits.");

    /// <summary>The option that names one of a subnet's mechanisms.</summary>
    public static Option<int> Mechanism() => new("--mechanism") { Description = "Number of the subnet's mechanism; the first is 0.", HelpName = "N" };

    /// <summary>The place of a subnet's mechanism.</summary>
    public static ushort Place(ushort netuid, int mechanism) => mechanism >= 0 && mechanism < MechanismIndex.Most && MechanismIndex.NetuidOf(netuid) == netuid
        ? MechanismIndex.Of(netuid, mechanism)
        : throw new CommandException(ErrorCodes.Usage, $"Subnet {netuid} cannot have a mechanism {mechanism}.", $"Give a mechanism from 0 to {MechanismIndex.Most - 1}.");

    /// <summary>The argument that names a subnet.</summary>
    public static Argument<ushort> Netuid() => new("NETUID") { Description = "Number of the subnet." };
}
