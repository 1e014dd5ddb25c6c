using System.Security.Cryptography;
using Subnet.Crypto.Forests;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Health.Circuits.Forests;

/// <summary>
/// Predicts what a query of a forest under keys costs on this machine, by a trial: a single patient's circuit takes the same time for
/// every patient, and a batch as many times longer as it has more products than the first of its trees.
/// </summary>
internal static class ForestCost
{
    /// <summary>The cost of one query.</summary>
    public static CostEstimate Estimate(CompiledForest compiled, TimeProvider time, IRandomSourceFactory randomness)
    {
        using var reader = new ForestReader(compiled.Set, compiled.Elements, randomness);
        ForestKeyBundle.TryRead(compiled.Set, compiled.Elements, reader.Bundle.Span, out ForestKeyBundle? keys);
        IntegerForest trial = compiled.IsBatch ? compiled.Forest with { Trees = [compiled.Forest.Trees.MaxBy(tree => tree.Depth)!] } : compiled.Forest;
        using var evaluation = new ForestEvaluation(new byte[32], compiled.Set, compiled.Layout, compiled.Edges, trial, randomness);
        byte[] bits = new byte[compiled.Edges.Bits];
        (double encrypt, double evaluate, double decrypt) = (double.MaxValue, double.MaxValue, double.MaxValue);
        for (int round = 0; round < 2; round++)
        {
            long start = time.GetTimestamp();
            byte[] query = reader.Encrypt(new byte[32], 1, compiled.Edges.Bits, ForestSlots.Of(compiled.Layout, compiled.Edges.Bits, [bits]));
            long encrypted = time.GetTimestamp();
            evaluation.TryAnswer(keys!, query, out byte[]? reply, CancellationToken.None);
            long answered = time.GetTimestamp();
            Decrypt(compiled, reader, reply, SHA256.HashData(query));
            long decrypted = time.GetTimestamp();
            encrypt = Math.Min(encrypt, time.GetElapsedTime(start, encrypted).TotalMilliseconds);
            evaluate = Math.Min(evaluate, time.GetElapsedTime(encrypted, answered).TotalMilliseconds);
            decrypt = Math.Min(decrypt, time.GetElapsedTime(answered, decrypted).TotalMilliseconds);
        }

        double factor = (double)Products(compiled.Forest) / Products(trial);
        return new CostEstimate(
            encrypt,
            compiled.IsBatch ? evaluate * factor : evaluate,
            decrypt,
            ForestKeyBundle.ByteCount(compiled.Set, compiled.Elements.Count),
            ForestQuery.ByteCount(compiled.Set, compiled.IsBatch ? compiled.Edges.Bits : 1),
            ForestReply.ByteCount(compiled.Set, compiled.IsBatch),
            compiled.Set.FloodBits - compiled.FloodingMargin - Math.Log2(64),
            compiled.Set.FloodBits);
    }

    private static void Decrypt(CompiledForest compiled, ForestReader reader, byte[]? reply, byte[] request)
    {
        if (compiled.IsBatch)
        {
            reader.TryDecrypt(reply, request, ForestSlots.LargestAnswer, new long[1]);
        }
        else
        {
            reader.TryDecrypt(reply, request, ForestSlots.LargestAnswer, out _);
        }
    }

    private static int Products(IntegerForest forest) => Math.Max(1, forest.Trees.Sum(Products));

    private static int Products(BatchTree tree) => tree is BatchTree.Node node && (node.Zero is BatchTree.Node || node.One is BatchTree.Node)
        ? 1 + Products(node.Zero) + Products(node.One)
        : 0;
}
