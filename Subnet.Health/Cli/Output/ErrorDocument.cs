namespace Subnet.Health.Cli.Output;

/// <summary>An error as <c>--json</c> prints it on standard error.</summary>
internal sealed record ErrorDocument(string Code, string Message, string Fix) : Document(FormatName)
{
    public const string FormatName = "subnet/error/1";
}
