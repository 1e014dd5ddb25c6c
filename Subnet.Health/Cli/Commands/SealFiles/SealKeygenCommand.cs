using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe;
using Subnet.Crypto.Seal;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;

namespace Subnet.Health.Cli.Commands.SealFiles;

/// <summary><c>subnet seal keygen</c>: parameters and keys as SEAL's files.</summary>
internal sealed class SealKeygenCommand : SubnetCommand
{
    private const int DefaultDegree = 8192;
    private const int DefaultPlainBits = 20;

    private readonly Option<string> scheme = new("--scheme")
    {
        Description = "bfv (integers) or ckks (real numbers).", DefaultValueFactory = _ => "bfv",
    };

    private readonly Option<int> degree = new("--degree")
    {
        Description = "The polynomial modulus degree N, a power of two.", DefaultValueFactory = _ => DefaultDegree,
    };

    private readonly Option<string> primeBits = new("--prime-bits")
    {
        Description = "Sizes of the primes in bits, such as 50,40,50, the special prime last; SEAL's default chain without it.",
    };

    private readonly Option<int> plainBits = new("--plain-bits")
    {
        Description = "Size of the plain modulus of BFV in bits; the largest prime for batching is taken.", DefaultValueFactory = _ => DefaultPlainBits,
    };

    private readonly Option<string> rotations = new("--rotations")
    {
        Description = "Steps to make Galois keys for, such as 1,-1,0; 0 is the row swap or conjugation; 'all' is SEAL's default set.",
    };

    private readonly Option<bool> full = new("--full") { Description = "Write public keys in full, not with seeds for their uniform halves." };
    private readonly Option<string> security = SealFileOptions.SecurityOption();
    private readonly Option<string> compression = SealFileOptions.CompressionOption();
    private readonly Option<string> output = new("--output", "-o") { Description = "The folder for the files; made if absent." };

    public SealKeygenCommand()
        : base(
            "keygen",
            "Make encryption parameters, a secret key, a public key, relinearization keys and, if asked for, Galois keys as SEAL files.",
            new CommandExample("seal keygen --degree 8192 --rotations 1,-1 --output keys", "a folder to write to"))
    {
        scheme.AcceptOnlyFromAmong("bfv", "ckks");
        foreach (Option option in new Option[] { scheme, degree, primeBits, plainBits, rotations, full, security, compression, output })
        {
            Options.Add(option);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(SealKeygenDocument)];

    /// <inheritdoc/>
    public override Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        Parameters parameters = CreateParameters(context);
        string folder = context.FullPath(SealFileOptions.Needed(context, output));
        string[] names = ["parms.seal", "secret_key.seal", "public_key.seal", "relin_keys.seal", "galois_keys.seal"];
        foreach (string name in names)
        {
            SealOutputFile.CheckAbsent(Path.Combine(folder, name));
        }

        SealCompression mode = SealFileOptions.Mode(context.Get(compression));
        bool seeded = !context.Get(full);
        using RandomSourceFactory random = RandomSourceFactory.FromOperatingSystem();
        KeyGenerator generator = new(parameters, random);
        using SecretKey secret = generator.CreateSecretKey();
        List<PrngSeed> publicSeeds = [];
        List<(string Name, byte[] Bytes)> files =
        [
            (names[0], SealWriter.Write(parameters, mode)),
            (names[1], SealWriter.Write(secret, mode)),
            (names[2], SealWriter.Write(generator.CreatePublicKey(secret, publicSeeds), mode, seeded ? publicSeeds[0] : null)),
        ];
        AddEvaluationKeys(context, generator, secret, mode, seeded, files);
        Directory.CreateDirectory(folder);
        foreach ((string name, byte[] bytes) in files)
        {
            SealOutputFile.Write(Path.Combine(folder, name), bytes, isSecret: name == names[1]);
        }

        SealKeygenDocument document = new(
            parameters.ToString(), folder, [.. files.Select(written => new SealFileEntry(written.Name, written.Bytes.Length))]);
        CryptographicOperations.ZeroMemory(files[1].Bytes);
        context.Output.Document(document, _ =>
        {
            foreach (SealFileEntry entry in document.Files)
            {
                context.Output.Raw($"{Path.Combine(folder, entry.Name)} {entry.SizeBytes} bytes\n");
            }
        });
        return Task.FromResult(ExitCode.Done);
    }

    private static int[] Numbers(string option, string text)
    {
        try
        {
            return [.. text.Split(',').Select(part => int.Parse(part, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture))];
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            throw new CommandException(ErrorCodes.Usage, $"{option} takes whole numbers with commas between them, not '{text}'.", "Write them as in 50,40,50.", e);
        }
    }

    private Parameters CreateParameters(CommandContext context)
    {
        int n = context.Get(degree);
        SecurityLevel level = SealFileOptions.Level(context.Get(security));
        Scheme chosen = context.Get(scheme) == "ckks" ? Scheme.Ckks : Scheme.Bfv;
        try
        {
            return Parameters.Create(new ParametersLiteral
            {
                Scheme = chosen,
                PolyModulusDegree = n,
                CoeffModulus = context.Get(primeBits) is { } sizes
                    ? CoeffModulus.Create(n, Numbers("--prime-bits", sizes))
                    : CoeffModulus.Default(n, level == SecurityLevel.None ? SecurityLevel.Classical128 : level),
                PlainModulus = chosen == Scheme.Bfv ? PlainModulus.Batching(n, context.Get(plainBits)) : 0,
                Security = level,
            });
        }
        catch (ArgumentException e)
        {
            throw new CommandException(
                ErrorCodes.SealParametersInvalid, $"The parameters cannot be used: {e.Message}.", "Choose another degree or other sizes.", e);
        }
    }

    private void AddEvaluationKeys(
        CommandContext context, KeyGenerator generator, SecretKey secret, SealCompression mode, bool seeded, List<(string Name, byte[] Bytes)> files)
    {
        Parameters parameters = generator.Parameters;
        if (!parameters.HasSpecialPrime)
        {
            context.Output.Say("No prime is left for key switching: no relinearization and Galois keys are made.");
            return;
        }

        List<PrngSeed> seeds = [];
        RelinearizationKeys relin = generator.CreateRelinearizationKeys(secret, seeds: seeds);
        files.Add(("relin_keys.seal", SealWriter.Write(relin, mode, seeded ? seeds : null)));
        if (context.Get(rotations) is not { } steps)
        {
            return;
        }

        seeds = [];
        GaloisKeys galois = SealFileOptions.Engine(() => steps == "all"
            ? generator.CreateGaloisKeys(secret, seeds: seeds)
            : generator.CreateRotationKeys(secret, Numbers("--rotations", steps), seeds));
        files.Add(("galois_keys.seal", SealWriter.Write(galois, mode, seeded ? seeds : null)));
    }
}

/// <summary>The answer of <c>subnet seal keygen</c>.</summary>
internal sealed record SealKeygenDocument(string Parameters, string Folder, IReadOnlyList<SealFileEntry> Files) : Document(FormatName)
{
    public const string FormatName = "subnet/seal-keygen/1";
}

/// <summary>A file that was written.</summary>
internal sealed record SealFileEntry(string Name, long SizeBytes);
