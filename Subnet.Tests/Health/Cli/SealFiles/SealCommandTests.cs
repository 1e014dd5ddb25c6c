using System.Text.Json;
using Subnet.Crypto.Bfv;
using Subnet.Crypto.Ckks;
using Subnet.Crypto.Rlwe;
using Subnet.Crypto.Seal;
using Subnet.Tests.Crypto.Seal;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Cli.SealFiles;

/// <summary>The commands on SEAL's files, one after the other as a user runs them.</summary>
[TestFixture]
internal sealed class SealCommandTests
{
    private const int DefaultScaleBits = 30;

    private static readonly string[] Tiny = ["--degree", "1024", "--prime-bits", "40,40,41", "--security", "none"];

    [Test]
    public async Task Integers_go_through_encryption_product_rotation_and_decryption()
    {
        using TemporaryFolder folder = new();
        await Succeed(folder, ["seal", "keygen", .. Tiny, "--plain-bits", "17", "--rotations", "1,0", "--output", "keys"]);
        File.WriteAllText(folder.Combine("values.csv"), "1,2,3\n-4\n");
        string[] parms = ["--parms", "keys/parms.seal", "--security", "none"];
        await Succeed(folder, ["seal", "encrypt", "values.csv", .. parms, "--public-key", "keys/public_key.seal", "-o", "a.seal"]);
        await Succeed(folder, ["seal", "encrypt", "-", .. parms, "--secret-key", "keys/secret_key.seal", "-o", "b.seal"], "5 6 7 8");
        await Succeed(
            folder,
            ["seal", "evaluate", "multiply_relinearize", .. parms, "-i", "a.seal", "-i", "b.seal", "--relin-keys", "keys/relin_keys.seal", "-o", "p.seal"]);
        await Succeed(
            folder,
            ["seal", "evaluate", "rotate_rows", "--step", "1", .. parms, "-i", "p.seal", "--galois-keys", "keys/galois_keys.seal", "-o", "r.seal", "--compression", "none"]);

        string printed = await Succeed(folder, ["seal", "decrypt", "r.seal", .. parms, "--secret-key", "keys/secret_key.seal", "--count", "3"]);
        Assert.That(printed, Is.EqualTo("12\n21\n-32\n"));
    }

    [Test]
    public async Task Real_numbers_go_through_encryption_and_decryption()
    {
        using TemporaryFolder folder = new();
        await Succeed(folder, ["seal", "keygen", "--scheme", "ckks", .. Tiny, "--output", "keys"]);
        string[] parms = ["--parms", "keys/parms.seal", "--security", "none"];
        await Succeed(folder, ["seal", "encrypt", "-", .. parms, "--secret-key", "keys/secret_key.seal", "-o", "c.seal"], "0.5; -1.25");
        string printed = await Succeed(folder, ["seal", "decrypt", "c.seal", .. parms, "--secret-key", "keys/secret_key.seal", "--count", "2", "--json"]);

        using JsonDocument document = JsonDocument.Parse(printed);
        double[] values = [.. document.RootElement.GetProperty("values").EnumerateArray().Select(
            value => double.Parse(value.GetString()!, System.Globalization.CultureInfo.InvariantCulture))];
        Assert.That(values, Is.EqualTo(new[] { 0.5, -1.25 }).Within(1e-4));
    }

    [Test]
    public async Task Every_operation_that_the_help_names_is_carried_out()
    {
        foreach (string scheme in new[] { "bfv", "ckks" })
        {
            using TemporaryFolder folder = new();
            string[] plainBits = scheme == "bfv" ? ["--plain-bits", "17"] : [];
            await Succeed(folder, ["seal", "keygen", "--scheme", scheme, .. Tiny, .. plainBits, "--rotations", "1,2,0", "--output", "keys"]);
            string[] parms = ["--parms", "keys/parms.seal", "--security", "none"];
            await Succeed(folder, ["seal", "encrypt", "-", .. parms, "--public-key", "keys/public_key.seal", "-o", "a.seal"], "1 2 3");
            await Succeed(folder, ["seal", "encrypt", "-", .. parms, "--secret-key", "keys/secret_key.seal", "-o", "b.seal"], "4 5 6");
            WritePlaintext(folder.Combine("keys", "parms.seal"), folder.Combine("p.seal"));
            string usage = (await Run(folder, ["seal", "evaluate", "?", .. parms, "-i", "a.seal", "-o", "r.seal"])).Error;
            string[] names = [.. usage[(usage.IndexOf("Choose one of ", StringComparison.Ordinal) + "Choose one of ".Length)..].Split(", or")[0].Split(", ")];
            Assert.That(names, Has.Length.GreaterThan(18));
            foreach (string name in names)
            {
                string[] inputs = name is "add" or "sub" or "multiply" or "add_many" or "multiply_many" ? ["-i", "a.seal", "-i", "b.seal"] : ["-i", "a.seal"];
                if (name is "relinearize")
                {
                    await Succeed(folder, ["seal", "evaluate", "square", .. parms, "-i", "a.seal", "-o", "size3.seal"]);
                    inputs = ["-i", "size3.seal"];
                }
                else if (name == (scheme == "bfv" ? "transform_from_ntt" : "transform_to_ntt"))
                {
                    await Succeed(folder, ["seal", "evaluate", scheme == "bfv" ? "transform_to_ntt" : "transform_from_ntt", .. parms, "-i", "a.seal", "-o", "t.seal"]);
                    inputs = ["-i", "t.seal"];
                }

                string[] more = name switch
                {
                    "add_plain" or "sub_plain" or "multiply_plain" => ["--plaintext", "p.seal"],
                    "rotate_rows" or "rotate_vector" => ["--step", "1"],
                    "rotate_many" => ["--steps", "1", "2", "--step", "2"],
                    "apply_galois" => ["--element", "3"],
                    "exponentiate" => ["--exponent", "2"],
                    "mod_switch_to" or "rescale_to" => ["--chain-index", "0"],
                    _ => [],
                };
                string[] keys = ["--relin-keys", "keys/relin_keys.seal", "--galois-keys", "keys/galois_keys.seal"];
                await Succeed(folder, ["seal", "evaluate", name, .. parms, .. inputs, .. more, .. keys, "-o", $"{name}.seal"]);
            }

            // One result of each kind, decrypted.
            string rotated = await Succeed(folder, ["seal", "decrypt", "rotate_many.seal", .. parms, "--secret-key", "keys/secret_key.seal", "--count", "1", "--json"]);
            using JsonDocument document = JsonDocument.Parse(rotated);
            double value = double.Parse(document.RootElement.GetProperty("values")[0].ToString(), System.Globalization.CultureInfo.InvariantCulture);
            Assert.That(value, Is.EqualTo(3).Within(1e-3));
        }
    }

    [Test]
    public async Task Secret_key_is_readable_by_its_owner_alone()
    {
        using TemporaryFolder folder = new();
        await Succeed(folder, ["seal", "keygen", .. Tiny, "--output", "keys"]);
        string file = folder.Combine("keys", "secret_key.seal");
        Assert.That(OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(file) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite), Is.EqualTo(UnixFileMode.None));
    }

    [TestCase("parms.none.seal", "encryption parameters", "encryption parameters")]
    [TestCase("sk.zstd.seal", "plaintext or secret key", "secret key")]
    [TestCase("pk_seeded.none.seal", "ciphertext or public key", "public key")]
    [TestCase("rlk_seeded.zstd.seal", "relinearization or Galois keys", "relinearization keys")]
    [TestCase("glk.none.seal", "relinearization or Galois keys", "Galois keys")]
    [TestCase("pt_a.zlib.seal", "plaintext or secret key", "plaintext")]
    [TestCase("ct_a.zstd.seal", "ciphertext or public key", "ciphertext")]
    public async Task Inspection_tells_the_type(string file, string fromTheBytes, string underParameters)
    {
        using TemporaryFolder folder = new();
        string path = SharedFolder.Require("vectors", "seal", "bfv-64", file);
        string parms = SharedFolder.Require("vectors", "seal", "bfv-64", "parms.none.seal");
        Assert.That(await TypeOf(folder, ["seal", "inspect", path, "--json"]), Is.EqualTo(fromTheBytes));
        Assert.That(await TypeOf(folder, ["seal", "inspect", path, "--parms", parms, "--security", "none", "--json"]), Is.EqualTo(underParameters));
    }

    [Test]
    public async Task Inspection_answers_no_for_an_object_of_other_parameters()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder.Combine("ct.seal"), SealVectors.Read("ckks-64", "ct_a.none.seal"));
        string parms = SharedFolder.Require("vectors", "seal", "bfv-64", "parms.none.seal");
        CommandRun run = await Run(folder, ["seal", "inspect", "ct.seal", "--parms", parms, "--security", "none"]);
        Assert.That(run.ExitCode, Is.EqualTo(1), run.Error);
        Assert.That(run.Output, Does.Contain("belongs to other parameters"));
    }

    [Test]
    public async Task Failures_have_their_codes_and_leave_nothing()
    {
        using TemporaryFolder folder = new();
        await Succeed(folder, ["seal", "keygen", .. Tiny, "--output", "keys"]);
        File.WriteAllText(folder.Combine("values.csv"), "1,two");
        string[] parms = ["--parms", "keys/parms.seal", "--security", "none"];
        (int Code, string Word, string[] Arguments)[] cases =
        [
            (2, "seal-parameters-invalid", ["seal", "keygen", "--degree", "64", "-o", "x"]),
            (2, "seal-parameters-invalid", ["seal", "encrypt", "values.csv", "--parms", "keys/parms.seal", "--public-key", "keys/public_key.seal", "-o", "c.seal"]),
            (3, "file-exists", ["seal", "keygen", .. Tiny, "-o", "keys"]),
            (2, "usage", ["seal", "keygen", "--degree", "1024", "--prime-bits", "40;40", "--security", "none", "-o", "x"]),
            (3, "file-malformed", ["seal", "encrypt", "values.csv", .. parms, "--public-key", "keys/public_key.seal", "-o", "c.seal"]),
            (2, "usage", ["seal", "encrypt", "values.csv", .. parms, "-o", "c.seal"]),
            (3, "file-not-found", ["seal", "encrypt", "none.csv", .. parms, "--public-key", "keys/public_key.seal", "-o", "c.seal"]),
            (3, "seal-object-invalid", ["seal", "decrypt", "keys/public_key.seal", .. parms, "--secret-key", "keys/secret_key.seal"]),
            (3, "seal-object-invalid", ["seal", "inspect", "values.csv"]),
        ];
        foreach ((int code, string word, string[] arguments) in cases)
        {
            CommandRun run = await Run(folder, [.. arguments, "--json"]);
            Assert.That(run.ExitCode, Is.EqualTo(code), string.Join(' ', arguments));
            Assert.That(run.Error, Does.Contain($"\"{word}\""), string.Join(' ', arguments));
            Assert.That(run.Output, Is.Empty);
        }

        Assert.That(Directory.EnumerateFileSystemEntries(folder.Path).Select(Path.GetFileName), Is.EquivalentTo(new[] { "keys", "values.csv" }));
    }

    [TestCase("invert", 2)]
    [TestCase("relinearize", 3)]
    [TestCase("add", 3)]
    public async Task Operation_that_cannot_be_is_refused(string operation, int code)
    {
        using TemporaryFolder folder = new();
        await Succeed(folder, ["seal", "keygen", .. Tiny, "--output", "keys"]);
        string[] parms = ["--parms", "keys/parms.seal", "--security", "none"];
        await Succeed(folder, ["seal", "encrypt", "-", .. parms, "--public-key", "keys/public_key.seal", "-o", "a.seal"], "1 2");
        CommandRun run = await Run(folder, ["seal", "evaluate", operation, .. parms, "-i", "a.seal", "-o", "r.seal"]);
        Assert.That(run.ExitCode, Is.EqualTo(code), run.Error);
        Assert.That(File.Exists(folder.Combine("r.seal")), Is.False);
    }

    // The number 2 in the first slot; CKKS at the scale of the command's ciphertexts.
    private static void WritePlaintext(string parms, string path)
    {
        Parameters parameters = Parameters.Create(SealReader.ReadParameters(File.ReadAllBytes(parms), SecurityLevel.None).Value);
        using Plaintext plaintext = new();
        if (parameters.Scheme == Scheme.Bfv)
        {
            new BatchEncoder(parameters).Encode([2UL], plaintext);
        }
        else
        {
            new CkksEncoder(parameters).Encode([2.0], 1L << DefaultScaleBits, plaintext);
        }

        File.WriteAllBytes(path, SealWriter.Write(plaintext));
    }

    private static Task<CommandRun> Run(TemporaryFolder folder, string[] arguments, string input = "") =>
        CommandRun.Of(folder.Combine("home"), arguments, input: input, currentDirectory: folder.Path);

    private static async Task<string> Succeed(TemporaryFolder folder, string[] arguments, string input = "")
    {
        CommandRun run = await Run(folder, arguments, input);
        Assert.That(run.ExitCode, Is.Zero, $"{string.Join(' ', arguments)}: {run.Error}");
        return run.Output;
    }

    private static async Task<string?> TypeOf(TemporaryFolder folder, string[] arguments)
    {
        using JsonDocument document = JsonDocument.Parse(await Succeed(folder, arguments));
        return document.RootElement.GetProperty("type").GetString();
    }
}
