using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Rpc.Certificates;

namespace Subnet.Health.Cli.Commands.Certs;

/// <summary><c>subnet certs create</c>: a certificate for one party, and the authority that issues it where there is none yet.</summary>
internal sealed class CertsCreateCommand : SubnetCommand
{
    private const int AuthorityDays = 3650;
    private const string AuthorityName = "Subnet.Health network authority";

    private readonly Option<string> name = OptionNames.Create<string>("--name", "Who it is for, such as miner1; names its folder too.");
    private readonly Option<string[]> hosts = OptionNames.Create<string[]>("--host", "A DNS name or address it is dialled under; may be repeated.");
    private readonly Option<int> days = OptionNames.Create<int>("--days", "How long it is valid, in days: 1 to 825.");
    private readonly Option<string> output = OptionNames.Create<string>("--output", "The folder to write; default certs/NAME in the home.");
    private readonly Option<string> authority = OptionNames.Create<string>("--authority", "The authority's folder; default certs/authority in the home.");

    public CertsCreateCommand()
        : base(
            "create",
            "Make a certificate for mutual TLS, issued by the network's own authority.",
            new CommandExample("certs create --name miner1 --host miner1.example.org --host 192.0.2.7", "writes into the home"))
    {
        name.Required = true;
        hosts.DefaultValueFactory = _ => ["localhost", "127.0.0.1"];
        days.DefaultValueFactory = _ => 365;
        foreach (Option option in new Option[] { name, hosts, days, output, authority })
        {
            Options.Add(option);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(CertsDocument)];

    /// <inheritdoc/>
    public override Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        string party = context.Get(name)!;
        if (party.Length == 0 || party.AsSpan().ContainsAny(Path.GetInvalidFileNameChars()) || party is "." or "..")
        {
            throw new CommandException(ErrorCodes.Usage, "The name must do for a folder.", "Use letters, digits and dashes.");
        }

        int validDays = context.Get(days);
        if (validDays is < 1 or > 825)
        {
            throw new CommandException(ErrorCodes.Usage, $"{validDays} days are outside 1 to 825.", "Give --days in that range.");
        }

        string target = context.Get(output) is { } given ? context.FullPath(given) : Path.Combine(context.Home, "certs", party);
        string root = context.Get(authority) is { } known ? context.FullPath(known) : Path.Combine(context.Home, "certs", "authority");
        if (PemCertificateFiles.Exist(target))
        {
            throw new CommandException(ErrorCodes.FileExists, $"'{target}' holds certificates already.", "Name another folder, or remove that one.");
        }

        using CertificateAuthority issuer = Authority(context, root);
        using X509Certificate2 issued = Issue(issuer, party, context.Get(hosts)!, validDays);
        PemCertificateFiles.Write(target, issued, issuer.Certificate, overwrite: false);
        CertsDocument document = CertsDocument.Of(target, issued, issuer.Certificate, context.Time);
        context.Output.Document(document, console => CertsDocument.Render(console, document));
        context.Output.Say($"Give peers {Path.Combine(target, PemCertificateFiles.AuthorityName)}; keep {PemCertificateFiles.KeyName} to yourself.");
        return Task.FromResult(ExitCode.Done);
    }

    private static X509Certificate2 Issue(CertificateAuthority issuer, string party, string[] hosts, int days)
    {
        try
        {
            return issuer.Issue(party, hosts, TimeSpan.FromDays(days));
        }
        catch (Exception fault) when (fault is ArgumentException or CryptographicException)
        {
            throw new CommandException(
                ErrorCodes.Usage, "The certificate cannot be made: a host is no DNS name or address, or the authority has expired.", "Check --host and the authority.", fault);
        }
    }

    private static CertificateAuthority Authority(CommandContext context, string folder)
    {
        if (PemCertificateFiles.Exist(folder))
        {
            try
            {
                return new CertificateAuthority(PemCertificateFiles.ReadCertificate(folder), context.Time);
            }
            catch (Exception fault) when (fault is CryptographicException or ArgumentException)
            {
                throw new CommandException(
                    ErrorCodes.FileMalformed, $"'{folder}' does not hold an authority with its key.", "Name the folder of an authority, or an empty one.", fault);
            }
        }

        CertificateAuthority created = CertificateAuthority.Create(AuthorityName, TimeSpan.FromDays(AuthorityDays), context.Time);
        PemCertificateFiles.Write(folder, created.Certificate, created.Certificate, overwrite: false);
        context.Output.Say(string.Create(CultureInfo.InvariantCulture, $"Made a new authority in {folder}."));
        return created;
    }
}
