using System.Globalization;
using System.Text;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Crypto.Transparency.Storage;

namespace Subnet.Tests.Support;

/// <summary>
/// What the test assembly does when it is started as a program of its own: tests that end a process without warning need one to end.
/// </summary>
internal static class TestProgram
{
    /// <summary><c>write-log FOLDER</c>: appends entries for ever and prints each index once it is answered.</summary>
    public static async Task<int> Main(string[] arguments)
    {
        if (arguments is not ["write-log", string folder])
        {
            await Console.Error.WriteLineAsync("write-log FOLDER");
            return 2;
        }

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

    /// <summary>The entry that stands at an index.</summary>
    public static byte[] Entry(long index) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"entry {index}"));
}
