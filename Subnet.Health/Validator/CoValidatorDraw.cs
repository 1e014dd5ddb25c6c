using System.Security.Cryptography;
using Subnet.Core.State;

namespace Subnet.Health.Validator;

/// <summary>
/// Which two validators check another one's audit file. The beacon is the id of the block that ended the epoch: nobody knew it while audits were planned and answered,
/// so neither validator nor miner could arrange for friends.
/// </summary>
internal static class CoValidatorDraw
{
    /// <summary>Co-validators of a verdict.</summary>
    public const int Count = 2;

    /// <summary>Orders the candidates; the first that answer, up to <see cref="Count"/>, are asked.</summary>
    /// <param name="beacon">Id of the block that ended the audited epoch.</param>
    /// <param name="validator">Whose file it is; never drawn for itself.</param>
    /// <param name="miner">Whom it is about.</param>
    /// <param name="candidates">Hotkeys with a validator permit.</param>
    /// <returns>The two drawn ones; fewer where there are no more candidates.</returns>
    public static IReadOnlyList<AccountId> Draw(Hash256 beacon, AccountId validator, AccountId miner, IEnumerable<AccountId> candidates) =>
    [
        .. candidates
            .Where(candidate => candidate != validator && candidate != miner)
            .Distinct()
            .Select(candidate => (Candidate: candidate, Ticket: Ticket(beacon, validator, miner, candidate)))
            .OrderBy(static drawn => drawn.Ticket, StringComparer.Ordinal)
            .Take(Count)
            .Select(static drawn => drawn.Candidate),
    ];

    private static string Ticket(Hash256 beacon, AccountId validator, AccountId miner, AccountId candidate) => Convert.ToHexStringLower(
        SHA256.HashData([.. "subnet-co-validator/1\n"u8, .. beacon.ToArray(), .. validator.ToArray(), .. miner.ToArray(), .. candidate.ToArray()]));
}
