using Subnet.Core.Ledger;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.Registration;
using Subnet.Core.State;
using Subnet.Tests.Support;

namespace Subnet.Tests.Core.Registration;

[TestFixture]
internal sealed class ModelCallsTests
{
    private static readonly Hash256 Card = Hash256.Of("card"u8);
    private static readonly byte[] Point = [2, .. new byte[32]];

    [Test]
    public void Commitment_belongs_to_the_hotkey_that_registered_it_first()
    {
        using TestLedger ledger = new(services: new LedgerServices(new HashSignatureVerifier(), null, new OneByteOpening()));
        ushort netuid = ledger.CreateSubnet();
        ledger.Do("bob", new RegisterNeuronCall(netuid, TestLedger.Key("bob-hot"), ulong.MaxValue));
        byte[] good = [0xaa];
        Assert.Multiple(() =>
        {
            Is_(RejectionReason.NotAMiner, "nobody", new RegisterModelCall(netuid, 1, Card, Point, good));
            Is_(RejectionReason.CommitmentInvalid, "bob-hot", new RegisterModelCall(netuid, 1, Card, Point, new byte[] { 1 }));
            Is_(RejectionReason.CommitmentInvalid, "bob-hot", new RegisterModelCall(netuid, 1, Card, new byte[31], default));
            Is_(RejectionReason.CommitmentInvalid, "bob-hot", new RegisterModelCall(netuid, 1, Card, new byte[32], good));
            Is_(RejectionReason.None, "bob-hot", new RegisterModelCall(netuid, 1, Card, Point, good));
            Is_(RejectionReason.ModelExists, "alice-hot", new RegisterModelCall(netuid, 1, Card, Point, good));
            Is_(RejectionReason.CommitmentOwnedByAnother, "alice-hot", new RegisterModelCall(netuid, 1, Hash256.Of("copy"u8), Point, good));
            Is_(RejectionReason.None, "bob-hot", new RegisterModelCall(netuid, 1, Hash256.Of("a second card"u8), Point, good));
            Is_(RejectionReason.None, "alice-hot", new RegisterModelCall(netuid, 1, Hash256.Of("forest"u8), new byte[32], default));
            Is_(RejectionReason.ModelNotFound, "alice-hot", new RetireModelCall(netuid, Card));
            Is_(RejectionReason.None, "bob-hot", new RetireModelCall(netuid, Card));
            Is_(RejectionReason.ModelNotFound, "bob-hot", new RetireModelCall(netuid, Card));
        });
        ModelRegistration model = ledger.State.Models[new ModelKey(netuid, Card)];
        Assert.That(model.RetiredHeight, Is.GreaterThan(model.Height));

        void Is_(RejectionReason expected, string signer, LedgerCall call) => Assert.That(ledger.Submit(signer, call), Is.EqualTo(expected), $"{call}");
    }

    [Test]
    public void Anchored_log_never_shrinks_forks_or_changes_hands()
    {
        using TestLedger ledger = new();
        Hash256 root = Hash256.Of("root"u8);
        Assert.Multiple(() =>
        {
            Is_(RejectionReason.OriginInvalid, "bob", new AnchorCheckpointCall("", 1, root));
            Is_(RejectionReason.OriginInvalid, "bob", new AnchorCheckpointCall("a b", 1, root));
            Is_(RejectionReason.None, "bob", new AnchorCheckpointCall("audit.example/clinic-7", 5, root));
            Is_(RejectionReason.OriginOwnedByAnother, "carol", new AnchorCheckpointCall("audit.example/clinic-7", 6, root));
            Is_(RejectionReason.AnchorRollback, "bob", new AnchorCheckpointCall("audit.example/clinic-7", 4, root));
            Is_(RejectionReason.AnchorRollback, "bob", new AnchorCheckpointCall("audit.example/clinic-7", 5, root));
            Is_(RejectionReason.AnchorFork, "bob", new AnchorCheckpointCall("audit.example/clinic-7", 5, Hash256.Of("other"u8)));
            Is_(RejectionReason.None, "bob", new AnchorCheckpointCall("audit.example/clinic-7", 6, Hash256.Of("other"u8)));
        });
        Assert.That(ledger.State.Anchors[new AnchorKey("audit.example/clinic-7")].Size, Is.EqualTo(6UL));

        void Is_(RejectionReason expected, string signer, LedgerCall call) => Assert.That(ledger.Submit(signer, call), Is.EqualTo(expected), $"{call}");
    }

    private sealed class OneByteOpening : IModelCommitmentVerifier
    {
        public bool Verify(
            ushort netuid, ulong epoch, ReadOnlySpan<byte> hotkey, ReadOnlySpan<byte> card, ReadOnlySpan<byte> commitment, ReadOnlySpan<byte> opening) =>
            opening.SequenceEqual((ReadOnlySpan<byte>)[0xaa]);
    }
}
