using Subnet.Crypto.CanonicalJson;
using Subnet.Crypto.Identity;

namespace Subnet.Health.Scoring;

/// <summary>A fault and whose it is. Together with the signed messages that show it, it is evidence that nobody has to believe.</summary>
/// <param name="Fault">What.</param>
/// <param name="Party">Whose: a validator's or the clinic's key; empty where nobody's.</param>
/// <param name="Miner">Whose score it concerns; empty for the whole batch.</param>
internal sealed record ScoringFinding(ScoringFault Fault, ReadOnlyMemory<byte> Party, ReadOnlyMemory<byte> Miner)
{
    /// <summary>Signs the finding.</summary>
    public ScoringMessage Sign(SigningKey by, ReadOnlyMemory<byte> batch)
    {
        CanonicalObject members = new()
        {
            ["batch"] = Convert.ToHexStringLower(batch.Span),
            ["code"] = ScoringFaults.Word(Fault),
        };
        if (!Party.IsEmpty)
        {
            members["party"] = Convert.ToHexStringLower(Party.Span);
        }

        if (!Miner.IsEmpty)
        {
            members["miner"] = Convert.ToHexStringLower(Miner.Span);
        }

        return ScoringMessage.Of(SignedStatement.Sign(by, ScoringDomains.Fault, members));
    }
}
