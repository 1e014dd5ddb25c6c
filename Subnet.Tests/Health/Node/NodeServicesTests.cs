using System.Buffers.Binary;
using Subnet.Core.Ledger;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Crypto.Commitments;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Proofs;
using Subnet.Crypto.Tokens;
using Subnet.Health.Node;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Node;

/// <summary>The ledger's rules with the real tokens and proofs of Subnet.Crypto.</summary>
[TestFixture]
internal sealed class NodeServicesTests
{
    [Test]
    public void Blind_signed_token_settles_once_for_the_miner_it_names()
    {
        using TokenIssuer issuer = new(BlindRsaSecretKey.Generate());
        using OperatingSystemRandomSource random = new();
        using TestLedger ledger = Ready(out ushort netuid);
        ulong epoch = ledger.Genesis.Parameters.AccessEpochAt(ledger.Engine.Height) + 1;
        byte[] publicKey = issuer.Key.Encoded.ToArray();
        ledger.Do("alice", new PublishIssuerKeyCall(netuid, epoch, 1, publicKey));
        ledger.Do("carol", new PurchaseAccessCall(netuid, epoch, 1, 3, ulong.MaxValue));

        byte[] mine = Issue(issuer, random, netuid, TestLedger.Key("bob-hot"));
        byte[] others = Issue(issuer, random, netuid, TestLedger.Key("carol-hot"));
        byte[] changed = [.. mine];
        changed[^1] ^= 1;
        Assert.Multiple(() =>
        {
            Is_(RejectionReason.TokenInvalid, others);
            Is_(RejectionReason.TokenInvalid, changed);
            Is_(RejectionReason.None, mine);
            Is_(RejectionReason.TokenSpent, mine);
        });

        void Is_(RejectionReason expected, byte[] token) =>
            Assert.That(ledger.Submit("bob-hot", new SettleAccessCall(netuid, epoch, 1, [new TokenBytes(token)])), Is.EqualTo(expected));
    }

    [Test]
    public void Commitment_registers_with_its_own_opening_proof_only()
    {
        using OperatingSystemRandomSource random = new();
        using TestLedger ledger = Ready(out ushort netuid);
        byte[] card = new byte[32];
        card[0] = 7;
        GeneratorSet generators = GeneratorSet.Create(3);
        using CommitmentOpening opening = CommitmentOpening.Create([5, -6, 7], random);
        byte[] commitment = opening.Commit(generators).Bytes.ToArray();
        ProofContext context = ProofContext.ForRegistration(netuid, 9, TestLedger.Key("bob-hot").ToArray(), card);
        byte[] count = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(count, 3);
        byte[] proof = [.. count, .. OpeningProof.Prove(context, opening, generators, random)];
        byte[] longer = [.. proof];
        longer[0] = 0xff;
        Assert.Multiple(() =>
        {
            Is_(RejectionReason.CommitmentInvalid, "alice-hot", 9, proof);
            Is_(RejectionReason.CommitmentInvalid, "bob-hot", 8, proof);
            Is_(RejectionReason.CommitmentInvalid, "bob-hot", 9, longer);
            Is_(RejectionReason.CommitmentInvalid, "bob-hot", 9, [1, 2]);
            Is_(RejectionReason.None, "bob-hot", 9, proof);
        });

        void Is_(RejectionReason expected, string signer, ulong epoch, byte[] evidence) => Assert.That(
            ledger.Submit(signer, new RegisterModelCall(netuid, epoch, new Hash256(card), commitment, evidence)), Is.EqualTo(expected));
    }

    private static TestLedger Ready(out ushort netuid)
    {
        LedgerServices services = NodeServices.Create() with { Signatures = new HashSignatureVerifier() };
        TestLedger ledger = new(TestLedger.Quick with { AccessEpochBlocks = 30 }, services);
        netuid = ledger.CreateSubnet();
        ledger.Do("bob", new RegisterNeuronCall(netuid, TestLedger.Key("bob-hot"), ulong.MaxValue));
        return ledger;
    }

    private static byte[] Issue(TokenIssuer issuer, OperatingSystemRandomSource random, ushort netuid, AccountId miner)
    {
        TokenChallenge challenge = TokenChallenge.ForMiner(AccessTokenVerifier.IssuerOf(netuid), netuid, miner.ToArray());
        using TokenRequest request = TokenRequest.Create(issuer.Key, challenge, random);
        Assert.That(issuer.TryIssue(request.Encoded, out byte[]? response));
        Assert.That(request.TryFinish(response, out Token? token));
        return token!.Encoded.ToArray();
    }
}
