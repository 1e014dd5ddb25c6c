using System.CommandLine;
using System.Globalization;
using Subnet.Crypto.Bfv;
using Subnet.Crypto.Ckks;
using Subnet.Crypto.Rlwe;
using Subnet.Crypto.Seal;
using Subnet.Health.Cli.Output;

namespace Subnet.Health.Cli.Commands.SealFiles;

/// <summary><c>subnet seal decrypt FILE</c>: the numbers in the slots of a ciphertext.</summary>
internal sealed class SealDecryptCommand : SubnetCommand
{
    private readonly Argument<string> file = new("FILE") { Description = "The ciphertext." };
    private readonly SealFileOptions shared = new();

    private readonly Option<string> secretKey = new("--secret-key", "--secret.key", "--secret_key")
    {
        Description = "The secret key.",
    };

    private readonly Option<int?> count = new("--count") { Description = "Print only so many slots from the first on." };

    public SealDecryptCommand()
        : base(
            "decrypt",
            "Decrypt a SEAL ciphertext and print its slots, one a line: signed whole numbers (BFV) or real parts (CKKS).",
            new CommandExample(
                "seal decrypt ciphertext.seal --parms keys/parms.seal --secret-key keys/secret_key.seal --count 4", "keys and a ciphertext"))
    {
        Arguments.Add(file);
        foreach (Option option in new Option[] { shared.Parms, secretKey, count, shared.Security })
        {
            Options.Add(option);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(SealDecryptDocument)];

    /// <inheritdoc/>
    public override Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        Parameters parameters = shared.ReadParameters(context);
        SealReader reader = new(parameters);
        Ciphertext ciphertext = SealFileOptions.Read(context, context.Get(file), "a ciphertext", bytes => reader.ReadCiphertext(bytes).Value);
        using SecretKey key = SealFileOptions.Read(context, SealFileOptions.Needed(context, secretKey), "a secret key", bytes => reader.ReadSecretKey(bytes).Value);
        string[] slots = SealFileOptions.Engine(() => Decrypt(parameters, ciphertext, key));
        int shown = Math.Clamp(context.Get(count) ?? slots.Length, 0, slots.Length);
        SealDecryptDocument document = new(parameters.Scheme.ToString().ToLowerInvariant(), slots[..shown]);
        context.Output.Document(document, _ =>
        {
            foreach (string slot in document.Values)
            {
                context.Output.Raw(slot + "\n");
            }
        });
        return Task.FromResult(ExitCode.Done);
    }

    private static string[] Decrypt(Parameters parameters, Ciphertext ciphertext, SecretKey key)
    {
        using Decryptor decryptor = new(key);
        using Plaintext plaintext = new();
        decryptor.Decrypt(ciphertext, plaintext);
        if (parameters.Scheme == Scheme.Bfv)
        {
            long[] integers = new long[parameters.PolyModulusDegree];
            new BatchEncoder(parameters).Decode(plaintext, integers);
            return [.. integers.Select(value => value.ToString(CultureInfo.InvariantCulture))];
        }

        double[] reals = new double[parameters.PolyModulusDegree / 2];
        new CkksEncoder(parameters).Decode(plaintext, reals);
        return [.. reals.Select(value => value.ToString("R", CultureInfo.InvariantCulture))];
    }
}

/// <summary>The answer of <c>subnet seal decrypt</c>; the values are decimal text, since they may pass 2^53.</summary>
internal sealed record SealDecryptDocument(string Scheme, IReadOnlyList<string> Values) : Document(FormatName)
{
    public const string FormatName = "subnet/seal-decrypt/1";
}
