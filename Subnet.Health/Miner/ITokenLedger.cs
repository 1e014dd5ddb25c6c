using Subnet.Crypto.Tokens;

namespace Subnet.Health.Miner;

/// <summary>What a miner needs from the ledger to judge a token.</summary>
internal interface ITokenLedger
{
    /// <summary>The current epoch.</summary>
    ulong Epoch { get; }

    /// <summary>The issuer's keys as the ledger has them now.</summary>
    TokenKeySet Keys { get; }
}
