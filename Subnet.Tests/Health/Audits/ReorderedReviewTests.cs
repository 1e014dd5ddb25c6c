using Subnet.Health.Rpc;
using Subnet.Health.Rpc.InferenceV1;
using Subnet.Health.Rpc.ValidationV1;

namespace Subnet.Tests.Health.Audits;

/// <summary>Requests to co-sign that come twice, or after the next ones.</summary>
[TestFixture]
internal sealed class ReorderedReviewTests
{
    [Test]
    public async Task Audit_file_that_comes_twice_is_signed_alike_and_one_overtaken_by_the_next_epoch_is_refused_with_the_epoch_it_belonged_to()
    {
        await using AuditNetwork network = await AuditNetwork.StartAsync();
        PlayedValidator validator = network.Validator;
        long[][] rows = validator.DrawRows(2);
        AuditOpen first = await validator.AskThroughAnEpochAsync(rows[0]);
        LinearProof proof = (await validator.ProveAsync(first)).Proof;
        ReviewReply once = await validator.ReviewAsync(first, proof);
        Assert.That(await validator.ReviewAsync(first, proof), Is.EqualTo(once), "the same statement under the same signature");
        Assert.That((await validator.ProveAsync(first)).OutcomeCase, Is.EqualTo(ProveReply.OutcomeOneofCase.Proof), "nor does the miner count its rows again");

        AuditOpen second = await validator.AskThroughAnEpochAsync(rows[1]);
        GrpcException late = (await Assert.ThrowsAsync<GrpcException>(() => validator.ReviewAsync(first, proof)))!;
        Assert.That(late.Status.Code, Is.EqualTo(GrpcStatusCode.FailedPrecondition));
        Assert.That(late.Message, Does.Contain($"Epoch {first.Epoch} is judged in epoch {first.Epoch + 1}; it is epoch {second.Epoch + 1} now."));
        LinearProof own = (await validator.ProveAsync(second)).Proof;
        Assert.That((await validator.ReviewAsync(second, own)).Statement.ToStringUtf8(), Does.Contain("\"result\":\"pass\""), "the one in its place is signed all the same");
    }
}
