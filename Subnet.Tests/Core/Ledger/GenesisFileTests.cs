using System.Text;
using Subnet.Core.Ledger;
using Subnet.Core.State;
using Subnet.Tests.Support;

namespace Subnet.Tests.Core.Ledger;

[TestFixture]
internal sealed class GenesisFileTests
{
    private static readonly string Key = HashSigner.Named("sequencer").Account.ToString();

    private static readonly string Valid = $$"""
        {"format":"subnet/genesis/1","network":"test-net","sequencer":"{{Key}}","time":"2026-01-31T12:00:00.000Z","block_time_ms":12000,
         "parameters":{"max_uids":"4096","stake_threshold":"1000000000000"},
         "balances":[{"account":"{{HashSigner.Named("bob").Account}}","rao":"5"},{"account":"{{HashSigner.Named("alice").Account}}","rao":"7"}]}
        """;

    [Test]
    public void File_reads_back_to_the_same_genesis_however_it_is_spelled()
    {
        Genesis genesis = Parse(Valid);
        Genesis again = GenesisFile.Parse(GenesisFile.Write(genesis));
        Assert.Multiple(() =>
        {
            Assert.That(again.Hash, Is.EqualTo(genesis.Hash));
            Assert.That(genesis.Parameters.MaxUids, Is.EqualTo(4096));
            Assert.That(genesis.Parameters.TaoWeight, Is.EqualTo(GlobalParameters.Default.TaoWeight));
            Assert.That(genesis.Balances.Sum(static b => (long)b.Rao), Is.EqualTo(12));
            Assert.That(Parse(Valid.Replace("test-net", "other", StringComparison.Ordinal)).Hash, Is.Not.EqualTo(genesis.Hash));
        });
    }

    [Test]
    public void State_of_a_genesis_holds_its_balances_and_parameters()
    {
        Genesis genesis = Parse(Valid);
        using LedgerState state = genesis.CreateState();
        Assert.Multiple(() =>
        {
            Assert.That(state.TotalBalances, Is.EqualTo((UInt128)12));
            Assert.That(state.Global[default].Issuance, Is.EqualTo(12UL));
            Assert.That(state.Parameters[default], Is.EqualTo(genesis.Parameters));
        });
    }

    [TestCase("\"network\":\"test-net\"", "\"network\":\"Test\"", "`network`")]
    [TestCase("\"network\":\"test-net\"", "\"network\":7", "`network`")]
    [TestCase("subnet/genesis/1", "subnet/genesis/2", "`format`")]
    [TestCase("12000", "0", "`block_time_ms`")]
    [TestCase("12000", "\"12000\"", "`block_time_ms`")]
    [TestCase("2026-01-31", "2026-02-31", "`time`")]
    [TestCase("\"max_uids\":\"4096\"", "\"max_uids\":\"4097\"", "`max_uids`")]
    [TestCase("\"max_uids\":\"4096\"", "\"max_uid\":\"4096\"", "`max_uid`")]
    [TestCase("\"rao\":\"5\"", "\"rao\":\"0\"", "`rao`")]
    [TestCase("\"rao\":\"5\"", "\"rao\":\"-5\"", "`rao`")]
    [TestCase("\"rao\":\"5\"", "\"rao\":\"21000000000000001\"", "more than")]
    [TestCase("\"time\"", "\"network\"", "twice")]
    [TestCase("\"balances\"", "\"balance\"", "`balance`")]
    public void Wrong_member_is_named(string from, string to, string named)
    {
        Assert.That(
            () => Parse(Valid.Replace(from, to, StringComparison.Ordinal)),
            Throws.TypeOf<LedgerFormatException>().With.Message.Contains(named));
    }

    [Test]
    public void Account_with_two_balances_is_refused()
    {
        string twice = Valid.Replace(HashSigner.Named("bob").Account.ToString(), HashSigner.Named("alice").Account.ToString(), StringComparison.Ordinal);
        Assert.That(() => Parse(twice), Throws.TypeOf<LedgerFormatException>().With.Message.Contains("two balances"));
    }

    [Test]
    public void Mutated_files_are_refused_with_the_format_error_or_write_back_to_the_same_hash()
    {
        Random random = new(9);
        byte[] bytes = Encoding.UTF8.GetBytes(Valid);
        for (int i = 0; i < 5_000; i++)
        {
            try
            {
                Genesis genesis = GenesisFile.Parse(Mutation.Apply(bytes, random));
                Assert.That(GenesisFile.Parse(GenesisFile.Write(genesis)).Hash, Is.EqualTo(genesis.Hash));
            }
            catch (LedgerFormatException e)
            {
                Assert.That(e.Message, Is.Not.Empty);
            }
        }
    }

    private static Genesis Parse(string json) => GenesisFile.Parse(Encoding.UTF8.GetBytes(json));
}
