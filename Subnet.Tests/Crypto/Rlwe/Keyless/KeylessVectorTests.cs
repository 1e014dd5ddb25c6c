using System.Numerics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Tests.Support;

namespace Subnet.Tests.Crypto.Rlwe.Keyless;

/// <summary>The queries, replies and admissions of an independent reference.</summary>
[TestFixture]
internal sealed class KeylessVectorTests
{
    [Test]
    public void Query_is_the_references_byte_for_byte()
    {
        foreach (JsonNode vector in Cases("queries.json"))
        {
            using KeylessClient client = Client(vector, vector["rows"]!.AsArray().Count);
            byte[] query = client.Encrypt([.. vector["rows"]!.AsArray().SelectMany(row => row!.AsArray().Select(value => value!.GetValue<long>()))]);
            string id = vector["id"]!.GetValue<string>();
            Assert.That(query, Has.Length.EqualTo(vector["bytes"]!.GetValue<int>()), id);
            Assert.That(Convert.ToHexStringLower(query.AsSpan(0, 256)), Is.EqualTo(vector["head"]!.GetValue<string>()), id);
            Assert.That(Convert.ToHexStringLower(SHA256.HashData(query)), Is.EqualTo(vector["sha256"]!.GetValue<string>()), id);
        }
    }

    [Test]
    public void Reply_decrypts_to_the_references_answers_or_is_refused()
    {
        foreach (JsonNode vector in Cases("replies.json"))
        {
            using KeylessClient client = Client(vector, vector["rows"]!.GetValue<int>());
            long[] answers = new long[client.Layout.Answers];
            KeylessRefusal refusal = client.TryDecrypt(
                Convert.FromBase64String(vector["reply"]!.GetValue<string>()),
                Convert.FromHexString(vector["query_sha256"]!.GetValue<string>()),
                long.MaxValue,
                answers);
            string id = vector["id"]!.GetValue<string>();
            Assert.That(refusal == KeylessRefusal.None, Is.EqualTo(vector["ok"]!.GetValue<bool>()), $"{id}: {refusal}");
            if (refusal == KeylessRefusal.None)
            {
                long[] expected = [.. vector["answers"]!.AsArray().SelectMany(row => row!.AsArray().Select(value => value!.GetValue<long>()))];
                Assert.That(answers.Take(expected.Length), Is.EqualTo(expected), id);
                Assert.That(answers.Skip(expected.Length), Is.All.Zero, id);
            }
        }
    }

    [Test]
    public void Admission_is_the_references()
    {
        foreach (JsonNode vector in Cases("admission.json"))
        {
            KeylessSet set = KeylessSet.Find(vector["set"]!.GetValue<int>())!;
            int plainBits = vector["tbits"]!.GetValue<int>();
            string id = vector["id"]!.GetValue<string>();
            Assert.That(
                KeylessParameters.Admits(set, plainBits, BigInteger.Parse(vector["norm1"]!.ToString(), null), BigInteger.Parse(vector["bound"]!.ToString(), null)),
                Is.EqualTo(vector["ok"]!.GetValue<bool>()), id);
            Assert.That(KeylessParameters.FloodBitsOf(set, plainBits), Is.EqualTo(vector["flood_bits"]!.GetValue<int>()), id);
            Assert.That(KeylessParameters.ReplyBitsOf(set, plainBits), Is.EqualTo(vector["reply_bits"]!.GetValue<int>()), id);
        }
    }

    private static KeylessClient Client(JsonNode vector, int rows)
    {
        KeylessSet set = KeylessSet.Find(vector["set"]!.GetValue<int>())!;
        KeylessLayout layout = KeylessLayout.ForRows(set, vector["n"]!.GetValue<int>(), vector["classes"]!.GetValue<int>(), rows)!.Value;
        return new KeylessClient(
            Convert.FromHexString(vector["master"]!.GetValue<string>()),
            Convert.FromHexString(vector["card"]!.GetValue<string>()),
            new KeylessParameters(set, vector["tbits"]!.GetValue<int>()),
            layout);
    }

    private static IEnumerable<JsonNode> Cases(string file)
    {
        JsonArray cases = JsonNode.Parse(File.ReadAllText(SharedFolder.Require("vectors", "proofs", file)))!["cases"]!.AsArray();
        Assert.That(cases, Is.Not.Empty);
        return cases.Select(vector => vector!);
    }
}
