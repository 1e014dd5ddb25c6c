using System.CommandLine;
using Spectre.Console;
using Subnet.Crypto.Rlwe;
using Subnet.Crypto.Seal;
using Subnet.Health.Cli.Output;

namespace Subnet.Health.Cli.Commands.SealFiles;

/// <summary><c>subnet seal inspect FILE</c>: what a file of SEAL holds, and whether it is valid for given parameters.</summary>
internal sealed class SealInspectCommand : SubnetCommand
{
    private readonly Argument<string> file = new("FILE")
    {
        Description = "Encryption parameters, a plaintext, a ciphertext, a secret or public key, relinearization or Galois keys.",
    };

    private readonly Option<string> parms = new("--parms") { Description = "Encryption parameters to validate the object against." };
    private readonly Option<string> security = SealFileOptions.SecurityOption();

    public SealInspectCommand()
        : base(
            "inspect",
            "Show what a SEAL file holds; with parameters, whether it is valid under them (exit 1 if not).",
            new CommandExample("seal inspect ciphertext.seal --parms parms.seal", "the two files"))
    {
        Arguments.Add(file);
        Options.Add(parms);
        Options.Add(security);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(SealInspectDocument)];

    /// <inheritdoc/>
    public override Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        string path = context.Get(file);
        SealInspection found = SealFileOptions.Read(context, path, "a SEAL object", bytes => SealInspector.Inspect(bytes));
        (string type, string? problem, int? chainIndex) = context.Get(parms) is { } parmsPath
            ? Validate(context, path, found, SealFileOptions.ReadParameters(context, parmsPath, SealFileOptions.Level(context.Get(security))))
            : (Words(found.Kind), null, null);
        SealInspectDocument document = new(
            type,
            $"{found.Header.Major}.{found.Header.Minor}",
            found.Header.Compression.ToString().ToLowerInvariant(),
            (long)found.Header.Size,
            found.UncompressedByteCount)
        {
            IsValid = context.Get(parms) is null ? null : problem is null,
            Problem = problem,
            Scheme = found.Parameters?.Scheme.ToString().ToLowerInvariant(),
            PolyModulusDegree = found.Parameters?.PolyModulusDegree ?? found.PolyModulusDegree,
            CoeffModulus = found.Parameters?.CoeffModulus.Select(prime => prime.ToString(System.Globalization.CultureInfo.InvariantCulture)).ToArray(),
            PlainModulus = found.Parameters?.PlainModulus.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ParmsId = found.Id?.ToString(),
            ChainIndex = chainIndex,
            IsNttForm = found.IsNttForm,
            Polynomials = found.Size,
            Primes = found.PrimeCount,
            Scale = found.Scale,
            Words = found.WordCount,
            Keys = found.KeyCount,
            IsSeeded = found.IsSeeded,
        };
        context.Output.Document(document, console => Render(console, document));
        return Task.FromResult(problem is null ? ExitCode.Done : ExitCode.No);
    }

    private static string Words(SealObjectKind kind) => kind switch
    {
        SealObjectKind.EncryptionParameters => "encryption parameters",
        SealObjectKind.PlaintextOrSecretKey => "plaintext or secret key",
        SealObjectKind.CiphertextOrPublicKey => "ciphertext or public key",
        _ => "relinearization or Galois keys",
    };

    /// <summary>Reads the object as what its level says it is.</summary>
    private static (string Type, string? Problem, int? ChainIndex) Validate(
        CommandContext context, string path, SealInspection found, Parameters parameters)
    {
        SealReader reader = new(parameters, parameters.PolyModulusDegree);
        bool isKey = found.Id == parameters.KeyLevel.Id && parameters.HasSpecialPrime;
        (string type, Func<byte[], object> read) = found.Kind switch
        {
            SealObjectKind.EncryptionParameters => ("encryption parameters", (Func<byte[], object>)(source => SealReader.ReadParameters(source))),
            SealObjectKind.PlaintextOrSecretKey when isKey => ("secret key", source => reader.ReadSecretKey(source)),
            SealObjectKind.PlaintextOrSecretKey => ("plaintext", source => reader.ReadPlaintext(source)),
            SealObjectKind.CiphertextOrPublicKey when isKey => ("public key", source => reader.ReadPublicKey(source)),
            SealObjectKind.CiphertextOrPublicKey => ("ciphertext", source => reader.ReadCiphertext(source)),
            _ when found.EntryCount == parameters.PolyModulusDegree => ("Galois keys", source => reader.ReadGaloisKeys(source)),
            _ => ("relinearization keys", source => reader.ReadRelinearizationKeys(source)),
        };
        int? chainIndex = found.Id is { } id ? parameters.FindLevel(id)?.ChainIndex : null;
        byte[] bytes = File.ReadAllBytes(context.ExistingFile(path));
        try
        {
            object value = read(bytes);
            (value as SealReadResult<SecretKey>)?.Value.Dispose();
            (value as SealReadResult<Plaintext>)?.Value.Dispose();
            return (type, null, chainIndex);
        }
        catch (SealFormatException e)
        {
            return (type, e.Message, chainIndex);
        }
        finally
        {
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private static string? YesOrNo(bool? value) => value is null ? null : value.Value ? "yes" : "no";

    private static void Render(IAnsiConsole console, SealInspectDocument document)
    {
        Grid grid = new Grid().AddColumn().AddColumn();
        foreach ((string name, object? value) in new (string, object?)[]
        {
            ("type", document.Type),
            ("valid", document.IsValid switch { true => "yes", false => $"no: {document.Problem}", null => null }),
            ("SEAL version", document.SealVersion),
            ("compression", document.Compression),
            ("bytes", document.SizeBytes),
            ("uncompressed bytes", document.UncompressedBytes),
            ("scheme", document.Scheme),
            ("degree", document.PolyModulusDegree),
            ("coefficient modulus", document.CoeffModulus is null ? null : string.Join(' ', document.CoeffModulus)),
            ("plain modulus", document.PlainModulus),
            ("parms_id", document.ParmsId),
            ("chain index", document.ChainIndex),
            ("NTT form", YesOrNo(document.IsNttForm)),
            ("polynomials", document.Polynomials),
            ("primes", document.Primes),
            ("scale", document.Scale),
            ("words", document.Words),
            ("keys", document.Keys),
            ("seeded", YesOrNo(document.IsSeeded)),
        })
        {
            if (value is not null)
            {
                grid.AddRow(new Text(name), new Text(Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!));
            }
        }

        console.Write(grid);
    }
}

/// <summary>The answer of <c>subnet seal inspect</c>.</summary>
internal sealed record SealInspectDocument(string Type, string SealVersion, string Compression, long SizeBytes, long UncompressedBytes)
    : Document(FormatName)
{
    public const string FormatName = "subnet/seal-inspect/1";

    public bool? IsValid { get; init; }

    public string? Problem { get; init; }

    public string? Scheme { get; init; }

    public int? PolyModulusDegree { get; init; }

    public IReadOnlyList<string>? CoeffModulus { get; init; }

    public string? PlainModulus { get; init; }

    public string? ParmsId { get; init; }

    public int? ChainIndex { get; init; }

    public bool? IsNttForm { get; init; }

    public int? Polynomials { get; init; }

    public int? Primes { get; init; }

    public double? Scale { get; init; }

    public int? Words { get; init; }

    public int? Keys { get; init; }

    public bool? IsSeeded { get; init; }
}
