using System.Text.Json;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Rlwe;

namespace Subnet.Health.Conformance.Seal;

/// <summary>Replays <c>tables.json</c>: primes, roots, transforms, ids, Galois elements, streams.</summary>
internal static class SealTables
{
    // The auxiliary primes of SEAL's RNS multiplication have 61 bits (seal-format 10).
    private const int AuxiliaryBits = 61;
    private const int LogMTilde = 32;

    /// <summary>Replays every entry of every table.</summary>
    public static void Replay(JsonElement tables, CaseReport cases)
    {
        foreach (JsonProperty table in tables.EnumerateObject())
        {
            Action<JsonElement, string, CaseReport>? replay = table.Name switch
            {
                "coeff_modulus_create" => CoeffModulusCreate,
                "plain_modulus_batching" => PlainModulusBatching,
                "minimal_roots" => MinimalRoot,
                "ntt" => Ntt,
                "parms_id" => ParmsId,
                "bfv_aux_base" => AuxiliaryBase,
                "galois_elements" => GaloisElements,
                "prng" => SealPrngTable.Replay,
                _ => null,
            };
            if (replay is null)
            {
                cases.Fail($"tables.json {table.Name}", "a table of the schema", "an unknown table");
                continue;
            }

            int index = 0;
            foreach (JsonElement entry in table.Value.EnumerateArray())
            {
                string name = $"tables.json {table.Name}[{index++}]";
                cases.Guard(name, () => replay(entry, name, cases));
            }
        }
    }

    private static void CoeffModulusCreate(JsonElement entry, string name, CaseReport cases)
    {
        int[] bits = [.. entry.GetProperty("bits").EnumerateArray().Select(size => size.GetInt32())];
        cases.CheckSequence(name, Json.Words(entry.GetProperty("primes")), CoeffModulus.Create(entry.GetProperty("n").GetInt32(), bits));
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
        int primes = entry.GetProperty("primes").GetInt32();
        int bits = (int)CoeffModulus.Default(n).Take(primes).Aggregate(
            System.Numerics.BigInteger.One, (product, prime) => product * prime).GetBitLength();
        int plainBits = 64 - System.Numerics.BitOperations.LeadingZeroCount(entry.GetProperty("t").GetUInt64());
        int baseCount = LogMTilde + plainBits + bits >= (AuxiliaryBits * primes) + AuxiliaryBits ? primes + 1 : primes;
        ulong[] descending = [.. Primes.Descending(2 * (ulong)n, AuxiliaryBits, baseCount + 2)];
        cases.CheckSequence($"{name} bsk", Json.Words(entry.GetProperty("bsk")), [.. descending[2..], descending[0]]);
        cases.Check($"{name} m_sk", entry.GetProperty("m_sk").GetUInt64(), descending[0]);
        cases.Check($"{name} gamma", entry.GetProperty("gamma").GetUInt64(), descending[1]);
        cases.Check($"{name} m_tilde", entry.GetProperty("m_tilde").GetUInt64(), 1UL << LogMTilde);
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
            cases.Check($"{name} step {rotation} index", step.GetProperty("index").GetInt32(), (element - 1) / 2);
        }

        int[] all = [.. entry.GetProperty("all").EnumerateArray().Select(element => element.GetInt32())];
        cases.CheckSequence($"{name} all", all, [.. GaloisElement.Default(parameters)]);
    }
}
