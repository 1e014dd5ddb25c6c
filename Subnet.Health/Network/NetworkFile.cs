using System.Text.Json;
using System.Text.Json.Serialization;

namespace Subnet.Health.Network;

/// <summary>
/// <c>network.json</c> of a home: where the parties of the network on this machine are found. <c>subnet localnet</c> and <c>subnet demo</c> write it, every command
/// that names no other network reads it.
/// </summary>
/// <param name="Name">The network's name, as in its genesis file.</param>
/// <param name="Seeded">Whether its keys come from a seed that others know: then they keep nothing secret.</param>
/// <param name="Node">The ledger's node; null while none runs, and the ledger is read from its files.</param>
/// <param name="Roles">The parties, the node among them.</param>
internal sealed record NetworkFile(string Name, bool Seeded, NetworkNode? Node, IReadOnlyList<NetworkRole> Roles)
{
    /// <summary>Largest file accepted, in bytes.</summary>
    public const int MaxSize = 1 << 20;

    /// <summary>The file's name in a home.</summary>
    public const string FileName = "network.json";

    private const string FormatName = "subnet/network/1";
    private const int MostRoles = 1_024;

    private static readonly string[] RoleNames = ["node", "miner", "validator", "clinic", "issuer"];

    private static readonly JsonSerializerOptions Options = new()
    {
        AllowDuplicateProperties = false,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        MaxDepth = 8,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = false,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        WriteIndented = true,
    };

    /// <summary>The file's place in a home.</summary>
    public static string PathIn(string home) => Path.Combine(home, FileName);

    /// <summary>Reads a home's file; null where it has none.</summary>
    /// <exception cref="NetworkFileException">It is no network file.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static NetworkFile? TryRead(string home)
    {
        string path = PathIn(home);
        if (!File.Exists(path))
        {
            return null;
        }

        long size = new FileInfo(path).Length;
        return size <= MaxSize
            ? Parse(File.ReadAllBytes(path))
            : throw new NetworkFileException($"a network file of {size} bytes is longer than the {MaxSize} allowed");
    }

    /// <summary>Reads a file's content.</summary>
    /// <exception cref="NetworkFileException">Says what is wrong.</exception>
    public static NetworkFile Parse(ReadOnlySpan<byte> json)
    {
        Content content;
        try
        {
            content = JsonSerializer.Deserialize<Content>(json, Options) ?? throw new NetworkFileException("the network file is null");
        }
        catch (Exception e) when (e is JsonException or UriFormatException)
        {
            throw new NetworkFileException($"the network file is not what it should be: {e.Message}", e);
        }

        return Check(content);
    }

    /// <summary>The roles of one kind.</summary>
    public IEnumerable<NetworkRole> Of(string role) => Roles.Where(party => party.Role == role);

    /// <summary>One party, or null.</summary>
    public NetworkRole? Find(string role, string name) => Roles.FirstOrDefault(party => party.Role == role && party.Name == name);

    /// <summary>The file's content; <see cref="Parse"/> reads it back to the same.</summary>
    public byte[] ToBytes() =>
        [.. JsonSerializer.SerializeToUtf8Bytes(new Content(FormatName, Name, Seeded, Node, Roles), Options), (byte)'\n'];

    /// <summary>Puts the file into a home, whole or not at all.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(string home)
    {
        Directory.CreateDirectory(home);
        string temporary = PathIn(home) + ".new";
        using (FileStream stream = new(temporary, FileMode.Create, FileAccess.Write))
        {
            stream.Write(ToBytes());
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, PathIn(home), overwrite: true);
    }

    private static NetworkFile Check(Content content)
    {
        if (content.Format != FormatName)
        {
            throw new NetworkFileException($"`format` is `{content.Format}`; this build reads `{FormatName}`");
        }

        if (string.IsNullOrEmpty(content.Name) || content is { Node: { Grpc: null } } || content.Roles is null)
        {
            throw new NetworkFileException("`name` and `roles` are needed, and `grpc` in `node`");
        }

        CheckAddress(content.Node?.Grpc, "node");
        CheckAddress(content.Node?.Http, "node");
        if (content.Roles.Count > MostRoles)
        {
            throw new NetworkFileException($"{content.Roles.Count} roles are more than the {MostRoles} allowed");
        }

        foreach (NetworkRole? role in content.Roles)
        {
            Check(role);
        }

        return content.Roles.DistinctBy(role => (role.Role, role.Name)).Count() == content.Roles.Count
            ? new NetworkFile(content.Name, content.Seeded, content.Node, content.Roles)
            : throw new NetworkFileException("two roles of one kind have the same name");
    }

    private static void Check(NetworkRole? role)
    {
        if (role is null || !RoleNames.Contains(role.Role, StringComparer.Ordinal) || string.IsNullOrEmpty(role.Name) || string.IsNullOrEmpty(role.Home))
        {
            throw new NetworkFileException($"each role has `role` ({string.Join(", ", RoleNames)}), `name` and `home`");
        }

        if (IsOutside(role.Home) || (role.Log is { } log && IsOutside(log)))
        {
            throw new NetworkFileException($"the folders of {role.Role} {role.Name} are not below the network file's own");
        }

        if (role.Hotkey is { } hotkey && (hotkey.Length != 64 || !hotkey.All(char.IsAsciiHexDigitLower)))
        {
            throw new NetworkFileException($"the `hotkey` of {role.Role} {role.Name} is not 64 hexadecimal digits in lower case");
        }

        CheckAddress(role.Grpc, role.Name);
        CheckAddress(role.Http, role.Name);
    }

    private static bool IsOutside(string folder) => Path.IsPathRooted(folder) || folder.Split('/', '\\').Contains("..", StringComparer.Ordinal);

    private static void CheckAddress(Uri? address, string owner)
    {
        if (address is not null && !(address.IsAbsoluteUri && address.Scheme is "http" or "https"))
        {
            throw new NetworkFileException($"the address `{address}` of {owner} does not begin with http:// or https://");
        }
    }

    private sealed record Content(string? Format, string? Name, bool Seeded, NetworkNode? Node, IReadOnlyList<NetworkRole>? Roles);
}
