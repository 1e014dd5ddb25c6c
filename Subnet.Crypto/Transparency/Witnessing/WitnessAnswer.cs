using System.Globalization;

namespace Subnet.Crypto.Transparency.Witnessing;

/// <summary>What a witness answers to add-checkpoint, in HTTP's terms.</summary>
/// <param name="Status">200, 400, 403, 404, 409 or 422.</param>
/// <param name="Body">Signature lines, the size that the witness knows, or one sentence on the refusal; each ends in a line feed.</param>
/// <param name="ContentType">Media type of the body.</param>
public sealed record WitnessAnswer(int Status, string Body, string ContentType)
{
    /// <summary>Media type of the body of a 409.</summary>
    public const string SizeType = "text/x.tlog.size";

    private const string TextType = "text/plain; charset=utf-8";

    internal static WitnessAnswer Cosigned(string line) => new(200, line + "\n", TextType);

    internal static WitnessAnswer Conflict(long size) => new(409, string.Create(CultureInfo.InvariantCulture, $"{size}\n"), SizeType);

    internal static WitnessAnswer Refused(int status, string why) => new(status, why + "\n", TextType);
}
