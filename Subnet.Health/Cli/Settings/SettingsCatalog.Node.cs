namespace Subnet.Health.Cli.Settings;

/// <content>Settings of the ledger's node and of those who ask one.</content>
internal static partial class SettingsCatalog
{
    public static readonly Setting NetworkCertificates =
        new("network.certs", SettingKind.Text, null, "Folder of this party's certificates for asking a node at an https address.");

    public static readonly Setting NodeAddress =
        new("node.address", SettingKind.Text, "127.0.0.1", "The address the node's gRPC service listens on; beyond loopback it needs node.certs.");

    public static readonly Setting NodePort =
        new("node.port", SettingKind.Port, "0", "The port of the node's gRPC service; 0 takes a free one, which is printed.");

    public static readonly Setting NodeCertificates =
        new("node.certs", SettingKind.Text, null, "Folder of the node's certificates; its peers need one of the same authority.");
}
