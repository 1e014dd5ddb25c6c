using System.CommandLine;
using System.Text.Json;
using Spectre.Console;
using Subnet.Health.Cli.Api;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Cli.Output;
using Subnet.Health.Network;
using Subnet.Health.Network.Demo;
using Subnet.Health.Network.Localnet;

namespace Subnet.Health.Cli.Commands.Localnet;

/// <summary>What the commands of the local network share.</summary>
internal static class LocalnetAccess
{
    /// <summary>The control of this home's network.</summary>
    public static LocalnetControl Open(CommandContext context)
    {
        try
        {
            return new LocalnetControl(context.Home, SampleFolder.Find(context.Environment.CurrentDirectory), context.Output.Say, context.Time, context.Loggers);
        }
        catch (DirectoryNotFoundException e)
        {
            throw new CommandException(ErrorCodes.FileNotFound, $"The local network needs its samples: {e.Message}.", "Run it from the top of a checkout.", e);
        }
    }

    /// <summary>Turns the network's refusals into errors.</summary>
    public static async Task<T> GuardAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (LocalnetException e)
        {
            throw new CommandException(ErrorCodes.LedgerUnavailable, $"That is not possible: {e.Message}.", "See 'subnet localnet status'; 'subnet localnet reset' begins anew.", e);
        }
        catch (NetworkFileException e)
        {
            throw new CommandException(ErrorCodes.FileMalformed, $"The network file of this home cannot be used: {e.Message}.", "Correct or remove it.", e);
        }
    }
}

/// <summary><c>subnet localnet up</c>.</summary>
internal sealed class LocalnetUpCommand : SubnetCommand
{
    private readonly Option<ulong?> seed = new("--seed") { Description = "Where the keys come from, when the network is created; without it nobody else can have them.", HelpName = "N" };

    public LocalnetUpCommand()
        : base("up", "Create the local network if there is none, and start its roles as processes.", new CommandExample("localnet up", "a minute and free memory for thirteen processes")) =>
        Options.Add(seed);

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(LocalnetStatusDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        LocalnetControl control = LocalnetAccess.Open(context);
        NetworkFile file = await LocalnetAccess.GuardAsync(async () =>
        {
            if (control.Read() is null)
            {
                await control.CreateAsync(context.Get(seed), cancellationToken).ConfigureAwait(false);
            }

            return await control.StartAsync(cancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
        LocalnetStatusDocument.Print(context, control, file);
        return ExitCode.Done;
    }
}

/// <summary><c>subnet localnet down</c>.</summary>
internal sealed class LocalnetDownCommand : SubnetCommand
{
    public LocalnetDownCommand()
        : base("down", "Stop every role of the local network; its state stays.", new CommandExample("localnet down", "a local network"))
    {
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(LocalnetDownDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        LocalnetControl control = LocalnetAccess.Open(context);
        int stopped = await LocalnetAccess.GuardAsync(() => control.StopAsync(cancellationToken)).ConfigureAwait(false);
        context.Output.Document(new LocalnetDownDocument(stopped), console => console.WriteLine($"{stopped} roles stopped"));
        return ExitCode.Done;
    }
}

/// <summary><c>subnet localnet status</c>.</summary>
internal sealed class LocalnetStatusCommand : SubnetCommand
{
    public LocalnetStatusCommand()
        : base("status", "Show the roles of the local network, whether they run, and where they listen.", new CommandExample("localnet status", "a local network"))
    {
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(LocalnetStatusDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        LocalnetControl control = LocalnetAccess.Open(context);
        NetworkFile file = await LocalnetAccess.GuardAsync(() => Task.FromResult(
            control.Read() ?? throw new LocalnetException("there is no local network in this home"))).ConfigureAwait(false);
        LocalnetStatusDocument.Print(context, control, file);
        return ExitCode.Done;
    }
}

/// <summary><c>subnet localnet reset</c>.</summary>
internal sealed class LocalnetResetCommand : StateChangingCommand
{
    private readonly Option<ulong?> seed = new("--seed") { Description = "Where the new keys come from; without it nobody else can have them.", HelpName = "N" };

    public LocalnetResetCommand()
        : base("reset", "Stop the local network, remove its state and wallets and every gateway, miner and validator of the home, and create it anew.", new CommandExample("localnet reset --seed 7 --yes", "a local network")) =>
        Options.Add(seed);

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(LocalnetStatusDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        LocalnetControl control = LocalnetAccess.Open(context);
        if (await LocalnetAccess.GuardAsync(() => Task.FromResult(control.Read())).ConfigureAwait(false) is null)
        {
            throw new CommandException(ErrorCodes.FileNotFound, "There is no local network in this home.", "Create one with 'subnet localnet up'.");
        }

        if (context.Get(DryRun))
        {
            context.Output.Say($"would stop the roles and remove the local network of '{context.Home}', then create it anew");
            return ExitCode.Done;
        }

        await context.ConfirmAsync(this, $"Remove the local network of '{context.Home}' with its wallets, and every gateway, miner and validator of this home?", cancellationToken).ConfigureAwait(false);
        NetworkFile file = await LocalnetAccess.GuardAsync(async () =>
        {
            await control.StopAsync(cancellationToken).ConfigureAwait(false);
            control.Remove();
            await control.CreateAsync(context.Get(seed), cancellationToken).ConfigureAwait(false);
            return control.Read()!;
        }).ConfigureAwait(false);
        LocalnetStatusDocument.Print(context, control, file);
        return ExitCode.Done;
    }
}

/// <summary><c>subnet localnet logs</c>.</summary>
internal sealed class LocalnetLogsCommand : SubnetCommand
{
    private readonly Option<string?> role = new("--role") { Description = "Only this role: node, miner, validator or clinic.", HelpName = "ROLE" };
    private readonly Option<string?> name = new("--name") { Description = "Only the role of this name.", HelpName = "NAME" };
    private readonly Option<int> lines = new("--lines") { Description = "Lines of each log, from its end.", HelpName = "N", DefaultValueFactory = _ => 20 };

    public LocalnetLogsCommand()
        : base("logs", "Show the ends of the roles' logs.", new CommandExample("localnet logs --role validator", "a local network"))
    {
        Options.Add(role);
        Options.Add(name);
        Options.Add(lines);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(LocalnetLogDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        LocalnetControl control = LocalnetAccess.Open(context);
        NetworkFile file = await LocalnetAccess.GuardAsync(() => Task.FromResult(
            control.Read() ?? throw new LocalnetException("there is no local network in this home"))).ConfigureAwait(false);
        NetworkRole[] meant =
        [
            .. file.Roles.Where(party => (context.Get(role) is not { } kind || party.Role == kind) && (context.Get(name) is not { } only || party.Name == only)),
        ];
        if (meant.Length == 0)
        {
            throw new CommandException(
                ErrorCodes.Usage,
                $"The network has no {context.Get(role) ?? "role"}{(context.Get(name) is { } wanted ? $" named '{wanted}'" : "")}.",
                "'subnet localnet status' lists the roles.");
        }

        foreach (NetworkRole party in meant)
        {
            string path = control.LogOf(party.Role, party.Name);
            if (!File.Exists(path))
            {
                continue;
            }

            foreach (string line in (await File.ReadAllLinesAsync(path, cancellationToken).ConfigureAwait(false)).TakeLast(Math.Max(0, context.Get(lines))))
            {
                context.Output.Line(new LocalnetLogDocument(party.Role, party.Name, line), $"{party.Role} {party.Name}  {line}");
            }
        }

        return ExitCode.Done;
    }
}

/// <summary><c>subnet localnet role</c>: what <c>up</c> starts for each role.</summary>
internal sealed class LocalnetRoleCommand : SubnetCommand
{
    private readonly Argument<string> role = new("role") { Description = "node, miner, validator or clinic." };
    private readonly Argument<string> name = new("name") { Description = "The role's name." };
    private readonly Option<string?> ready = new("--ready") { Description = "File that is written once the role serves, with its addresses.", HelpName = "FILE" };

    public LocalnetRoleCommand()
        : base("role", "Run one role of the local network in this process; 'localnet up' starts each so.", new CommandExample("localnet role miner heart-honest", "a local network that was created"))
    {
        Arguments.Add(role);
        Arguments.Add(name);
        Options.Add(ready);
    }

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        SampleFolder samples;
        try
        {
            samples = SampleFolder.Find(context.Environment.CurrentDirectory);
        }
        catch (DirectoryNotFoundException e)
        {
            throw new CommandException(ErrorCodes.FileNotFound, $"The local network needs its samples: {e.Message}.", "Run it from the top of a checkout.", e);
        }

        string? file = context.Get(ready) is { } given ? context.FullPath(given) : null;
        try
        {
            await new LocalnetRoles(
                context.Home, samples, new RoleSites(context.Loggers, context.Time, DashboardCommand.Otlp(context), NetworkFile.TryRead(context.Home)?.Seeded ?? false), context.Time, context.Loggers).RunAsync(
                context.Get(role),
                context.Get(name),
                addresses =>
                {
                    context.Output.Say(string.Join(", ", addresses.Select(address => $"{address.Key} at {address.Value}")));
                    if (file is not null)
                    {
                        File.WriteAllBytes(file + ".new", JsonSerializer.SerializeToUtf8Bytes(addresses));
                        File.Move(file + ".new", file, overwrite: true);
                    }
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (ArgumentException e)
        {
            throw new CommandException(ErrorCodes.Usage, $"That role cannot run: {e.Message}.", "See 'subnet localnet status' for the roles there are.", e);
        }

        return ExitCode.Done;
    }
}

/// <summary>The answer of <c>subnet localnet down</c>.</summary>
/// <param name="Stopped">Roles that ran and were stopped.</param>
internal sealed record LocalnetDownDocument(int Stopped) : Document(FormatName)
{
    public const string FormatName = "subnet/localnet-down/1";
}

/// <summary>A line of <c>subnet localnet logs</c>.</summary>
/// <param name="Role">Whose.</param>
/// <param name="Name">Its name.</param>
/// <param name="Text">The line.</param>
internal sealed record LocalnetLogDocument(string Role, string Name, string Text) : Document(FormatName)
{
    public const string FormatName = "subnet/localnet-logs/1";
}

/// <summary>The answer of <c>subnet localnet status</c>, <c>up</c> and <c>reset</c>.</summary>
/// <param name="Network">The network's name.</param>
/// <param name="Seeded">Whether others can derive the keys.</param>
/// <param name="Home">Where everything is.</param>
/// <param name="Roles">The roles.</param>
internal sealed record LocalnetStatusDocument(string Network, bool Seeded, string Home, IReadOnlyList<LocalnetRoleEntry> Roles) : Document(FormatName)
{
    public const string FormatName = "subnet/localnet-status/1";

    public static void Print(CommandContext context, LocalnetControl control, NetworkFile file)
    {
        LocalnetRoleEntry[] roles =
        [
            .. file.Roles.Select(role => new LocalnetRoleEntry(
                role.Role, role.Name, role.Netuid, role.Pid, role.Pid is { } pid ? LocalnetProcess.IsRunning(pid) : role.Role == "issuer" && role.Grpc is not null, role.Grpc, role.Http,
                control.LogOf(role.Role, role.Name))),
        ];
        context.Output.Document(new LocalnetStatusDocument(file.Name, file.Seeded, context.Home, roles), console =>
        {
            Table table = new Table().Border(TableBorder.Minimal).AddColumns("role", "name", "subnet", "process", "runs", "gRPC", "pages, health, metrics");
            foreach (LocalnetRoleEntry role in roles)
            {
                table.AddRow(role.Role, role.Name, $"{role.Netuid}", $"{role.Pid}", role.IsRunning ? "yes" : "no", $"{role.Grpc}", $"{role.Http}");
            }

            console.Write(table);
            console.WriteLine($"{(file.Seeded ? "keys from a shared seed: unfit for secrets; " : "")}password of every wallet: {DemoKeys.Password}; state in {context.Home}");
        });
    }
}

/// <summary>A role of the local network.</summary>
/// <param name="Role">What it does.</param>
/// <param name="Name">Its name.</param>
/// <param name="Netuid">Its subnet; absent for one that works in several.</param>
/// <param name="Pid">Its process; absent while it does not run, and for an issuer, which runs beside the node.</param>
/// <param name="IsRunning">Whether it runs.</param>
/// <param name="Grpc">Where it listens; absent for a clinic, which only asks.</param>
/// <param name="Http">Its pages, health and metrics; absent for an issuer, which runs beside the node.</param>
/// <param name="Log">Its log file.</param>
internal sealed record LocalnetRoleEntry(string Role, string Name, ushort? Netuid, int? Pid, bool IsRunning, Uri? Grpc, Uri? Http, string Log);
