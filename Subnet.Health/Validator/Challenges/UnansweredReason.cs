using Subnet.Health.Clinic;
using Subnet.Health.Review.Entries;
using Subnet.Health.Rpc;

namespace Subnet.Health.Validator.Challenges;

/// <summary>
/// Why a query has no answer that counts, as one word. Words that a miner may choose freely are one here, or it could fill the store and what is printed of it.
/// </summary>
internal static class UnansweredReason
{
    /// <summary>No token of the miner was left; it was not sent.</summary>
    public const string NoToken = "no-token";

    /// <summary>Not sent before its epoch was over.</summary>
    public const string NotSent = "not-sent";

    /// <summary>Sent, and nothing is known of it: this process ended before the answer came, or the epoch did.</summary>
    public const string NoAnswer = "no-answer";

    /// <summary>The miner has retired the keys that it went under.</summary>
    public const string KeysRetired = "keys-retired";

    /// <summary>The miner signed a refusal with a code that the protocol does not know.</summary>
    public const string OtherRefusal = "other-refusal";

    /// <summary>Bytes came, with no receipt or refusal of this miner for this query.</summary>
    public const string BadReceipt = "bad-receipt";

    /// <summary>The miner had no place for it.</summary>
    public const string Busy = "busy";

    /// <summary>Nothing came in time.</summary>
    public const string TimedOut = "timed-out";

    /// <summary>No connection.</summary>
    public const string Unreachable = "unreachable";

    /// <summary>The call ended otherwise: broken off, or refused below the protocol.</summary>
    public const string CallFailed = "call-failed";

    /// <summary>Of what came back instead of an answer.</summary>
    public static string Of(QueryOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        return outcome.Refusal is not { } refusal ? BadReceipt
            : refusal.Code is RefusalStatement.QueryRefused or RefusalStatement.TokenRefused ? refusal.Code
            : OtherRefusal;
    }

    /// <summary>Of a call that failed.</summary>
    public static string Of(GrpcException fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return fault.IsUnconnected ? Unreachable : fault.Status.Code switch
        {
            GrpcStatusCode.ResourceExhausted => Busy,
            GrpcStatusCode.DeadlineExceeded => TimedOut,
            _ => CallFailed,
        };
    }
}
