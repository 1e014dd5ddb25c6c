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
    private const ulong EpochBlocks = 30;

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
        ulong now = AccessEpoch(ledger);
        ProofContext context = ProofContext.ForRegistration(netuid, now, TestLedger.Key("bob-hot").ToArray(), card);
        byte[] count = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(count, 3);
        byte[] proof = [.. count, .. OpeningProof.Prove(context, opening, generators, random)];
        byte[] longer = [.. proof];
        longer[0] = 0xff;
        Assert.Multiple(() =>
        {
            Is_(RejectionReason.CommitmentInvalid, "alice-hot", now, proof);
            Is_(RejectionReason.CommitmentInvalid, "bob-hot", now - 1, proof);
            Is_(RejectionReason.CommitmentInvalid, "bob-hot", now, longer);
            Is_(RejectionReason.CommitmentInvalid, "bob-hot", now, [1, 2]);
            Is_(RejectionReason.None, "bob-hot", now, proof);
        });

        void Is_(RejectionReason expected, string signer, ulong epoch, byte[] evidence) => Assert.That(
            ledger.Submit(signer, new RegisterModelCall(netuid, epoch, new Hash256(card), commitment, evidence)), Is.EqualTo(expected));
    }

    [Test]
    public void Opening_proof_counts_in_the_epoch_it_names_and_the_next_and_in_no_other()
    {
        using OperatingSystemRandomSource random = new();
        using TestLedger ledger = Ready(out ushort netuid);
        GeneratorSet generators = GeneratorSet.Create(1);
        ulong now = AccessEpoch(ledger);
        ledger.Skip((int)((EpochBlocks * (now + 1)) - (ledger.Engine.Height + 1)));
        Assert.That(AccessEpoch(ledger), Is.EqualTo(now + 1), "the next block begins an epoch");
        Assert.Multiple(() =>
        {
            Assert.That(Register(now - 1), Is.EqualTo(RejectionReason.CommitmentInvalid), "two epochs old");
            Assert.That(Register(now + 2), Is.EqualTo(RejectionReason.CommitmentInvalid), "of an epoch to come");
            Assert.That(Register(now), Is.EqualTo(RejectionReason.None));
            Assert.That(Register(now + 1), Is.EqualTo(RejectionReason.None));
        });

        RejectionReason Register(ulong epoch)
        {
            byte[] card = [(byte)epoch, .. new byte[31]];
            using CommitmentOpening opening = CommitmentOpening.Create([5], random);
            ProofContext context = ProofContext.ForRegistration(netuid, epoch, TestLedger.Key("bob-hot").ToArray(), card);
            byte[] proof = [0, 0, 0, 1, .. OpeningProof.Prove(context, opening, generators, random)];
            return ledger.Submit("bob-hot", new RegisterModelCall(netuid, epoch, new Hash256(card), opening.Commit(generators).Bytes.ToArray(), proof));
        }
    }

    [Test]
    public void Model_of_more_weights_than_one_ciphertext_holds_registers_and_a_count_beyond_any_model_does_not()
    {
        using OperatingSystemRandomSource random = new();
        using TestLedger ledger = Ready(out ushort netuid);
        const int Count = 4097;
        GeneratorSet generators = GeneratorSet.Create(Count);
        using CommitmentOpening opening = CommitmentOpening.Create([.. Enumerable.Range(0, Count).Select(i => (long)(i % 7) - 3)], random);
        byte[] card = [9, .. new byte[31]];
        ulong now = AccessEpoch(ledger);
        byte[] count = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(count, Count);
        byte[] proof = OpeningProof.Prove(ProofContext.ForRegistration(netuid, now, TestLedger.Key("bob-hot").ToArray(), card), opening, generators, random);
        byte[] commitment = opening.Commit(generators).Bytes.ToArray();

        Assert.That(Register([0, 1, 0, 1, .. proof]), Is.EqualTo(RejectionReason.CommitmentInvalid));
        Assert.That(Register([.. count, .. proof]), Is.EqualTo(RejectionReason.None));

        RejectionReason Register(byte[] evidence) => ledger.Submit("bob-hot", new RegisterModelCall(netuid, now, new Hash256(card), commitment, evidence));
    }

    /// <summary>That of the next block.</summary>
    private static ulong AccessEpoch(TestLedger ledger) => (ledger.Engine.Height + 1) / EpochBlocks;

    private static TestLedger Ready(out ushort netuid)
    {
        LedgerServices services = NodeServices.Create() with { Signatures = new HashSignatureVerifier() };
        TestLedger ledger = new(TestLedger.Quick with { AccessEpochBlocks = EpochBlocks }, services);
        netuid = ledger.CreateSubnet();
        ledger.Do("bob", new RegisterNeuronCall(netuid, TestLedger.Key("bob-hot"), ulong.MaxValue));

        // Some blocks into the third access epoch: two are over, and the end is far.
        ledger.Skip((int)((2 * EpochBlocks) + 2 - ledger.Engine.Height));
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
