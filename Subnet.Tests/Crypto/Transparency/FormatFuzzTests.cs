using System.Text;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Transparency;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Crypto.Transparency.Tiles;
using Subnet.Crypto.Transparency.Witnessing;

namespace Subnet.Tests.Crypto.Transparency;

/// <summary>Mutated bytes are refused with the formats' own error, or read and write to themselves again.</summary>
[TestFixture]
internal sealed class FormatFuzzTests
{
    private const int Rounds = 4000;

    private readonly SigningKey key = SigningKey.FromSeed(new byte[32]);

    [OneTimeTearDown]
    public void Remove() => key.Dispose();

    [Test]
    public void Notes() => Fuzz(Note(), bytes => Encoding.UTF8.GetBytes(SignedNote.Parse(bytes).ToString()));

    [Test]
    public void Checkpoints() => Fuzz(
        Encoding.UTF8.GetBytes(new Checkpoint("audit.example/clinic-7", 17, TreeHash.OfLeaf([1])).ToText()),
        bytes => Encoding.UTF8.GetBytes(Checkpoint.Parse(Encoding.UTF8.GetString(bytes)).ToText()), utf8: true);

    [Test]
    public void Verifier_keys() => Fuzz(
        Encoding.UTF8.GetBytes(Signer().Verifier.ToString()),
        bytes => Encoding.UTF8.GetBytes(VerifierKey.Parse(Encoding.UTF8.GetString(bytes)).ToString()), utf8: true);

    [Test]
    public void Proof_files() => Fuzz(
        Encoding.UTF8.GetBytes(new TlogProof(3, [TreeHash.OfLeaf([1]), TreeHash.OfLeaf([2])], Encoding.UTF8.GetString(Note()), [1, 2]).ToString()),
        bytes => Encoding.UTF8.GetBytes(TlogProof.Parse(bytes).ToString()));

    [Test]
    public void Add_checkpoint_requests() => Fuzz(
        Encoding.UTF8.GetBytes(new AddCheckpointRequest(5, [TreeHash.OfLeaf([1])], SignedNote.Parse(Note())).ToString()),
        bytes => Encoding.UTF8.GetBytes(AddCheckpointRequest.Parse(bytes).ToString()));

    [Test]
    public void Entry_bundles() => Fuzz(
        EntryBundle.Write([new byte[] { 1, 2, 3 }, Array.Empty<byte>(), new byte[300]]),
        bytes => EntryBundle.Write(EntryBundle.Parse(bytes, 3)));

    [Test]
    public void Policies() => Fuzz(
        Encoding.UTF8.GetBytes($"# who\nlog {Signer().Verifier}\nwitness w {new NoteSigner("w", SignatureType.Cosignature, key).Verifier}\ngroup g any w\nquorum g\n"),
        bytes =>
        {
            TrustPolicyFile.Parse(bytes);
            return bytes;
        });

    [Test]
    public void Tile_paths()
    {
        Random random = new(3);
        const string Letters = "tile/0123456789x.pentries";
        for (int round = 0; round < 20_000; round++)
        {
            string path = string.Concat("tile/", random.Next(3) == 0 ? "entries" : random.Next(70).ToString(System.Globalization.CultureInfo.InvariantCulture), "/", Mutate("x001/234.p/7", random, Letters));
            if (TileId.TryParse(path, out TileId tile))
            {
                Assert.That(tile.Path, Is.EqualTo(path));
            }
        }
    }

    private static string Mutate(string seed, Random random, string letters)
    {
        char[] text = seed.ToCharArray();
        for (int i = random.Next(3); i >= 0; i--)
        {
            text[random.Next(text.Length)] = letters[random.Next(letters.Length)];
        }

        return new string(text, 0, random.Next(2) == 0 ? text.Length : random.Next(text.Length));
    }

    private static void Fuzz(byte[] seed, Func<byte[], byte[]> readAndWrite, bool utf8 = false)
    {
        Assert.That(readAndWrite(seed), Is.EqualTo(seed), "the seed itself");
        Random random = new(11);
        int refused = 0;
        for (int round = 0; round < Rounds; round++)
        {
            byte[] mutated = [.. seed];
            for (int i = random.Next(3); i >= 0; i--)
            {
                mutated[random.Next(mutated.Length)] = (byte)(random.Next(2) == 0 ? random.Next(utf8 ? 128 : 256) : seed[random.Next(seed.Length)]);
            }

            mutated = random.Next(5) == 0 ? mutated[..random.Next(mutated.Length)] : mutated;
            try
            {
                Assert.That(readAndWrite(mutated), Is.EqualTo(mutated), Encoding.Latin1.GetString(mutated));
            }
            catch (TransparencyException)
            {
                refused++;
            }
        }

        Assert.That(refused, Is.GreaterThan(Rounds / 10));
    }

    private NoteSigner Signer() => new("audit.example/clinic-7", SignatureType.Ed25519, key);

    private byte[] Note()
    {
        string text = new Checkpoint("audit.example/clinic-7", 17, TreeHash.OfLeaf([1])).ToText();
        return Encoding.UTF8.GetBytes(SignedNote.Create(text, [Signer().Sign(text)]).ToString());
    }
}
