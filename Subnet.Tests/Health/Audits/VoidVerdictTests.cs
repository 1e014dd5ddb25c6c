using Google.Protobuf;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.InferenceV1;
using Subnet.Health.Rpc.ValidationV1;

namespace Subnet.Tests.Health.Audits;

/// <summary>
/// Protocol 4, verdicts: a validator that does not open its plan, or opens what does not rebuild, gets no verdict, and its miner is not harmed. It meets a real miner and a real co-validator.
/// </summary>
[TestFixture]
internal sealed class VoidVerdictTests
{
    [Test]
    public async Task Of_a_file_that_is_not_what_was_planned_served_and_receipted_nobody_signs_a_verdict()
    {
        await using AuditNetwork network = await AuditNetwork.StartAsync();
        PlayedValidator validator = network.Validator;
        long[][] rows = validator.DrawRows(2);
        AuditOpen honest = await validator.AskThroughAnEpochAsync(rows);
        ProveReply proved = await validator.ProveAsync(honest);
        Assert.That(proved.OutcomeCase, Is.EqualTo(ProveReply.OutcomeOneofCase.Proof), proved.Refusal);

        // Another master than planned; a leaf that no plan has; a reply whose receipt is left out. The miner's proof does not help.
        AuditOpen chosen = honest.Clone();
        chosen.Audits[0].Master = ByteString.CopyFrom(new byte[32]);
        AuditOpen more = honest.Clone();
        more.OtherLeaves.Add(ByteString.CopyFrom(new byte[32]));
        AuditOpen bare = honest.Clone();
        bare.Audits[1].Receipt = ByteString.Empty;
        foreach ((AuditOpen open, string code) in new[] { (chosen, "no-receipt"), (more, "not-the-plan"), (bare, "no-receipt") })
        {
            validator.Sign(open);
            GrpcException unsigned = (await Assert.ThrowsAsync<GrpcException>(() => validator.ReviewAsync(open, proved.Proof)))!;
            Assert.That(unsigned.Status.Code, Is.EqualTo(GrpcStatusCode.FailedPrecondition));
            Assert.That(unsigned.Message, Does.Contain($"({code})").And.Contain("no verdict"));
        }

        ReviewReply signed = await validator.ReviewAsync(honest, proved.Proof);
        Assert.That(signed.Statement.ToStringUtf8(), Does.Contain("\"result\":\"pass\""));
    }
}
