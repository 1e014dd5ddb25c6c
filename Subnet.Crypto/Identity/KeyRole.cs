namespace Subnet.Crypto.Identity;

/// <summary>What a key is for.</summary>
public enum KeyRole
{
    /// <summary>Owns the balance and the stake; kept offline.</summary>
    Coldkey,

    /// <summary>Signs requests, receipts, weights and proofs of a running miner, validator or clinic.</summary>
    Hotkey,
}
