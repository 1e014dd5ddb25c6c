using System.CommandLine;
using System.Globalization;
using System.Numerics;
using Subnet.Crypto.Bfv;
using Subnet.Crypto.Ckks;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;
using Subnet.Crypto.Seal;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;

namespace Subnet.Health.Cli.Commands.SealFiles;

/// <summary><c>subnet seal encrypt VALUES</c>: numbers into the slots of a ciphertext.</summary>
internal sealed class SealEncryptCommand : SubnetCommand
{
    private const int DefaultScaleBits = 30;
    private const int LargestScaleBits = 120;
    private static readonly char[] Separators = [',', ';', ' ', '\t', '\r', '\n'];

    private readonly Argument<string> values = new("VALUES")
    {
        Description = "A file of numbers with commas, spaces or line ends between them, or - for standard input.",
    };

    private readonly SealFileOptions shared = new();
    private readonly Option<string> publicKey = OptionNames.Create<string>("--public-key", "The public key to encrypt with.");
    private readonly Option<string> secretKey = OptionNames.Create<string>("--secret-key", "The secret key to encrypt with: less noise and half the size.");

    private readonly Option<int> scaleBits = new("--scale-bits")
    {
        Description = "CKKS: the scale is 2 to this power.", DefaultValueFactory = _ => DefaultScaleBits,
    };

    public SealEncryptCommand()
        : base(
            "encrypt",
            "Encrypt whole numbers (BFV) or real numbers (CKKS) into the slots of a SEAL ciphertext.",
            new CommandExample(
                "seal encrypt values.csv --parms keys/parms.seal --public-key keys/public_key.seal --output ciphertext.seal", "keys and values"))
    {
        Arguments.Add(values);
        foreach (Option option in new Option[] { shared.Parms, publicKey, secretKey, scaleBits, shared.Security, shared.Compression, shared.Output })
        {
            Options.Add(option);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(SealEncryptDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        if (context.Get(publicKey) is null == context.Get(secretKey) is null)
        {
            throw new CommandException(ErrorCodes.Usage, "Exactly one of --public-key and --secret-key is needed.", "Give one of them.");
        }

        string path = context.FullPath(SealFileOptions.Needed(context, shared.Output));
        SealOutputFile.CheckAbsent(path);
        Parameters parameters = shared.ReadParameters(context);
        string source = context.Get(values);
        string text = source == "-"
            ? await context.Environment.In.ReadToEndAsync(cancellationToken).ConfigureAwait(false)
            : await File.ReadAllTextAsync(context.ExistingFile(source), cancellationToken).ConfigureAwait(false);
        string[] numbers = text.Split(Separators, StringSplitOptions.RemoveEmptyEntries);
        using Plaintext plaintext = new();
        SealFileOptions.Engine(() => Encode(context, parameters, numbers, plaintext));
        byte[] bytes = SealFileOptions.Engine(() => Encrypt(context, parameters, plaintext));
        SealOutputFile.Write(path, bytes);
        context.Output.Document(new SealEncryptDocument(path, bytes.Length), _ => context.Output.Raw($"{path} {bytes.Length} bytes\n"));
        return ExitCode.Done;
    }

    private static T Parse<T>(string text, int index)
        where T : INumberBase<T> => T.TryParse(text, NumberStyles.Float & ~NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out T? value)
            ? value
            : throw new CommandException(ErrorCodes.FileMalformed, $"Number {index + 1}, '{text}', does not fit the scheme.", "BFV takes whole numbers, CKKS real ones with a point.");

    private bool Encode(CommandContext context, Parameters parameters, string[] numbers, Plaintext plaintext)
    {
        if (parameters.Scheme == Scheme.Bfv)
        {
            new BatchEncoder(parameters).Encode([.. numbers.Select(Parse<long>)], plaintext);
            return true;
        }

        int bits = context.Get(scaleBits);
        if (bits is < 1 or > LargestScaleBits)
        {
            throw new CommandException(ErrorCodes.Usage, $"--scale-bits is 1 to {LargestScaleBits}, not {bits}.", "Give another one.");
        }

        new CkksEncoder(parameters).Encode([.. numbers.Select(Parse<double>)], Math.ScaleB(1, bits), plaintext);
        return true;
    }

    private byte[] Encrypt(CommandContext context, Parameters parameters, Plaintext plaintext)
    {
        SealReader reader = new(parameters);
        SealCompression mode = SealFileOptions.Mode(context.Get(shared.Compression));
        using RandomSourceFactory random = RandomSourceFactory.FromOperatingSystem();
        Encryptor encryptor = new(parameters, random);
        Ciphertext ciphertext = new(parameters);
        if (context.Get(publicKey) is { } publicPath)
        {
            PublicKey key = SealFileOptions.Read(context, publicPath, "a public key", bytes => reader.ReadPublicKey(bytes).Value);
            encryptor.Encrypt(plaintext, key, ciphertext);
            return SealWriter.Write(ciphertext, mode);
        }

        using SecretKey secret = SealFileOptions.Read(context, context.Get(secretKey)!, "a secret key", bytes => reader.ReadSecretKey(bytes).Value);
        PrngSeed seed = encryptor.EncryptSymmetric(plaintext, secret, ciphertext);
        return SealWriter.Write(ciphertext, mode, seed);
    }
}

/// <summary>The answer of <c>subnet seal encrypt</c>.</summary>
internal sealed record SealEncryptDocument(string File, long SizeBytes) : Document(FormatName)
{
    public const string FormatName = "subnet/seal-encrypt/1";
}
