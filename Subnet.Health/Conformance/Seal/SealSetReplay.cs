using System.Text.Json;
using Subnet.Crypto.Rlwe;
using Subnet.Health.SealFiles;

namespace Subnet.Health.Conformance.Seal;

/// <summary>Replays one set: its chain, its objects against each other, and every operation.</summary>
internal static class SealSetReplay
{
    private static readonly HashSet<string> KnownMembers = new(StringComparer.Ordinal)
    {
        "case", "library", "scheme", "poly_modulus_degree", "coeff_modulus", "plain_modulus", "security", "batching", "default_scale", "slot_count",
        "chain", "ntt_roots", "plain_ntt_root", "objects", "note",
    };

    private static readonly HashSet<string> KnownChainMembers = new(StringComparer.Ordinal) { "chain_index", "parms_id", "primes", "total_bits" };

    /// <summary>Replays a set whose objects were loaded.</summary>
    public static void Replay(SealSet set, CaseReport cases, CancellationToken cancellationToken)
    {
        cases.CheckMembers("manifest.json members", set.Manifest, KnownMembers);
        cases.Guard("manifest.json chain", () => CheckChain(set, cases));
        cases.Guard("manifest.json parameters", () => CheckParameters(set, cases));
        CheckSameName(set, cases);
        using SealEngine engine = SealEngine.Create(set.Parameters);
        SealOperations operations = new(set, engine);
        foreach (SealObject item in set.Objects.Where(item => item.Value is not null))
        {
            cancellationToken.ThrowIfCancellationRequested();
            cases.Guard($"{item.File} expect", () => SealExpectations.Check(set, item, cases));
            if (item.Entry.TryGetProperty("op", out JsonElement op))
            {
                cases.Guard($"{item.File} op", () => operations.Check(item, op, cases));
            }
        }
    }

    private static void CheckChain(SealSet set, CaseReport cases)
    {
        Parameters parameters = set.Parameters;
        Level? level = parameters.KeyLevel;
        foreach (JsonElement known in set.Manifest.GetProperty("chain").EnumerateArray())
        {
            string name = $"manifest.json chain {known.GetProperty("chain_index").GetInt32()}";
            cases.CheckMembers(name, known, KnownChainMembers);
            string expected = Describe(
                known.GetProperty("chain_index").GetInt32(),
                Json.Text(known, "parms_id"),
                known.GetProperty("primes").GetInt32(),
                known.GetProperty("total_bits").GetInt32());
            cases.Check(
                name, expected, level is null ? "no such level" : Describe(level.ChainIndex, level.Id.ToString(), level.PrimeCount, level.TotalBits));
            level = level?.Next;
        }

        cases.Check("manifest.json chain end", "no further level", level is null ? "no further level" : level.ToString());
    }

    private static void CheckParameters(SealSet set, CaseReport cases)
    {
        Parameters parameters = set.Parameters;
        bool isCkks = parameters.Scheme == Scheme.Ckks;
        ulong[] roots = Json.Words(set.Manifest.GetProperty("ntt_roots"));
        ulong[] ours = new ulong[parameters.KeyLevel.PrimeCount];
        for (int i = 0; i < ours.Length; i++)
        {
            ours[i] = parameters.KeyLevel.Tables(i).Root;
        }

        cases.CheckSequence("manifest.json ntt_roots", roots, ours);
        if (set.Manifest.TryGetProperty("plain_ntt_root", out JsonElement plainRoot))
        {
            cases.Check("manifest.json plain_ntt_root", plainRoot.GetUInt64(), parameters.PlainTables.Root);
        }

        cases.Check("manifest.json batching", set.Manifest.GetProperty("batching").GetBoolean(), isCkks || parameters.SupportsBatching);
        double scale = set.Manifest.GetProperty("default_scale").GetDouble();
        cases.Check("manifest.json default_scale", isCkks ? double.IsNormal(scale) && scale > 0 : scale == 1, isCkks ? "a positive number" : "1", $"{scale}");

        // A set without batching has N coefficients and no slots; its count may say either.
        int slots = set.Manifest.GetProperty("slot_count").GetInt32();
        int expected = isCkks ? parameters.PolyModulusDegree / 2 : parameters.PolyModulusDegree;
        cases.Check("manifest.json slot_count", slots == 0 && !isCkks && !parameters.SupportsBatching ? slots : expected, slots);
    }

    private static string Describe(int index, string id, int primes, int bits) => $"index {index}, id {id}, {primes} primes, {bits} bits";

    /// <summary>Files that share a name hold the same object in another compression or with a polynomial as seed.</summary>
    private static void CheckSameName(SealSet set, CaseReport cases)
    {
        foreach (IGrouping<string, SealObject> group in set.Objects.Where(item => item.Words is not null).GroupBy(item => item.Name))
        {
            SealObject first = group.First();
            foreach (SealObject other in group.Skip(1))
            {
                cases.CheckSequence<byte>($"{other.File} same as {first.File}", first.Words, other.Words);
            }
        }
    }
}
