using System.CommandLine;
using System.Net;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Transparency;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Crypto.Transparency.Storage;
using Subnet.Crypto.Transparency.Witnessing;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Review.Logs;
using Subnet.Health.Review.Serving;

namespace Subnet.Health.Cli.Commands.Audit;

/// <summary><c>subnet audit witness</c>: cosigns other parties' checkpoints, each only if it extends the last one.</summary>
internal sealed class AuditWitnessCommand : SubnetCommand
{
    private readonly Option<string> name = new("--name") { Description = "The witness's name, such as witness.example/w1." };

    private readonly Option<string> seedFile = OptionNames.Create<string>("--seed-file", "File with the witness's own 32-byte seed in hexadecimal; made if it is not there.");

    private readonly Option<string[]> logKeys = OptionNames.Create<string[]>("--log-key", "A verifier key of a log to witness; once for each.");

    private readonly Option<string> address = new("--address") { Description = "Address to listen at.", DefaultValueFactory = _ => "127.0.0.1" };

    private readonly Option<int> port = new("--port") { Description = "Port to listen at; 0 for any free one.", DefaultValueFactory = _ => 8471 };

    public AuditWitnessCommand()
        : base(
            "witness",
            "Witnesses logs of others over HTTP: cosigns a checkpoint only if it extends the last one seen of its log.",
            new CommandExample("audit witness --name witness.example/w1 --seed-file w1.seed --log-key audit.example/clinic-7+3ca99a7d+AX3...", "a log's key; it runs until it is stopped"))
    {
        foreach (Option option in (Option[])[name, seedFile, logKeys, address, port])
        {
            Options.Add(option);
        }
    }

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        if (!IPAddress.TryParse(context.Get(address), out IPAddress? listen))
        {
            throw new CommandException(ErrorCodes.Usage, $"'{context.Get(address)}' is no address.", "Give an IP address, such as 127.0.0.1.");
        }

        string named = AuditReadCommand.Required(context, name);
        string seed = AuditReadCommand.Required(context, seedFile);
        VerifierKey[] logs = [.. (context.Get(logKeys) ?? []).Select(AuditReadCommand.ReadKey)];
        NoteSigner signer;
        using SigningKey key = ReadOrCreateKey(context.FullPath(seed));
        try
        {
            signer = new NoteSigner(named, SignatureType.Cosignature, key);
        }
        catch (TransparencyException malformed)
        {
            throw new CommandException(ErrorCodes.Usage, $"The name '{named}' cannot be used: {malformed.Message}.", "Give --name a name without spaces and plus signs, such as witness.example/w1.");
        }

        if (logs.Length == 0)
        {
            throw new CommandException(ErrorCodes.Usage, "A witness needs the key of at least one log.", "Give --log-key once for each log.");
        }

        string memory = Path.Combine(context.Home, "witness");
        Directory.CreateDirectory(memory);
        using WitnessFileStore store = new(new PhysicalLogFiles(memory));
        Witness witness = new(signer, logs, store, context.Time);
        context.Output.Raw($"{signer.Verifier}\n");
        await ReviewHost.RunAsync(
            listen,
            context.Get(port),
            routes => WitnessEndpoints.Map(routes, witness, logs.Select(log => log.Name)),
            url => context.Output.Say($"witnessing {logs.Length} logs at {url}"),
            cancellationToken).ConfigureAwait(false);
        return ExitCode.Done;
    }

    private static SigningKey ReadOrCreateKey(string path)
    {
        try
        {
            return SeedFile.ReadOrCreate(path);
        }
        catch (FormatException malformed)
        {
            throw new CommandException(
                ErrorCodes.FileMalformed, $"The seed in '{path}' is not 64 hexadecimal digits.", "Remove the file to have a new one made: that is a new witness.", malformed);
        }
    }
}
