namespace Subnet.Health.Rpc;

/// <summary>One item of metadata; exactly one of <see cref="Text"/> and <see cref="Bytes"/> is there.</summary>
/// <param name="Name">Lower case; ends in <c>-bin</c> when the value is bytes.</param>
/// <param name="Text">Printable ASCII.</param>
/// <param name="Bytes">Any bytes.</param>
internal sealed record GrpcMetadataEntry(string Name, string? Text, byte[]? Bytes)
{
    /// <summary>The header value: the text, or base64 without padding.</summary>
    public string WireValue => Text ?? Convert.ToBase64String(Bytes!).TrimEnd('=');
}
