using System.Globalization;
using System.Text;
using System.Text.Json;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Transparency;
using Subnet.Crypto.Transparency.Checkpoints;
using Subnet.Crypto.Transparency.Merkle;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Crypto.Transparency.Tiles;
using Subnet.Crypto.Transparency.Witnessing;

namespace Subnet.Health.Conformance.Tlog;

/// <summary>Replays keys, notes, checkpoints, policies, proof files, witness conversations and logs. Each method returns what differs, or null.</summary>
internal static class NoteCases
{
    public static string? VerifierKeys(TlogCase c) => Accepting(c, () =>
    {
        VerifierKey key = VerifierKey.Parse(c.Text("vkey"));
        if (key.ToString() != c.Text("vkey"))
        {
            return $"writes as {key}";
        }

        string? seeded = null;
        if (c.Has("seed"))
        {
            using SigningKey signing = SigningKey.FromSeed(c.Hex("seed"));
            seeded = Compare(c.Text("vkey"), new NoteSigner(c.Text("name"), key.Type, signing).Verifier.ToString());
        }

        return seeded
            ?? Compare(c.Text("name"), key.Name)
            ?? Compare(c.Text("keyid"), key.Id.ToString("x8", CultureInfo.InvariantCulture))
            ?? Compare(c.RequiredInteger("sigtype").ToString(CultureInfo.InvariantCulture), ((int)key.Type).ToString(CultureInfo.InvariantCulture))
            ?? Compare(c.Text("pub"), Convert.ToHexStringLower(key.PublicKey));
    });

    public static string? Notes(TlogCase c) => Accepting(c, () =>
    {
        byte[] bytes = c.Base64("note");
        SignedNote note = SignedNote.Parse(bytes);
        IReadOnlyList<VerifiedSignature> signatures = note.Verify(c.Keys("vkeys"));
        if (!Encoding.UTF8.GetBytes(note.ToString()).AsSpan().SequenceEqual(bytes))
        {
            return "the note writes as other bytes";
        }

        return Compare(c.Text("text"), note.Text)
            ?? Compare(string.Join(' ', c.Texts("signed_by")), string.Join(' ', signatures.Select(signature => signature.Key.Label)))
            ?? (c.Has("times")
                ? Compare(
                    string.Join(' ', c.Member("times").EnumerateArray().Select(time => time.ValueKind == JsonValueKind.Null ? "-" : time.ToString())),
                    string.Join(' ', signatures.Select(signature => signature.Time?.ToString(CultureInfo.InvariantCulture) ?? "-")))
                : null);
    });

    public static string? Checkpoints(TlogCase c) => Accepting(c, () =>
    {
        Checkpoint checkpoint = Checkpoint.Parse(c.Text("text"));
        return Compare(c.Text("text"), checkpoint.ToText())
            ?? Compare(c.Text("origin"), checkpoint.Origin)
            ?? Compare(c.RequiredInteger("size").ToString(CultureInfo.InvariantCulture), checkpoint.Size.ToString(CultureInfo.InvariantCulture))
            ?? Compare(c.Text("root"), checkpoint.Root.ToString())
            ?? Compare(string.Join('\n', c.Texts("ext")), string.Join('\n', checkpoint.Extensions));
    });

    public static string? Policies(TlogCase c) => Accepting(c, () =>
    {
        TrustPolicy policy = TrustPolicyFile.Parse(c.Base64("policy"));
        string witnesses = string.Join(' ', policy.Witnesses.Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal));
        string wanted = string.Join(' ', c.Member("witnesses").EnumerateObject().Select(pair => $"{pair.Name}={pair.Value}").Order(StringComparer.Ordinal));
        string? difference = Compare(string.Join(' ', c.Texts("logs")), string.Join(' ', policy.Logs)) ?? Compare(wanted, witnesses);
        foreach (JsonElement question in c.Member("eval").EnumerateArray())
        {
            VerifierKey[] signers = [.. question.GetProperty("got").EnumerateArray().Select(name => policy.Witnesses[name.GetString()!])];
            bool met = policy.IsQuorum(signers);
            difference ??= met == question.GetProperty("met").GetBoolean() ? null : $"quorum of {question.GetProperty("got")} met: {met}";
        }

        return difference;
    });

    public static string? ProofFiles(TlogCase c) => Accepting(c, () =>
    {
        TlogProof proof = TlogProof.Parse(c.Base64("proof"));
        TrustPolicy policy = TrustPolicy.Threshold(c.Keys("log_vkeys"), c.Keys("witness_vkeys"), (int)c.RequiredInteger("quorum"));
        if (!proof.Verify(new TreeHash(c.Hex("leaf")), c.Text("origin"), policy, out string why))
        {
            throw new TransparencyException(why);
        }

        if (!Encoding.UTF8.GetBytes(proof.ToString()).AsSpan().SequenceEqual(c.Base64("proof")))
        {
            return "the proof writes as other bytes";
        }

        Checkpoint checkpoint = Checkpoint.Parse(SignedNote.Parse(proof.CheckpointNote).Text);
        return (c.Has("index") ? Compare($"{c.Member("index")}", proof.Index.ToString(CultureInfo.InvariantCulture)) : null)
            ?? (c.Has("size") ? Compare($"{c.Member("size")}", checkpoint.Size.ToString(CultureInfo.InvariantCulture)) : null);
    });

    public static string? WitnessConversation(TlogCase c)
    {
        using SigningKey key = SigningKey.FromSeed(new byte[SigningKey.SeedByteCount]);
        NoteSigner signer = new("witness.example/conformance", SignatureType.Cosignature, key);
        Witness witness = new(signer, [VerifierKey.Parse(c.Text("log_vkey"))], new InMemoryWitnessStore(), TimeProvider.System);
        int step = 0;
        foreach (JsonElement wanted in c.Member("steps").EnumerateArray())
        {
            step++;
            string body = wanted.GetProperty("body").GetString()!;
            WitnessAnswer answer = witness.AddCheckpoint(Encoding.UTF8.GetBytes(body));
            if (answer.Status != wanted.GetProperty("status").GetInt32())
            {
                return $"step {step}: {answer.Status} ({answer.Body.TrimEnd()}) instead of {wanted.GetProperty("status")}";
            }

            if (wanted.TryGetProperty("size", out JsonElement size) && (answer.Body != $"{size}\n" || answer.ContentType != WitnessAnswer.SizeType))
            {
                return $"step {step}: the body '{answer.Body.TrimEnd()}' of type {answer.ContentType} instead of the size {size}";
            }

            if (answer.Status == 200 && CheckCosignature(body, answer, signer.Verifier) is { } wrong)
            {
                return $"step {step}: {wrong}";
            }
        }

        return step > 0 ? null : throw new TlogCaseException("the conversation has no steps");
    }

    public static string? Tampering(TlogCase c)
    {
        TreeHash[] leaves = [.. c.Texts("entries").Select(entry => TreeHash.OfLeaf(Encoding.UTF8.GetBytes(entry)))];
        TreeHash[]? consistency = c.Has("consistency") ? c.Hashes("consistency") ?? throw TlogCase.Wrong("consistency", "a list of hashes") : null;
        TamperVerdict verdict = TreeMonitor.Check(
            c.Text("origin"), VerifierKey.Parse(c.Text("log_vkey")), c.Text("trusted"), c.Text("presented"), leaves, consistency);
        return Compare(c.Text("expect"), verdict.ToString().ToLowerInvariant());
    }

    public static string? ThirdPartyLog(TlogCase c)
    {
        TrustPolicy policy = TrustPolicy.Threshold([VerifierKey.Parse(c.Text("vkey"))], [], 0);
        OpenedCheckpoint opened = OpenedCheckpoint.Open(c.Text("checkpoint"), c.Text("origin"), policy);
        if (!opened.IsAccepted)
        {
            return opened.Message;
        }

        ReadOnlyMemory<byte>[] entries = [.. c.Texts("entries").Select(entry => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(entry))];
        TreeHash[] leaves = [.. entries.Select(entry => TreeHash.OfLeaf(entry.Span))];
        if (opened.Checkpoint!.Size != leaves.Length || opened.Checkpoint.Root != MerkleTree.Root(leaves))
        {
            return "the entries do not hash to the checkpoint's root";
        }

        int tiles = 0;
        foreach (JsonProperty member in c.Members.Where(member => member.Name.StartsWith("tile/", StringComparison.Ordinal)))
        {
            if (!TileId.TryParse(member.Name, out TileId tile) || tile.Level > 0 || TileLayout.At(tile.Level, tile.Index, leaves.Length) != tile)
            {
                return $"{member.Name} is not a tile of this tree";
            }

            int first = (int)tile.Index * TileId.FullWidth;
            byte[] bytes = tile.Level == TileId.EntriesLevel
                ? EntryBundle.Write(entries[first..(first + tile.Width)])
                : [.. leaves[first..(first + tile.Width)].SelectMany(leaf => leaf.ToArray())];
            if (member.Value.GetString() != Convert.ToBase64String(bytes))
            {
                return $"{member.Name} has other bytes";
            }

            tiles++;
        }

        return tiles > 0 || leaves.Length == 0 ? null : throw new TlogCaseException("the case has no tiles");
    }

    private static string? CheckCosignature(string body, WitnessAnswer answer, VerifierKey witness)
    {
        AddCheckpointRequest request = AddCheckpointRequest.Parse(Encoding.UTF8.GetBytes(body));
        SignedNote cosigned = SignedNote.Create(request.Note.Text, [SignedNote.ParseLine(answer.Body.TrimEnd('\n'))]);
        return cosigned.Verify([witness]).Count == 1 ? null : "the answer is not the witness's cosignature";
    }

    private static string? Accepting(TlogCase c, Func<string?> replay)
    {
        try
        {
            string? difference = replay();
            return c.Boolean("ok") ? difference : "accepted";
        }
        catch (TransparencyException refused)
        {
            return c.Boolean("ok") ? $"refused: {refused.Message}" : null;
        }
    }

    private static string? Compare(string wanted, string got) => wanted == got ? null : $"{got} instead of {wanted}";
}
