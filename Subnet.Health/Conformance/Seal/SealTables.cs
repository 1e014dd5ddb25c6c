using System.Text.Json;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Rlwe;

namespace Subnet.Health.Conformance.Seal;

/// <summary>Replays <c>tables.json</c>: primes, roots, transforms, ids, Galois elements, streams.</summary>
internal static class SealTables
{
    private static readonly Dictionary<string, (Action<JsonElement, string, CaseReport> Replay, HashSet<string> Members)> Known = new(StringComparer.Ordinal)
    {
        ["coeff_modulus_create"] = (CoeffModulusCreate, ["n", "bits", "primes", "plain_modulus"]),
        ["plain_modulus_batching"] = (PlainModulusBatching, ["n", "bits", "t"]),
        ["minimal_roots"] = (MinimalRoot, ["n", "q", "root_2n"]),
        ["ntt"] = (Ntt, ["n", "q", "root", "input", "forward"]),
        ["parms_id"] = (ParmsId, ["scheme", "n", "coeff_modulus", "plain_modulus", "parms_id"]),
        ["bfv_aux_base"] = (AuxiliaryBase, ["n", "t", "primes", "coeff_modulus", "bsk", "m_sk", "gamma", "m_tilde"]),
        ["galois_elements"] = (GaloisElements, ["n", "map", "all"]),
    };

    /// <summary>Replays every entry of every table.</summary>
    public static void Replay(JsonElement tables, CaseReport cases)
    {
        foreach (JsonProperty table in tables.EnumerateObject())
        {
            cases.Guard($"tables.json {table.Name}", () => ReplayTable(table, cases));
        }
    }

    private static void ReplayTable(JsonProperty table, CaseReport cases)
    {
        if (table.Name == "note")
        {
            return;
        }

        Action<JsonElement, string, CaseReport> replay = SealPrngTable.Replay;
        HashSet<string>? members = null;
        if (Known.TryGetValue(table.Name, out (Action<JsonElement, string, CaseReport> Replay, HashSet<string> Members) known))
        {
            (replay, members) = known;
        }
        else if (table.Name != "prng")
        {
            cases.Fail($"tables.json {table.Name}", "a table of the schema", "an unknown table");
            return;
        }

        int index = 0;
        foreach (JsonElement entry in table.Value.EnumerateArray())
        {
            string name = $"tables.json {table.Name}[{index++}]";
            cases.Guard(name, () =>
            {
                if (members is not null)
                {
                    cases.CheckMembers($"{name} members", entry, members);
                }

                replay(entry, name, cases);
            });
        }
    }

    private static void CoeffModulusCreate(JsonElement entry, string name, CaseReport cases)
    {
        int n = entry.GetProperty("n").GetInt32();
        int[] bits = Json.Integers(entry.GetProperty("bits"));
        ulong[] created = entry.TryGetProperty("plain_modulus", out JsonElement t) && t.GetUInt64() != 0
            ? CoeffModulus.CreateForPlainModulus(n, t.GetUInt64(), bits)
            : CoeffModulus.Create(n, bits);
        cases.CheckSequence(name, Json.Words(entry.GetProperty("primes")), created);
    }

    private static void PlainModulusBatching(JsonElement entry, string name, CaseReport cases) => cases.Check(
        name,
        entry.GetProperty("t").GetUInt64(),
        PlainModulus.Batching(entry.GetProperty("n").GetInt32(), entry.GetProperty("bits").GetInt32()));

    private static void MinimalRoot(JsonElement entry, string name, CaseReport cases) => cases.Check(
        name,
        entry.GetProperty("root_2n").GetUInt64(),
        NttTables.MinimalRoot(entry.GetProperty("n").GetInt32(), new Modulus(entry.GetProperty("q").GetUInt64())));

    private static void Ntt(JsonElement entry, string name, CaseReport cases)
    {
        NttTables transform = new(entry.GetProperty("n").GetInt32(), new Modulus(entry.GetProperty("q").GetUInt64()));
        cases.Check($"{name} root", entry.GetProperty("root").GetUInt64(), transform.Root);
        ulong[] input = Json.Words(entry.GetProperty("input"));
        ulong[] words = [.. input];
        transform.Forward(words);
        cases.CheckSequence($"{name} forward", Json.Words(entry.GetProperty("forward")), words);
        transform.Inverse(words);
        cases.CheckSequence($"{name} inverse", input, words);
    }

    private static void ParmsId(JsonElement entry, string name, CaseReport cases) => cases.Check(
        name,
        entry.GetProperty("parms_id").GetString(),
        ParametersId.Compute(
            (Scheme)entry.GetProperty("scheme").GetByte(),
            entry.GetProperty("n").GetInt32(),
            Json.Words(entry.GetProperty("coeff_modulus")),
            entry.GetProperty("plain_modulus").GetUInt64()).ToString());

    private static void AuxiliaryBase(JsonElement entry, string name, CaseReport cases)
    {
        int n = entry.GetProperty("n").GetInt32();
        SealAuxiliaryBase chosen = SealAuxiliaryBase.Choose(n, LevelOf(entry, n), entry.GetProperty("t").GetUInt64());
        cases.CheckSequence($"{name} bsk", Json.Words(entry.GetProperty("bsk")), [.. chosen.Bsk]);
        cases.Check($"{name} m_sk", entry.GetProperty("m_sk").GetUInt64(), chosen.Msk);
        cases.Check($"{name} gamma", entry.GetProperty("gamma").GetUInt64(), chosen.Gamma);
        cases.Check($"{name} m_tilde", entry.GetProperty("m_tilde").GetUInt64(), SealAuxiliaryBase.MTilde);
    }

    /// <summary>The primes of a level: given, or the first so many of the default chain.</summary>
    private static ulong[] LevelOf(JsonElement entry, int n)
    {
        if (entry.TryGetProperty("coeff_modulus", out JsonElement given))
        {
            return Json.Words(given);
        }

        ulong[] chain = CoeffModulus.Default(n);
        int primes = entry.GetProperty("primes").GetInt32();
        return primes >= 1 && primes <= chain.Length
            ? chain[..primes]
            : throw new JsonException($"the default chain of degree {n} has {chain.Length} primes, not {primes}; name them as 'coeff_modulus'");
    }

    private static void GaloisElements(JsonElement entry, string name, CaseReport cases)
    {
        const int AnyBits = 40;
        int n = entry.GetProperty("n").GetInt32();
        Parameters parameters = Parameters.Create(new ParametersLiteral
        {
            Scheme = Scheme.Ckks,
            PolyModulusDegree = n,
            CoeffModulus = CoeffModulus.Create(n, AnyBits),
            Security = SecurityLevel.None,
        });
        foreach (JsonElement step in entry.GetProperty("map").EnumerateArray())
        {
            int rotation = step.GetProperty("step").GetInt32();
            int element = GaloisElement.FromStep(parameters, rotation);
            cases.Check($"{name} step {rotation}", step.GetProperty("elt").GetInt32(), element);
            cases.Check($"{name} step {rotation} index", step.GetProperty("index").GetInt32(), GaloisElement.Index(element));
        }

        cases.CheckSequence($"{name} all", Json.Integers(entry.GetProperty("all")), [.. GaloisElement.Default(parameters)]);
    }
}
