using Subnet.Core.State;

namespace Subnet.Core.Ledger;

/// <summary>
/// How a ledger begins. Its hash covers the content in canonical form (not the file's spelling) and is in every signature, so that two
/// networks never accept each other's transactions or blocks.
/// </summary>
/// <param name="Network">Name, 1 to 32 of a-z, 0-9 and <c>-</c>.</param>
/// <param name="Sequencer">Key that signs blocks; its account receives the fees.</param>
/// <param name="Administrator">May do at once what a vote may; zero for nobody.</param>
/// <param name="TimeMs">Time of genesis, milliseconds since 1970 UTC.</param>
/// <param name="BlockTimeMs">Time between blocks, in milliseconds.</param>
/// <param name="Parameters">Settings of the whole network.</param>
/// <param name="Balances">First balances in rao, ascending by account.</param>
public sealed record Genesis(
    string Network,
    AccountId Sequencer,
    AccountId Administrator,
    ulong TimeMs,
    uint BlockTimeMs,
    GlobalParameters Parameters,
    IReadOnlyList<GenesisBalance> Balances)
{
    /// <summary>Longest name of a network.</summary>
    public const int MaxNetworkLength = 32;

    /// <summary>Highest total of the balances: the supply cap of 21 million TAO, in rao.</summary>
    public const ulong SupplyCap = 21_000_000_000_000_000;

    /// <summary>SHA-256 of <c>subnet-genesis/1 LF</c> and the content; computed at each call.</summary>
    public Hash256 Hash => ComputeHash();

    /// <summary>Whether a name may be a network's.</summary>
    public static bool IsNetworkName(string name) =>
        name.Length is > 0 and <= MaxNetworkLength && name.All(static c => c is >= 'a' and <= 'z' or >= '0' and <= '9' or '-');

    /// <summary>The state before block 1, sealed.</summary>
    public LedgerState CreateState()
    {
        LedgerState state = new();
        ulong issuance = 0;
        foreach (GenesisBalance balance in Balances)
        {
            state.Accounts.Set(balance.Account, new Account(balance.Rao, 0));
            issuance = checked(issuance + balance.Rao);
        }

        state.Global.Set(default, new GlobalState(issuance, 0, 0, 0, 1, Administrator, 1));
        state.Parameters.Set(default, Parameters);
        state.Seal();
        return state;
    }

    private Hash256 ComputeHash()
    {
        CanonicalWriter writer = new();
        writer.Raw("subnet-genesis/1\n"u8);
        writer.Text(Network);
        writer.Account(Sequencer);
        writer.Account(Administrator);
        writer.U64(TimeMs);
        writer.U32(BlockTimeMs);
        Parameters.Write(writer);
        writer.U32((uint)Balances.Count);
        foreach (GenesisBalance balance in Balances)
        {
            writer.Account(balance.Account);
            writer.U64(balance.Rao);
        }

        return Hash256.Of(writer.Written);
    }
}

/// <summary>A balance that a ledger begins with.</summary>
/// <param name="Account">Whose.</param>
/// <param name="Rao">How much, above zero.</param>
public readonly record struct GenesisBalance(AccountId Account, ulong Rao);
