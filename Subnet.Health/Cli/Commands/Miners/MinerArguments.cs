using System.CommandLine;
using System.Net;
using System.Security.Cryptography;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Health.Cli.Commands.Wallets;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Settings;
using Subnet.Health.Miner;
using Subnet.Health.Rpc.Server;
using Subnet.Health.Wallets;

namespace Subnet.Health.Cli.Commands.Miners;

/// <summary>What the miner's commands have in common: models, name, subnet, and the settings behind them.</summary>
internal sealed class MinerArguments
{
    private const string CardFile = "card.json";
    private const string CircuitFile = "circuit.bin";

    private readonly Argument<string[]> models = new("MODEL")
    {
        Description = "Folders that 'subnet model compile' wrote: card.json and circuit.bin.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> passwordFile = OptionNames.Create<string?>(
        "--model-password-file", "A file whose first line is the password of the private circuits; else SUBNET_MODEL_PASSWORD, else a question.");

    /// <summary>The subnet.</summary>
    public Option<ushort> Netuid { get; } = new("--netuid") { Description = "The subnet.", HelpName = "NETUID", Required = true };

    /// <summary>The miner's name in this home.</summary>
    public Option<string> Name { get; } = new("--miner-name") { Description = "The miner's name in this home.", DefaultValueFactory = _ => "default" };

    /// <summary>Adds models and their password.</summary>
    public void AddModelsTo(Command command)
    {
        command.Arguments.Add(models);
        command.Options.Add(passwordFile);
    }

    /// <summary>The miner's folder.</summary>
    public string Folder(CommandContext context)
    {
        string name = context.Get(Name)!;
        return WalletFolder.IsName(name)
            ? Path.Combine(context.Home, "miner", name)
            : throw new CommandException(ErrorCodes.Usage, $"'{name}' cannot be a miner's name.", "Use up to 64 letters, digits, '-' and '_'.");
    }

    /// <summary>Loads the models; the caller disposes of them.</summary>
    /// <exception cref="CommandException">A folder lacks a file, or a password is missing.</exception>
    public IReadOnlyList<IServedModel> Load(CommandContext context, IRandomSourceFactory randomness)
    {
        List<IServedModel> loaded = [];
        byte[]? password = null;
        try
        {
            foreach (string named in context.Get(models))
            {
                string folder = context.ExistingFolder(named);
                byte[] card = File.ReadAllBytes(context.ExistingFile(Path.Combine(folder, CardFile)));
                byte[] circuit = File.ReadAllBytes(context.ExistingFile(Path.Combine(folder, CircuitFile)));
                password ??= SecretInput.Read(
                    context, context.Get(passwordFile), "SUBNET_MODEL_PASSWORD", "Password of the private circuits", "--model-password-file", confirm: false);
                loaded.Add(ServedModels.Load(card, circuit, password, randomness));
            }

            return loaded;
        }
        catch
        {
            loaded.ForEach(model => model.Dispose());
            throw;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(password);
        }
    }

    /// <summary>The settings of a miner that runs.</summary>
    /// <exception cref="CommandException">A setting does not fit.</exception>
    public MinerSettings Settings(CommandContext context, string? addressFlag, ushort? portFlag, string? announcedFlag, string? certificatesFlag)
    {
        string address = context.Settings.Text(SettingsCatalog.MinerAddress, addressFlag)!;
        if (!IPAddress.TryParse(address, out IPAddress? ip))
        {
            throw new CommandException(ErrorCodes.SettingInvalid, $"'{address}' is not an IP address.", "Give --address or the setting miner.address an address such as 127.0.0.1.");
        }

        string? certificates = context.Settings.Text(SettingsCatalog.MinerCertificates, certificatesFlag);
        if (certificates is null && !IPAddress.IsLoopback(ip))
        {
            throw new CommandException(
                ErrorCodes.Usage, $"Without certificates a miner listens on loopback only, not on {ip}.", "Give --miner-certs with a folder made by `subnet certs create`.");
        }

        string? announced = context.Settings.Text(SettingsCatalog.MinerAnnounced, announcedFlag);
        if (announced is not null && !(Uri.TryCreate(announced, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https"))
        {
            throw new CommandException(ErrorCodes.SettingInvalid, $"'{announced}' is not a URL.", "Give --announced an address such as https://miner.example:8443.");
        }

        return new MinerSettings(
            context.Get(Name)!, Folder(context), context.Get(Netuid), new IPEndPoint(ip, (int)context.Settings.Number(SettingsCatalog.MinerPort, portFlag)))
        {
            WitnessQuorum = LogQuorum.Read(context),
            Announced = announced is null ? null : new Uri(announced),

            // Who asks a query is not to be known, so nobody is asked for a certificate.
            Tls = certificates is null ? null : new GrpcServerTls(PartyCertificates.Server(context, certificates).Certificate, null),
            Running = (int)Math.Clamp(context.Settings.Number(SettingsCatalog.MinerRunning), 1, 4096),
            Waiting = (int)Math.Clamp(context.Settings.Number(SettingsCatalog.MinerWaiting), 0, 65_536),
            MemoryBytes = context.Settings.Number(SettingsCatalog.MinerMemory) << 20,
            VersionEpochs = context.Settings.Number(SettingsCatalog.MinerVersionEpochs) is > 0 and { } epochs ? (ulong)epochs : null,
        };
    }
}
