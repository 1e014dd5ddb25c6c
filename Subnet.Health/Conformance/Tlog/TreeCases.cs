using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Subnet.Crypto.Transparency;
using Subnet.Crypto.Transparency.Merkle;
using Subnet.Crypto.Transparency.Tiles;

namespace Subnet.Health.Conformance.Tlog;

/// <summary>Replays hashes, proofs, tile paths, tiles and entry bundles. Each method returns what differs, or null.</summary>
internal sealed class TreeCases
{
    private readonly Dictionary<string, EntryGenerator> generators = [];

    public string? Hashes(TlogCase c)
    {
        string got = c.Text("op") switch
        {
            "root" => MerkleTree.Root(c.Texts("leaves").Select(hex => TreeHash.OfLeaf(Convert.FromHexString(hex))).ToArray()).ToString(),
            "leaf" => TreeHash.OfLeaf(c.Hex("data")).ToString(),
            "node-raw" => Convert.ToHexStringLower(SHA256.HashData([1, .. c.Hex("left"), .. c.Hex("right")])),
            "root-gen" => MerkleTree.Root(Generator(c).Tree(c.RequiredInteger("size")), c.RequiredInteger("size")).ToString(),
            string op => throw new TlogCaseException($"the operation '{op}' is unknown"),
        };
        return Compare(c.Text("want"), got) ?? (c.Text("op") == "node-raw" ? NodeOfHashes(c) : null);
    }

    public string? Inclusion(TlogCase c)
    {
        bool accepted = VerifyInclusion(c.Integer("index"), c.Integer("size"), c.Hash("leaf"), c.Hashes("proof"), c.Hash("root"));
        if (Verdict(c, accepted) is { } wrong)
        {
            return wrong;
        }

        if (!c.Has("gen") || !accepted)
        {
            return null;
        }

        TreeHash[] built = InclusionProof.Build(Generator(c).Tree(c.RequiredInteger("size")), c.RequiredInteger("index"), c.RequiredInteger("size"));
        return Compare(Join(c.Hashes("proof")!), Join(built));
    }

    public string? Consistency(TlogCase c)
    {
        bool accepted = VerifyConsistency(c);
        if (Verdict(c, accepted) is { } wrong)
        {
            return wrong;
        }

        if (!c.Has("gen") || !accepted)
        {
            return null;
        }

        TreeHash[] built = ConsistencyProof.Build(Generator(c).Tree(c.RequiredInteger("size2")), c.RequiredInteger("size1"), c.RequiredInteger("size2"));
        return Compare(Join(c.Hashes("proof")!), Join(built));
    }

    public static string? Range(TlogCase c)
    {
        bool accepted = c.Integer("size") is { } size && c.Integer("lo") is { } lo && c.Hashes("leaves") is { } leaves
            && c.Hashes("proof") is { } proof && c.Hash("root") is { } root && RangeProof.Verify(size, lo, leaves, proof, root);
        return Verdict(c, accepted);
    }

    public static string? ThirdPartyProof(TlogCase c)
    {
        bool accepted = c.Text("kind") switch
        {
            "inclusion" => VerifyInclusion(c.Integer("leafIdx"), c.Integer("treeSize"), c.Hash("leafHash"), c.Hashes("proof"), c.Hash("root")),
            "consistency" => VerifyConsistency(c),
            string kind => throw new TlogCaseException($"the kind '{kind}' is unknown"),
        };
        bool wanted = c.Has("ours_ok") ? c.Boolean("ours_ok") : !c.Boolean("wantErr");
        return wanted == accepted ? null : $"accepted: {accepted}";
    }

    public static string? TilePath(TlogCase c)
    {
        switch (c.Text("op"))
        {
            case "index":
                return Compare(c.Text("want"), TileId.FormatIndex(c.RequiredInteger("n")));
            case "path":
                TileId tile = new(Level(c.Member("level")), c.RequiredInteger("n"), (int)c.RequiredInteger("width"));
                return Compare(c.Text("want"), tile.Path)
                    ?? (TileId.TryParse(tile.Path, out TileId back) && back == tile ? null : "its own path is refused");
            case "parse":
                string got = TileId.TryParse(c.Text("path"), out TileId parsed) ? Describe(parsed) : "refused";
                return Compare(c.Has("want") ? DescribeWanted(c.Member("want")) : "refused", got);
            case "list":
                return TileList(c);
            default:
                throw new TlogCaseException($"the operation '{c.Text("op")}' is unknown");
        }
    }

    public string? Tiles(TlogCase c)
    {
        long size = c.RequiredInteger("size");
        MemoryTree tree = Generator(c).Tree(size);
        if (c.Text("op") == "tile")
        {
            return TileId.TryParse(c.Text("path"), out TileId tile)
                ? Compare(c.Text("bytes"), Convert.ToBase64String(tile.Level == TileId.EntriesLevel ? BundleBytes(Generator(c), tile) : TileBytes(tree, tile)))
                : "the path is refused";
        }

        if (c.Text("op") != "all")
        {
            throw new TlogCaseException($"the operation '{c.Text("op")}' is unknown");
        }

        using IncrementalHash all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Dictionary<string, string> hashes = [];
        foreach (TileId tile in TileLayout.HashTiles(size))
        {
            byte[] bytes = TileBytes(tree, tile);
            all.AppendData(Encoding.ASCII.GetBytes(tile.Path + "\n"));
            all.AppendData(bytes);
            hashes[tile.Path] = Convert.ToHexStringLower(SHA256.HashData(bytes));
        }

        return Compare(c.Text("sha256_of_tiles"), Convert.ToHexStringLower(all.GetHashAndReset()))
            ?? Compare(c.Text("root"), MerkleTree.Root(tree, size).ToBase64())
            ?? c.Member("tiles").EnumerateObject()
                .Select(tile => Compare(tile.Value.GetString()!, hashes.GetValueOrDefault(tile.Name, "no such tile")))
                .FirstOrDefault(difference => difference is not null);
    }

    public string? EntryBundles(TlogCase c)
    {
        int width = (int)c.RequiredInteger("width");
        byte[] bytes = c.Has("bytes") ? c.Base64("bytes") : MadeBundle(c);
        ReadOnlyMemory<byte>[] entries;
        try
        {
            entries = EntryBundle.Parse(bytes, width);
        }
        catch (TransparencyException refused)
        {
            return c.Boolean("ok") ? $"refused: {refused.Message}" : null;
        }

        if (!c.Boolean("ok"))
        {
            return "accepted";
        }

        if (!EntryBundle.Write(entries).AsSpan().SequenceEqual(bytes))
        {
            return "writing the entries again gives other bytes";
        }

        return (c.Has("sha256") ? Compare(c.Text("sha256"), Convert.ToHexStringLower(SHA256.HashData(bytes))) : null)
            ?? (c.Has("gen") ? GeneratedBundle(c, bytes) : null);
    }

    private string? GeneratedBundle(TlogCase c, byte[] bytes)
    {
        EntryGenerator generator = Generator(c);
        if (!TileId.TryParse(c.Text("path"), out TileId tile) || tile.Level != TileId.EntriesLevel)
        {
            return "the path is refused";
        }

        if (TileLayout.At(TileId.EntriesLevel, tile.Index, c.RequiredInteger("size")) != tile)
        {
            return "a tree of this size has no such bundle";
        }

        return BundleBytes(generator, tile).AsSpan().SequenceEqual(bytes) ? null : "the generated bundle has other bytes";
    }

    private static byte[] BundleBytes(EntryGenerator generator, TileId tile) => EntryBundle.Write(
        [.. Enumerable.Range(0, tile.Width).Select(i => (ReadOnlyMemory<byte>)generator.Entry((tile.Index * TileId.FullWidth) + i))]);

    /// <summary>Bundles too long for a file are described in words, of which there is one form.</summary>
    private static byte[] MadeBundle(TlogCase c)
    {
        string[] words = c.Text("make").Split(' ');
        if (words is not ["one", "entry", "of", _, "bytes", _] || !int.TryParse(words[3], CultureInfo.InvariantCulture, out int length)
            || length is < 0 or > EntryBundle.MaximumEntryBytes || !words[5].StartsWith("0x", StringComparison.Ordinal)
            || !byte.TryParse(words[5].AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out byte value))
        {
            throw new TlogCaseException($"the description '{c.Text("make")}' is unknown");
        }

        return EntryBundle.Write([Enumerable.Repeat(value, length).ToArray()]);
    }

    private static string? NodeOfHashes(TlogCase c) => c.Hex("left").Length == TreeHash.ByteCount && c.Hex("right").Length == TreeHash.ByteCount
        ? Compare(c.Text("want"), TreeHash.OfNode(new TreeHash(c.Hex("left")), new TreeHash(c.Hex("right"))).ToString())
        : null;

    private static bool VerifyInclusion(long? index, long? size, TreeHash? leaf, TreeHash[]? proof, TreeHash? root) =>
        index is not null && size is not null && leaf is not null && proof is not null && root is not null
        && InclusionProof.Verify(index.Value, size.Value, leaf.Value, proof, root.Value);

    private static bool VerifyConsistency(TlogCase c)
    {
        // Between trees of one size nothing is hashed: the roots are the same text or not, whatever their length.
        if (c.Integer("size1") is > 0 and { } same && c.Integer("size2") == same)
        {
            return c.Texts("proof").Length == 0 && c.Text("root1") == c.Text("root2");
        }

        // From size 0 there is nothing to show, and the second root is not looked at: then it may be anything.
        TreeHash? root2 = c.Integer("size1") == 0 && c.Integer("size2") != 0 ? c.Hash("root2") ?? TreeHash.EmptyRoot : c.Hash("root2");
        return c.Integer("size1") is { } size1 && c.Integer("size2") is { } size2 && c.Hashes("proof") is { } proof
            && c.Hash("root1") is { } root1 && root2 is not null && ConsistencyProof.Verify(size1, size2, proof, root1, root2.Value);
    }

    private static string? TileList(TlogCase c)
    {
        StringBuilder paths = new();
        SortedDictionary<int, string> last = [];
        long count = 0;
        foreach (TileId tile in TileLayout.HashTiles(c.RequiredInteger("size")))
        {
            paths.Append(tile.Path).Append('\n');
            last[tile.Level] = tile.Path;
            count++;
        }

        return Compare(c.RequiredInteger("count").ToString(CultureInfo.InvariantCulture), count.ToString(CultureInfo.InvariantCulture))
            ?? Compare(c.Text("sha256_of_paths"), Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(paths.ToString()))))
            ?? Compare(string.Join(' ', c.Texts("last_of_level")), string.Join(' ', last.Values));
    }

    private static byte[] TileBytes(MemoryTree tree, TileId tile)
    {
        byte[] bytes = new byte[tile.Width * TreeHash.ByteCount];
        for (int i = 0; i < tile.Width; i++)
        {
            tree.Node(tile.Level * TileLayout.HeightsPerLevel, (tile.Index * TileId.FullWidth) + i).CopyTo(bytes.AsSpan(i * TreeHash.ByteCount));
        }

        return bytes;
    }

    private static int Level(JsonElement level) => level.ValueKind == JsonValueKind.String && level.GetString() == "entries" ? TileId.EntriesLevel
        : level.ValueKind == JsonValueKind.Number ? level.GetInt32()
        : throw TlogCase.Wrong("level", "a number or 'entries'");

    private static string Describe(TileId tile) => string.Create(
        CultureInfo.InvariantCulture, $"{(tile.Level == TileId.EntriesLevel ? "entries" : tile.Level)} {tile.Index} {tile.Width}");

    /// <summary>A list or an object of level, index and width; the width of a full tile may be left out.</summary>
    private static string DescribeWanted(JsonElement want)
    {
        JsonElement[] parts = want.ValueKind switch
        {
            JsonValueKind.Array => [.. want.EnumerateArray()],
            JsonValueKind.Object => [.. Member(want, "level", "l"), .. Member(want, "n", "index"), .. Member(want, "width", "w")],
            _ => [],
        };
        JsonElement width = parts.Length == 3 ? parts[2] : default;
        return parts.Length is 2 or 3 && parts[1].ValueKind == JsonValueKind.Number
            ? Describe(new TileId(Level(parts[0]), parts[1].GetInt64(), width.ValueKind == JsonValueKind.Number ? width.GetInt32() : TileId.FullWidth))
            : throw new TlogCaseException("'want' of a path to parse is null, a list or an object of level, n and width");
    }

    private static IEnumerable<JsonElement> Member(JsonElement value, string name, string shortName) =>
        value.EnumerateObject().Where(member => string.Equals(member.Name, name, StringComparison.OrdinalIgnoreCase)
            || string.Equals(member.Name, shortName, StringComparison.OrdinalIgnoreCase)).Select(member => member.Value).Take(1);

    private static string? Verdict(TlogCase c, bool accepted) => c.Boolean("ok") == accepted ? null : accepted ? "accepted" : "refused";

    private static string? Compare(string wanted, string got) => wanted == got ? null : $"{got} instead of {wanted}";

    private static string Join(TreeHash[] hashes) => string.Join(' ', hashes.Select(hash => hash.ToBase64()));

    private EntryGenerator Generator(TlogCase c)
    {
        string name = c.Text("gen");
        if (!generators.TryGetValue(name, out EntryGenerator? generator))
        {
            generators[name] = generator = new EntryGenerator(name);
        }

        return generator;
    }
}
