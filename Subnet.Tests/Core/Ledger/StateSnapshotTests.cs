using System.Buffers.Binary;
using System.IO.Compression;
using Subnet.Core.Ledger;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;
using Subnet.Tests.Support;

namespace Subnet.Tests.Core.Ledger;

/// <summary>Snapshots come from nodes that may lie: whatever the bytes, they are refused with the format error or have another state hash.</summary>
[TestFixture]
internal sealed class StateSnapshotTests
{
    private const int HeaderSize = 1 + 32 + 8 + 32 + 8 + 4;

    [Test]
    public void Mutated_snapshot_is_refused_with_the_format_error_or_is_another_state()
    {
        using TestLedger ledger = new();
        ushort netuid = ledger.CreateSubnet();
        ledger.Do("bob", new RegisterNeuronCall(netuid, TestLedger.Key("bob-hot"), ulong.MaxValue));
        ledger.Do("bob", new AddStakeCall(netuid, TestLedger.Key("bob-hot"), 5 * TestLedger.Tao, 0, false));
        ledger.Do("bob", new SetChildrenCall(netuid, TestLedger.Key("bob-hot"), [new ChildLink(TestLedger.Key("alice-hot"), ulong.MaxValue / 4)]));
        ledger.Do("bob-hot", new SetWeightsCall(netuid, new ushort[] { 0 }, new ushort[] { 65_535 }, 0));
        ledger.Do("carol", new AnchorCheckpointCall("carol.example/log", 3, Hash256.Of("root"u8)));
        ledger.Skip(8);
        byte[] snapshot = StateSnapshot.Write(ledger.State, ledger.Engine.GenesisHash, ledger.Engine.Height, ledger.Engine.TipId, ledger.Engine.TimeMs);
        byte[] tables = Inflate(snapshot);
        Random random = new(63);
        int read = 0;
        for (int i = 0; i < 3_000; i++)
        {
            byte[] changed = Mutation.Apply(tables, random);
            try
            {
                (LedgerState state, _, _) = StateSnapshot.Read(new StoredSnapshot(ledger.Engine.Height, Deflate(snapshot, changed)), ledger.Engine.GenesisHash);
                Assert.That(state.Hash == ledger.State.Hash, Is.EqualTo(changed.AsSpan().SequenceEqual(tables)));
                state.Dispose();
                read++;
            }
            catch (LedgerFormatException)
            {
                continue;
            }
        }

        Assert.That(read, Is.GreaterThan(0), "some changes are only noticed by the hash");
    }

    [Test]
    public void Snapshot_that_claims_more_than_it_can_hold_is_refused_before_it_is_expanded()
    {
        using TestLedger ledger = new();
        ledger.Skip(1);
        byte[] snapshot = StateSnapshot.Write(ledger.State, ledger.Engine.GenesisHash, ledger.Engine.Height, ledger.Engine.TipId, ledger.Engine.TimeMs);
        BinaryPrimitives.WriteUInt32BigEndian(snapshot.AsSpan(HeaderSize - 4), 1 << 30);
        Assert.That(
            () => StateSnapshot.Read(new StoredSnapshot(1, snapshot), ledger.Engine.GenesisHash),
            Throws.TypeOf<LedgerFormatException>().With.Message.Contains("claims"));
    }

    private static byte[] Inflate(byte[] snapshot)
    {
        using DeflateStream inflate = new(new MemoryStream(snapshot[HeaderSize..]), CompressionMode.Decompress);
        using MemoryStream tables = new();
        inflate.CopyTo(tables);
        return tables.ToArray();
    }

    private static byte[] Deflate(byte[] snapshot, byte[] tables)
    {
        using MemoryStream stream = new();
        stream.Write(snapshot.AsSpan(0, HeaderSize - 4));
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, tables.Length);
        stream.Write(length);
        using (DeflateStream deflate = new(stream, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write(tables);
        }

        return stream.ToArray();
    }
}
