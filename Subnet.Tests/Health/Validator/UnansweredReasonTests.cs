using Subnet.Crypto.Identity;
using Subnet.Health.Clinic;
using Subnet.Health.Review.Entries;
using Subnet.Health.Rpc;
using Subnet.Health.Validator.Challenges;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Validator;

/// <summary>The word under which a validator counts a query without an answer.</summary>
[TestFixture]
internal sealed class UnansweredReasonTests
{
    [TestCase("query-refused", "query-refused")]
    [TestCase("token-refused", "token-refused")]
    [TestCase("because-of-you", "other-refusal")]
    public void Refusal_counts_under_its_code_unless_the_miner_made_the_code_up(string code, string word)
    {
        using SigningKey miner = InProcessLedger.SigningKeyOf("miner-hot");
        RefusalStatement refusal = new(new string('0', 32), new string('0', 64), code, DateTimeOffset.UnixEpoch, MinerKey.Of(miner.PublicKey));
        Assert.That(UnansweredReason.Of(new QueryOutcome(null, null, null, refusal, null)), Is.EqualTo(word));
    }

    [Test]
    public void Bytes_without_the_miners_word_are_a_bad_receipt() => Assert.That(UnansweredReason.Of(QueryOutcome.Bad("the receipt is another miner's")), Is.EqualTo("bad-receipt"));

    [TestCase(GrpcStatusCode.ResourceExhausted, false, "busy")]
    [TestCase(GrpcStatusCode.DeadlineExceeded, false, "timed-out")]
    [TestCase(GrpcStatusCode.Unavailable, true, "unreachable")]
    [TestCase(GrpcStatusCode.Unavailable, false, "call-failed")]
    [TestCase(GrpcStatusCode.Internal, false, "call-failed")]
    public void Failed_call_counts_by_how_far_it_came(GrpcStatusCode code, bool isUnconnected, string word) =>
        Assert.That(UnansweredReason.Of(new GrpcException(code, "gone") { IsUnconnected = isUnconnected }), Is.EqualTo(word));
}
