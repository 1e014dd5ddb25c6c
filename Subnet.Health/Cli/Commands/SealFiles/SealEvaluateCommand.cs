using System.CommandLine;
using Subnet.Crypto.Rlwe;
using Subnet.Crypto.Seal;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;
using Subnet.Health.SealFiles;

namespace Subnet.Health.Cli.Commands.SealFiles;

/// <summary><c>subnet seal evaluate OPERATION</c>: one homomorphic operation on files.</summary>
internal sealed class SealEvaluateCommand : SubnetCommand
{
    private readonly Argument<string> operation = new("OPERATION")
    {
        Description = "SEAL's name, such as add, multiply, square, multiply_plain, rotate_rows, mod_switch_to_next; compounds such as multiply_relinearize.",
    };

    private readonly SealFileOptions shared = new();
    private readonly Option<string[]> input = new("--input", "-i") { Description = "A ciphertext; give it again for the next one." };
    private readonly Option<string> plaintext = new("--plaintext") { Description = "A plaintext, for operations that take one." };
    private readonly Option<string> relinKeys = OptionNames.Create<string>("--relin-keys", "Relinearization keys, for operations that take them.");
    private readonly Option<string> galoisKeys = OptionNames.Create<string>("--galois-keys", "Galois keys, for rotations.");
    private readonly Option<int?> step = new("--step") { Description = "By how many slots to rotate to the left." };
    private readonly Option<int[]> steps = new("--steps") { Description = "The rotations that rotate_many makes together; --step says which of them is written.", AllowMultipleArgumentsPerToken = true };
    private readonly Option<int?> chainIndex = new("--chain-index") { Description = "The level of mod_switch_to and rescale_to: 0 is the last one." };
    private readonly Option<int?> element = new("--element") { Description = "The Galois element of apply_galois." };
    private readonly Option<int?> exponent = new("--exponent") { Description = "The exponent of exponentiate." };

    public SealEvaluateCommand()
        : base(
            "evaluate",
            "Carry out an operation on SEAL ciphertexts, word for word as SEAL does.",
            new CommandExample(
                "seal evaluate multiply_relinearize --parms keys/parms.seal --input a.seal --input b.seal --relin-keys keys/relin_keys.seal --output product.seal",
                "keys and two ciphertexts"))
    {
        Arguments.Add(operation);
        foreach (Option option in new Option[]
        {
            shared.Parms, input, plaintext, relinKeys, galoisKeys, step, steps, element, exponent, chainIndex, shared.Security, shared.Compression, shared.Output,
        })
        {
            Options.Add(option);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(SealEvaluateDocument)];

    /// <inheritdoc/>
    public override Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        string path = context.FullPath(SealFileOptions.Needed(context, shared.Output));
        SealOutputFile.CheckAbsent(path);
        Parameters parameters = shared.ReadParameters(context);
        SealReader reader = new(parameters, parameters.PolyModulusDegree);
        string name = context.Get(operation);
        using SealEngine engine = SealEngine.Create(parameters);
        OperationInputs inputs = new()
        {
            Ciphertexts = [.. (context.Get(input) ?? []).Select(name => SealFileOptions.Read(context, name, "a ciphertext", bytes => reader.ReadCiphertext(bytes).Value))],
            Plaintext = ReadOptional(context, plaintext, "a plaintext", bytes => reader.ReadPlaintext(bytes).Value),
            RelinearizationKeys = ReadOptional(context, relinKeys, "relinearization keys", bytes => reader.ReadRelinearizationKeys(bytes).Value),
            GaloisKeys = ReadOptional(context, galoisKeys, "Galois keys", bytes => reader.ReadGaloisKeys(bytes).Value),
            Step = context.Get(step),
            Steps = context.Get(steps) is { Length: > 0 } given ? given : null,
            Level = context.Get(chainIndex) is { } index ? SealFileOptions.Engine(() => parameters.LevelAt(index)) : null,
            Element = context.Get(element),
            Exponent = context.Get(exponent),
        };
        Ciphertext result = SealFileOptions.Engine(() => engine.Evaluate(name, inputs))
            ?? throw new CommandException(
                ErrorCodes.Usage,
                $"{parameters.Scheme} has no operation '{name}'.",
                $"Choose one of {string.Join(", ", engine.Names)}, or a compound such as multiply_relinearize.");
        inputs.Plaintext?.Dispose();
        byte[] bytes = SealWriter.Write(result, SealFileOptions.Mode(context.Get(shared.Compression)));
        SealOutputFile.Write(path, bytes);
        context.Output.Document(new SealEvaluateDocument(path, bytes.Length), _ => context.Output.Raw($"{path} {bytes.Length} bytes\n"));
        return Task.FromResult(ExitCode.Done);
    }

    private static T? ReadOptional<T>(CommandContext context, Option<string> option, string what, Func<byte[], T> read)
        where T : class => context.Get(option) is { } path ? SealFileOptions.Read(context, path, what, read) : null;
}

/// <summary>The answer of <c>subnet seal evaluate</c>.</summary>
internal sealed record SealEvaluateDocument(string File, long SizeBytes) : Document(FormatName)
{
    public const string FormatName = "subnet/seal-evaluate/1";
}
