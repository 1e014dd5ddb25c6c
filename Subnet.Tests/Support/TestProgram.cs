using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Health.Rpc;

namespace Subnet.Tests.Support;

/// <summary>
/// What the test assembly does when it is started as a program of its own: tests that end a process without warning need one to end.
/// </summary>
internal static class TestProgram
{
    private const int NonceBytes = 16;
    private const int Busy = 5;

    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    /// <summary>
    /// <c>write-log FOLDER</c>: appends entries for ever and prints each index once it is answered. <c>take-nonces FILE FIRST</c>: takes nonce after nonce for ever and prints index
    /// and answer, <c>+</c> for accepted.
    /// </summary>
    public static async Task<int> Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["write-log", string folder]:
                await WriteLogAsync(folder);
                return 0;
            case ["take-nonces", string file, string first]:
                TakeNonces(file, int.Parse(first, CultureInfo.InvariantCulture));
                return 0;
            default:
                await Console.Error.WriteLineAsync("write-log FOLDER | take-nonces FILE FIRST");
                return 2;
        }
    }

    /// <summary>The entry that stands at an index.</summary>
    public static byte[] Entry(long index) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"entry {index}"));

    /// <summary>Offers the nonce of an index at its moment: one a second, each good for five minutes, so that old ones are forgotten on the way.</summary>
    public static bool TakeNonce(SqliteNonceStore store, StandingClock clock, int index)
    {
        byte[] nonce = new byte[NonceBytes];
        BinaryPrimitives.WriteInt32BigEndian(nonce, index);
        clock.Now = Start.AddSeconds(index);
        return store.TryAdd(new byte[32], nonce, clock.Now.AddMinutes(5));
    }

    private static void TakeNonces(string file, int first)
    {
        StandingClock clock = new();
        using SqliteNonceStore store = OnceItIsFree(() => new SqliteNonceStore(file, clock));
        for (int index = first; ; index++)
        {
            int offered = index;
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{index} {(OnceItIsFree(() => TakeNonce(store, clock, offered)) ? '+' : '-')}"));
        }
    }

    // Two that take nonces without a pause, on a disk that takes its time, can keep each other out longer than the store waits. Then nobody was answered, and it is tried again.
    private static T OnceItIsFree<T>(Func<T> attempt)
    {
        while (true)
        {
            try
            {
                return attempt();
            }
            catch (SqliteException busy) when (busy.SqliteErrorCode == Busy)
            {
                Thread.Yield();
            }
        }
    }

    private static async Task WriteLogAsync(string folder)
    {
        using SigningKey key = SigningKey.FromSeed(new byte[SigningKey.SeedByteCount]);
        await using TransparencyLog log = TransparencyLog.Open(
            new PhysicalLogFiles(folder),
            new TransparencyLogOptions
            {
                Signers = [new NoteSigner("audit.example/clinic-7", SignatureType.Ed25519, key)],
                CheckpointInterval = TimeSpan.FromMilliseconds(20),
                IntegrationInterval = TimeSpan.Zero,
            },
            TimeProvider.System);
        long next = log.Size;
        while (true)
        {
            AppendedEntry[] answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => log.AppendAsync(Entry(next++))));
            await Console.Out.WriteLineAsync(answers.Max(answer => answer.Index).ToString(CultureInfo.InvariantCulture));
        }
    }
}
