using System.CommandLine;
using Subnet.Core.State;
using Subnet.Health.Cli.Api;
using Subnet.Health.Cli.Output;
using Subnet.Health.Cli.Settings;
using Subnet.Health.Network;

namespace Subnet.Health.Cli.Commands.Clinics;

/// <summary><c>subnet clinic serve</c>: the gateway's HTTP side with the clinic's own page, until it is stopped.</summary>
internal sealed class ClinicServeCommand : SubnetCommand
{
    private readonly ClinicArguments clinic = new();
    private readonly Option<ushort?> httpPort = new("--http-port") { Description = "Port on this machine (default: the setting clinic.http_port, a free one).", HelpName = "PORT" };

    private readonly Option<string[]> user = new("--user")
    {
        Description = "Address or public key that may sign in beside the clinic's own; once for each (and those of the setting clinic.users).",
        HelpName = "ADDRESS",
    };

    public ClinicServeCommand()
        : base(
            "serve",
            "Serve this gateway's page on this machine until stopped: queries, results, receipts, leak sheets, tokens; after signing in only.",
            new CommandExample("clinic serve --clinic-name heart-centre --wallet-name clinic --password-file password.txt", "a gateway, its wallet, and a network or the state of one"))
    {
        clinic.AddTo(this);
        user.AllowMultipleArgumentsPerToken = false;
        Options.Add(httpPort);
        Options.Add(user);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(ClinicServeDocument)];

    /// <inheritdoc/>
    public override async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        string[] kept = (context.Settings.Text(SettingsCatalog.ClinicUsers) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        HashSet<AccountId> users = [.. kept.Concat(context.Get(user) ?? []).Select(LedgerText.Account)];
        ClinicLook look = await clinic.LookAsync(context, cancellationToken).ConfigureAwait(false);
        await using (look.ConfigureAwait(false))
        {
            users.Add(new AccountId(look.Key.PublicKey));
            NodeSiteOptions options = new(look.Ledger, context.Loggers, context.Time)
            {
                IsSeeded = NetworkFile.TryRead(context.Home)?.Seeded ?? false,
                Cards = new HomeCards(context.Home, context.Time),
            };
            RoleSite site = await ClinicSite.StartAsync(
                look.Gateway, options, users, (int)context.Settings.Number(SettingsCatalog.ClinicHttpPort, context.Get(httpPort)), DashboardCommand.Otlp(context), cancellationToken)
                .ConfigureAwait(false);
            await using (site.ConfigureAwait(false))
            {
                context.Output.Line(
                    new ClinicServeDocument(look.Gateway.Name, look.Key.Address, site.Address.ToString()),
                    $"gateway {look.Gateway.Name} on {site.Address} until stopped; sign in with the key of {look.Key.Address}");
                await Task.Delay(Timeout.InfiniteTimeSpan, context.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        return ExitCode.Done;
    }
}

/// <summary>Where a gateway's page is; its one line.</summary>
/// <param name="Name">The gateway.</param>
/// <param name="Account">The clinic's address, whose key may sign in.</param>
/// <param name="Http">Where it listens.</param>
internal sealed record ClinicServeDocument(string Name, string Account, string Http) : Document(FormatName)
{
    public const string FormatName = "subnet/clinic-serve/1";
}
