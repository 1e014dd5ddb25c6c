using System.Buffers.Binary;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Crypto.Transparency.Tiles;

namespace Subnet.Tests.Crypto.Transparency.Storage;

/// <summary>The files of identities, <c>state/identities</c>, when one of their operations goes wrong: in spills and in merges of two and of more.</summary>
[TestFixture]
internal sealed class IdentityFaultTests
{
    private const string Folder = "state/identities";
    private const int Segment = 16;
    private const int Count = (4 * Segment) + 5;

    private SigningKey key = null!;

    [SetUp]
    public void Create() => key = SigningKey.FromSeed(new byte[32]);

    [TearDown]
    public void Remove() => key.Dispose();

    [Test]
    public async Task Every_operation_on_the_identities_that_fails_stops_or_tears_once_loses_no_answered_entry_and_doubles_none([Values] bool powerLoss)
    {
        MemoryLogFiles trial = new() { Watched = Folder };
        Assert.That(await RunAsync(trial), Is.EqualTo(Count));
        Assert.That(trial.List(Folder), Is.EqualTo(new[] { $"0-{4 * Segment}" }), "four spills, three merges");
        Assert.That(trial.Operations, Is.GreaterThan(30));
        for (int operation = 1; operation <= trial.Operations; operation++)
        {
            foreach (MemoryLogFiles.Fault fault in (MemoryLogFiles.Fault[])[MemoryLogFiles.Fault.Fail, MemoryLogFiles.Fault.Stop, MemoryLogFiles.Fault.Tear])
            {
                MemoryLogFiles files = new(operation) { Watched = Folder, Plan = (operation, fault) };
                int answered = await RunAsync(files);
                Assert.That(answered, Is.LessThan(Count), "the fault was met");
                files.Crash(keepEverything: !powerLoss);
                await CheckAsync(files, answered, $"{fault} at operation {operation}");
            }
        }
    }

    [Test]
    public async Task Fault_while_the_leftovers_of_a_crash_are_removed_is_mended_by_the_next_start()
    {
        MemoryLogFiles files = new() { Watched = Folder };
        await RunAsync(files);
        byte[] merged = files.Read($"{Folder}/0-{4 * Segment}")!;
        files.Write($"{Folder}/{2 * Segment}-{4 * Segment}", merged.AsSpan(merged.Length / 2));
        files.Write($"{Folder}/0-{8 * Segment}.building", [1, 2, 3]);
        files.Plan = (files.Operations + 2, MemoryLogFiles.Fault.Fail);
        Assert.That(() => Open(files), Throws.InstanceOf<IOException>());
        await CheckAsync(files, Count, "after a removal that failed");
    }

    /// <summary>Appends entries by ones and brings them into tiles and files of identities; how many were answered.</summary>
    private async Task<int> RunAsync(MemoryLogFiles files)
    {
        int answered = 0;
        try
        {
            await using TransparencyLog log = Open(files);
            while (answered < Count)
            {
                await log.AppendAsync(Entry(answered));
                answered++;
                if (answered % Segment == 1)
                {
                    await log.FlushAsync();
                }
            }
        }
        catch (Exception fault) when (fault is IOException or LogStoreException)
        {
            return answered;
        }

        return answered;
    }

    private async Task CheckAsync(MemoryLogFiles files, int answered, string what)
    {
        for (int start = 0; start < 2; start++)
        {
            await using TransparencyLog log = Open(files);
            Assert.That(log.Size, Is.GreaterThanOrEqualTo(answered), what);
            for (int number = 0; number < Count; number++)
            {
                // What was answered has its place; what was not gets one, the same on the second start.
                Assert.That((await log.AppendAsync(Entry(number))).Index, Is.EqualTo(number), $"{what}: entry {number}");
                Assert.That(log.Find(Identity(number)), Is.EqualTo(number), what);
            }

            await log.FlushAsync();
            Assert.That(log.IntegratedSize, Is.EqualTo(Count), what);
        }

        FileTileSource source = new(files);
        byte[][] entries =
        [
            .. TileLayout.EntryBundles(Count).SelectMany(bundle => EntryBundle.ParsePrefix(source.Read(bundle)!, bundle.Width)).Select(entry => entry.ToArray()),
        ];
        Assert.That(entries, Is.EqualTo(Enumerable.Range(0, Count).Select(Entry).Select(entry => entry.ToArray())), what);
        Assert.That(files.List(Folder).Sum(name => files.Length($"{Folder}/{name}")), Is.EqualTo(4 * Segment * 24), $"{what}: each identity once, and no leftovers");
    }

    private TransparencyLog Open(MemoryLogFiles files) => TransparencyLog.Open(
        files,
        new TransparencyLogOptions
        {
            Signers = [new NoteSigner("audit.example/clinic-7", SignatureType.Ed25519, key)],
            CheckpointInterval = TimeSpan.FromHours(1),
            IntegrationInterval = TimeSpan.FromHours(1),
            IdentitySegment = Segment,
            Identity = entry => BinaryPrimitives.ReadUInt128BigEndian(entry.Span),
        },
        TimeProvider.System);

    // Spread over all values, as random event names are.
    private static UInt128 Identity(int number) => (UInt128)(ulong)(number + 1) * UInt128.Parse("9E3779B97F4A7C15F39CC0605CEDC835", System.Globalization.NumberStyles.HexNumber, null);

    private static ReadOnlyMemory<byte> Entry(int number)
    {
        byte[] bytes = new byte[24];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Identity(number));
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(16), number);
        return bytes;
    }
}
