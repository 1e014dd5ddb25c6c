using Subnet.Crypto.Identity;
using Subnet.Health.Audits;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.InferenceV1;
using Subnet.Health.Rpc.ValidationV1;

namespace Subnet.Tests.Health.Audits;

/// <summary>
/// Protocol 4, rows that nobody proves or signs: more than n/4 different ones, and such as the card does not admit. A validator whose own planner does not keep to that meets a real miner
/// and a real co-validator over gRPC: ledger, issuer, tokens, queries, receipts, plan and opening are what an honest one's are.
/// </summary>
[TestFixture]
internal sealed class OpenedRowLimitTests
{
    [Test]
    public async Task Beyond_a_quarter_of_the_features_the_miner_proves_nothing_and_the_co_validator_signs_nothing_while_up_to_it_both_do()
    {
        await using AuditNetwork network = await AuditNetwork.StartAsync();
        PlayedValidator greedy = network.Validator;
        int most = OpenedRowStore.MostRows(greedy.Features);
        long[][] rows = greedy.DrawRows(most + 1);

        // What is allowed, first: the miner proves and the co-validator signs that it did.
        await ProvesAndSignsAsync(network, rows[..most]);

        // One row more, in the epoch after: it is answered like any query, and that is all that comes of it.
        AuditOpen beyond = await greedy.AskThroughAnEpochAsync(rows[most..]);
        ProveReply refused = await greedy.ProveAsync(beyond);
        Assert.That((refused.OutcomeCase, refused.Refusal), Is.EqualTo((ProveReply.OutcomeOneofCase.Refusal, "too-many-rows")));
        GrpcException unsigned = (await Assert.ThrowsAsync<GrpcException>(() => greedy.ReviewAsync(beyond, null)))!;
        Assert.That(unsigned.Status.Code, Is.EqualTo(GrpcStatusCode.FailedPrecondition));
        Assert.That(unsigned.Message, Does.Contain($"more than {most} different audit rows"));

        // Rows that were counted before cost nothing.
        await ProvesAndSignsAsync(network, rows[..1]);
    }

    [Test]
    public async Task Row_that_the_card_does_not_admit_combined_rows_included_is_neither_proved_nor_signed_and_convicts_no_honest_miner()
    {
        // Beyond the ranges an answer wraps modulo t, and no weights explain it over the integers: an honest miner could prove nothing. A unit vector (attack 23) asks for one weight alone.
        await using AuditNetwork network = await AuditNetwork.StartAsync();
        PlayedValidator validator = network.Validator;
        long[] row = validator.DrawRows(1)[0];
        long[] wraps = [row[0], 1L << 40, .. row[2..]];
        long[] unit = [.. Enumerable.Range(0, row.Length).Select(i => i == 1 ? 1L : 0)];

        // Attack 21: two rows in one vector, as a knapsack; the product is their two answers in one.
        long[] other = validator.DrawRows(1)[0];
        long[] combined = [.. row.Zip(other, (a, b) => a + (b << 12))];
        foreach (long[] foreign in new[] { wraps, unit, combined })
        {
            AuditOpen open = await validator.AskThroughAnEpochAsync(row, foreign);
            Assert.That((await validator.ProveAsync(open)).Refusal, Is.EqualTo("malformed-audit"));
            GrpcException unsigned = (await Assert.ThrowsAsync<GrpcException>(() => validator.ReviewAsync(open, null)))!;
            Assert.That(unsigned.Status.Code, Is.EqualTo(GrpcStatusCode.InvalidArgument));
            Assert.That(unsigned.Message, Does.Contain("rows that its card admits"));

            // Nor with integers that no signed statement can hold.
            open.Audits[0].Rows[0].Values[1] = long.MaxValue;
            Assert.That((await Assert.ThrowsAsync<GrpcException>(() => validator.ProveAsync(open)))!.Status.Code, Is.EqualTo(GrpcStatusCode.Unauthenticated));
            Assert.That((await Assert.ThrowsAsync<GrpcException>(() => validator.ReviewAsync(open, null)))!.Status.Code, Is.EqualTo(GrpcStatusCode.InvalidArgument));
        }

        await ProvesAndSignsAsync(network, [row]);
    }

    private static async Task ProvesAndSignsAsync(AuditNetwork network, long[][] rows)
    {
        AuditOpen open = await network.Validator.AskThroughAnEpochAsync(rows);
        ProveReply proved = await network.Validator.ProveAsync(open);
        Assert.That(proved.OutcomeCase, Is.EqualTo(ProveReply.OutcomeOneofCase.Proof), proved.Refusal);
        ReviewReply signed = await network.Validator.ReviewAsync(open, proved.Proof);
        Assert.That(signed.Statement.ToStringUtf8(), Does.Contain("\"result\":\"pass\""));
        Assert.That(DomainSignature.Verify(network.CoValidatorKey.PublicKey, AuditReview.Domain, signed.Statement.Span, signed.Signature.Span), Is.True);
    }
}
