using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Subnet.Health.Cli.Errors;
using Subnet.Health.Rpc.Certificates;

namespace Subnet.Health.Cli.Commands.Certs;

/// <summary><c>subnet certs show FOLDER</c>: whose certificate it is, for which hosts, until when, and whether its authority vouches for it.</summary>
internal sealed class CertsShowCommand : SubnetCommand
{
    private readonly Argument<string> folder = new("FOLDER") { Description = "The folder of a certificate." };

    public CertsShowCommand()
        : base(
            "show",
            "Show a certificate; exit 1 when it has expired or its authority did not issue it.",
            new CommandExample("certs show certs/miner1", "a folder that certs create wrote")) => Arguments.Add(folder);

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(CertsDocument)];

    /// <inheritdoc/>
    public override Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        string path = context.ExistingFolder(context.Get(folder));
        try
        {
            using X509Certificate2 certificate = PemCertificateFiles.ReadCertificate(path);
            using X509Certificate2 authority = PemCertificateFiles.ReadAuthority(path);
            CertsDocument document = CertsDocument.Of(path, certificate, authority, context.Time);
            context.Output.Document(document, console => CertsDocument.Render(console, document));
            return Task.FromResult(document.Valid ? ExitCode.Done : ExitCode.No);
        }
        catch (CryptographicException fault)
        {
            throw new CommandException(
                ErrorCodes.FileMalformed, $"'{path}' does not hold a certificate with its key: {fault.Message}", "Make it again with 'subnet certs create'.", fault);
        }
    }
}
