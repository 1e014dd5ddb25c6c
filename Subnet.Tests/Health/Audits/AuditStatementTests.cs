using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Subnet.Crypto.Proofs;
using Subnet.Health.Audits;
using Subnet.Health.Rpc.InferenceV1;

namespace Subnet.Tests.Health.Audits;

/// <summary>What is signed in an audit's exchange, byte for byte as protocol 8.2 names it: members of the table, bytes above 64 and every list as their hash.</summary>
[TestFixture]
internal sealed class AuditStatementTests
{
    private static readonly byte[] Validator = Filled(0x11);
    private static readonly byte[] Miner = Filled(0x22);
    private static readonly byte[] Card = Filled(0x33);
    private static readonly byte[] Root = Filled(0x44);

    [Test]
    public void Plan_names_subnet_epoch_validator_and_root() => Assert.That(
        Text(AuditStatements.Plan(7, 123456789012, Validator, Root)),
        Is.EqualTo($$"""{"epoch":123456789012,"netuid":7,"root":"{{Hex(Root)}}","validator":"{{Hex(Validator)}}"}"""));

    [Test]
    public void Opened_plan_names_its_audits_by_the_hash_of_a_list_whose_rows_and_receipts_are_hashes_themselves()
    {
        byte[] receipt = Encoding.ASCII.GetBytes("{\"a receipt\":" + new string('1', 70) + "}");
        AuditOpen message = new() { Netuid = 7, Epoch = 5, Validator = Bytes(Validator), Miner = Bytes(Miner), Card = Bytes(Card), PlanRoot = Bytes(Root) };
        message.Audits.Add(Opened(0x55, [[1, -20, 300], [1, 0, 0]], receipt));
        message.Audits.Add(Opened(0x66, [[1, 2, 3]], []));
        string rows = Hash("[[1,-20,300],[1,0,0]]");
        string row = Hash("[[1,2,3]]");
        string audits = Hash(
            $$"""[{"master":"{{Hex(Filled(0x55))}}","receipt":"{{Hex(SHA256.HashData(receipt))}}","rows":"{{rows}}"},{"master":"{{Hex(Filled(0x66))}}","rows":"{{row}}"}]""");

        Assert.That(
            Text(AuditStatements.Open(message)),
            Is.EqualTo($$"""{"audits":"{{audits}}","card":"{{Hex(Card)}}","epoch":5,"miner":"{{Hex(Miner)}}","netuid":7,"validator":"{{Hex(Validator)}}"}"""));
    }

    [Test]
    public void Proof_stands_as_its_hash_and_rho_as_it_is()
    {
        byte[] proof = [.. Enumerable.Range(0, 293).Select(i => (byte)i)];
        byte[] rho = Filled(0x77);
        Subnet.Health.Rpc.InferenceV1.LinearProof message = new() { Audits = Bytes(Root), Proof = Bytes(proof), Rho = Bytes(rho) };

        Assert.That(
            Text(AuditStatements.Proof(7, 5, Validator, Miner, Card, message)),
            Is.EqualTo(
                $$"""{"audits":"{{Hex(Root)}}","card":"{{Hex(Card)}}","epoch":5,"miner":"{{Hex(Miner)}}","netuid":7,"proof":"{{Hex(SHA256.HashData(proof))}}","rho":"{{Hex(rho)}}","validator":"{{Hex(Validator)}}"}"""));
    }

    [TestCase(AuditFault.None, "pass", "valid")]
    [TestCase(AuditFault.ProofInvalid, "fail", "proof-invalid")]
    public void Verdict_names_what_was_checked_and_how_it_ended(object fault, string result, string code)
    {
        string commitment = "02" + new string('a', 64);
        AuditVerdict verdict = new(new ProofContext(7, 5, Miner, Validator, Card), commitment, Root, 12, Filled(0x88), Filled(0x99), (AuditFault)fault);

        Assert.That(
            Text(verdict.ToStatement()),
            Is.EqualTo(
                $$"""{"audits":"{{Hex(Root)}}","card":"{{Hex(Card)}}","code":"{{code}}","commitment":"{{commitment}}","count":12,"epoch":5,"form":"{{Hex(Filled(0x88))}}","miner":"{{Hex(Miner)}}","netuid":7,"proof":"{{Hex(Filled(0x99))}}","result":"{{result}}","validator":"{{Hex(Validator)}}"}"""));
    }

    [Test]
    public void Domains_are_those_of_the_table() => Assert.That(
        new[] { AuditStatements.PlanDomain, AuditStatements.OpenDomain, AuditStatements.ProofDomain, AuditReview.Domain },
        Is.EqualTo(new[] { "subnet-plan/1", "subnet-audit-open/1", "subnet-proof/1", "subnet-verdict/1" }));

    private static Subnet.Health.Rpc.InferenceV1.OpenedAudit Opened(byte master, long[][] rows, byte[] receipt)
    {
        Subnet.Health.Rpc.InferenceV1.OpenedAudit audit = new() { Master = Bytes(Filled(master)), Receipt = Bytes(receipt) };
        foreach (long[] values in rows)
        {
            AuditRow row = new();
            row.Values.AddRange(values);
            audit.Rows.Add(row);
        }

        return audit;
    }

    private static byte[] Filled(byte value) => [.. Enumerable.Repeat(value, 32)];

    private static ByteString Bytes(byte[] bytes) => ByteString.CopyFrom(bytes);

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    private static string Hash(string json) => Hex(SHA256.HashData(Encoding.ASCII.GetBytes(json)));

    private static string Text(byte[] statement) => Encoding.UTF8.GetString(statement);
}
