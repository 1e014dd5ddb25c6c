using Subnet.Core.State;
using Subnet.Tests.Support;

namespace Subnet.Tests.Core.State;

[TestFixture]
internal sealed class LedgerStateTests
{
    [Test]
    public void Changes_taken_back_leave_hash_sums_and_indexes_as_they_were()
    {
        using LedgerState state = new();
        Random random = new(2);
        Change(state, random, 200);
        Hash256 before = state.Seal();
        string sums = Sums(state);
        for (int round = 0; round < 30; round++)
        {
            Change(state, random, 50);
            int[] mark = state.Savepoint();
            Change(state, random, 50);
            state.UndoTo(mark);
            Change(state, random, 20);
            state.UndoAll();
            Assert.That(Sums(state), Is.EqualTo(sums));
            Assert.That(state.Seal(), Is.EqualTo(before));
        }
    }

    [Test]
    public void Hash_depends_on_the_records_and_not_on_the_way_to_them()
    {
        using LedgerState one = new();
        Random random = new(3);
        for (int block = 0; block < 20; block++)
        {
            Change(one, random, 100);
            int[] mark = one.Savepoint();
            Change(one, random, 10);
            one.UndoTo(mark);
            one.Seal();
        }

        CanonicalWriter snapshot = new();
        one.WriteAll(snapshot);
        using LedgerState two = new();
        CanonicalReader reader = new(snapshot.Written);
        two.ReadAll(ref reader);
        reader.End();
        Assert.Multiple(() =>
        {
            Assert.That(two.Hash, Is.EqualTo(one.Hash));
            Assert.That(Sums(two), Is.EqualTo(Sums(one)));
        });
        CanonicalWriter again = new();
        two.WriteAll(again);
        Assert.That(again.ToArray(), Is.EqualTo(snapshot.ToArray()));
    }

    [Test]
    public void Snapshot_with_any_bit_flipped_is_refused_or_has_another_hash()
    {
        using LedgerState state = new();
        Change(state, new Random(4), 60);
        state.Seal();
        CanonicalWriter snapshot = new();
        state.WriteAll(snapshot);
        byte[] bytes = snapshot.ToArray();
        Random random = new(5);
        for (int i = 0; i < 500; i++)
        {
            byte[] flipped = [.. bytes];
            flipped[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            using LedgerState read = new();
            try
            {
                CanonicalReader reader = new(flipped);
                read.ReadAll(ref reader);
                reader.End();
                Assert.That(read.Hash, Is.Not.EqualTo(state.Hash));
            }
            catch (LedgerFormatException e)
            {
                Assert.That(e.Message, Is.Not.Empty);
            }
        }
    }

    [Test]
    public void Record_under_the_same_key_in_another_table_gives_another_hash()
    {
        using LedgerState one = new();
        using LedgerState two = new();
        one.Weights.Set(new NeuronKey(1, 2), SparseRow.Empty);
        two.Bonds.Set(new NeuronKey(1, 2), SparseRow.Empty);
        Assert.That(one.Seal(), Is.Not.EqualTo(two.Seal()));
    }

    private static void Change(LedgerState state, Random random, int count)
    {
        for (int i = 0; i < count; i++)
        {
            AccountId account = HashSigner.Named($"account {random.Next(40)}").Account;
            AccountId other = HashSigner.Named($"account {random.Next(40)}").Account;
            ushort netuid = (ushort)random.Next(3);
            bool remove = random.Next(3) == 0;
            switch (random.Next(5))
            {
                case 0 when remove:
                    state.Accounts.Remove(account);
                    break;
                case 0:
                    state.Accounts.Set(account, new Account((ulong)random.Next(), (ulong)random.Next()));
                    break;
                case 1 when remove:
                    state.StakeShares.Remove(new StakeKey(netuid, account, other));
                    break;
                case 1:
                    state.StakePools.Set(new HotkeyKey(netuid, account), new StakePool((ulong)random.Next(), 1, 2));
                    state.StakeShares.Set(new StakeKey(netuid, account, other), new StakeShare((UInt128)random.Next(), 3));
                    break;
                case 2 when remove:
                    state.Children.Remove(new HotkeyKey(netuid, account));
                    break;
                case 2:
                    state.Children.Set(new HotkeyKey(netuid, account), new ChildSet([new ChildLink(other, (ulong)random.Next())]));
                    break;
                case 3:
                    state.Neurons.Set(new NeuronKey(netuid, (ushort)random.Next(100, 60_000)), Neuron.Registered(SampleCalls.DrawAccount(random), 7));
                    break;
                default:
                    state.Hotkeys.Set(account, new HotkeyInfo(other, 5, 6));
                    break;
            }
        }
    }

    private static string Sums(LedgerState state)
    {
        List<string> lines = [$"{state.TotalBalances} {state.StakedOn(0)} {state.StakedOn(1)} {state.StakedOn(2)}"];
        for (int i = 0; i < 40; i++)
        {
            AccountId account = HashSigner.Named($"account {i}").Account;
            lines.Add(string.Join(' ', state.PositionsOf(account)) + string.Join(' ', state.HotkeysOf(account)));
            lines.Add(string.Join(' ', state.ParentsOf(1, account)));
        }

        lines.AddRange(state.Neurons.Unordered().Select(n => $"{n.Key} {state.UidOf(n.Key.Netuid, n.Value.Hotkey)}").Order(StringComparer.Ordinal));
        return string.Join('\n', lines);
    }
}
