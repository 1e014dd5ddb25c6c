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
        using TestLedger ledger = new(TestLedger.Quick with { AccessEpochBlocks = 1_000_000 }, new LedgerServices(new HashSignatureVerifier(), null, new OneByteOpening()));
        ushort netuid = ledger.CreateSubnet();
        ledger.Do("bob", new RegisterNeuronCall(netuid, TestLedger.Key("bob-hot"), ulong.MaxValue));
        byte[] good = [0xaa];
        Assert.Multiple(() =>
        {
            Is_(RejectionReason.NotAMiner, "nobody", new RegisterModelCall(netuid, 0, Card, Point, good));
            Is_(RejectionReason.CommitmentInvalid, "bob-hot", new RegisterModelCall(netuid, 0, Card, Point, new byte[] { 1 }));
            Is_(RejectionReason.CommitmentInvalid, "bob-hot", new RegisterModelCall(netuid, 1, Card, new byte[31], default));
            Is_(RejectionReason.CommitmentInvalid, "bob-hot", new RegisterModelCall(netuid, 1, Card, new byte[32], good));
            Is_(RejectionReason.CommitmentInvalid, "bob-hot", new RegisterModelCall(netuid, 1, Card, Point, good));
            Is_(RejectionReason.None, "bob-hot", new RegisterModelCall(netuid, 0, Card, Point, good));
            Is_(RejectionReason.ModelExists, "alice-hot", new RegisterModelCall(netuid, 0, Card, Point, good));
            Is_(RejectionReason.CommitmentOwnedByAnother, "alice-hot", new RegisterModelCall(netuid, 0, Hash256.Of("copy"u8), Point, good));
            Is_(RejectionReason.None, "bob-hot", new RegisterModelCall(netuid, 0, Hash256.Of("a second card"u8), Point, good));
            Is_(RejectionReason.None, "alice-hot", new RegisterModelCall(netuid, 1, Hash256.Of("forest"u8), new byte[32], default));
            Is_(RejectionReason.ModelNotFound, "alice-hot", new RetireModelCall(netuid, Card));
            Is_(RejectionReason.None, "bob-hot", new RetireModelCall(netuid, Card));
            Is_(RejectionReason.ModelNotFound, "bob-hot", new RetireModelCall(netuid, Card));
        });
        ModelRegistration model = ledger.State.Models[new ModelKey(netuid, Card)];
        Assert.That(model.RetiredHeight, Is.GreaterThan(model.Height));

        void Is_(RejectionReason expected, string signer, LedgerCall call) => Assert.That(ledger.Submit(signer, call), Is.EqualTo(expected), $"{call}");
    }

    [TestCase(1)]
    [TestCase(0)]
    public void New_model_costs_its_miner_the_bonds_only_where_the_subnet_says_so(int reset)
    {
        using TestLedger ledger = new();
        ushort netuid = ledger.CreateSubnet();
        ledger.Administer(netuid, "max_allowed_uids", 128);
        ledger.Administer(netuid, "mechanism_count", 2);
        ledger.Administer(netuid, "bonds_reset_on", reset);
        foreach (string name in new[] { "bob", "carol", "dave" })
        {
            ledger.Do(name, new RegisterNeuronCall(netuid, TestLedger.Key(name + "-hot"), ulong.MaxValue));
        }

        ledger.Do("bob", new AddStakeCall(netuid, TestLedger.Key("bob-hot"), 500 * TestLedger.Tao, 0, false));
        ledger.Skip(6);
        ushort second = MechanismIndex.Of(netuid, 1);
        ledger.Do("bob-hot", new SetWeightsCall(netuid, new ushort[] { 2, 3 }, new ushort[] { 5, 5 }, 0));
        ledger.Do("bob-hot", new SetWeightsCall(second, new ushort[] { 2 }, new ushort[] { 5 }, 0));
        while (Bonds(netuid).Length == 0)
        {
            ledger.Skip(1);
        }

        Assert.That((Bonds(netuid), Bonds(second)), Is.EqualTo(((ushort[])[2, 3], (ushort[])[2])));
        ledger.Do("carol-hot", new RegisterModelCall(netuid, 1, Card, new byte[32], default));
        Assert.That(Bonds(netuid), Is.EqualTo(reset == 1 ? [3] : (ushort[])[2, 3]));
        Assert.That(Bonds(second), Is.EqualTo(reset == 1 ? [] : (ushort[])[2]), "in every mechanism");

        ushort[] Bonds(ushort index) => ledger.State.Bonds.Find(new NeuronKey(index, 1))?.Uids.ToArray() ?? [];
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
