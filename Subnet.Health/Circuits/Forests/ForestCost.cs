using System.Security.Cryptography;
using Subnet.Crypto.Forests;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Health.Circuits.Forests;

/// <summary>
/// Predicts what a query of a forest under keys costs on this machine, by a trial: a single patient's circuit takes the same time for
/// every patient; a batch is timed with one of its trees and with a few, and the rest of its products is predicted from the difference.
/// </summary>
internal static class ForestCost
{
    private const int FewestRounds = 3;
    private const int MostRounds = 200;
    private const int FewTrees = 6;

    // As for keyless queries: until what runs often is compiled again. A circuit of a tenth of a second has run few times by then, so the trial goes on for as long as it still gets faster:
    // what is served runs for hours.
    private const double Faster = 0.97;
    private static readonly TimeSpan AtLeast = TimeSpan.FromMilliseconds(900);
    private static readonly TimeSpan AtMost = TimeSpan.FromSeconds(6);

    private readonly record struct Times(double Encrypt, double Evaluate, double Decrypt);

    /// <summary>The cost of one query.</summary>
    public static CostEstimate Estimate(CompiledForest compiled, TimeProvider time, IRandomSourceFactory randomness)
    {
        using var reader = new ForestReader(compiled.Set, compiled.Elements, randomness);
        ForestKeyBundle.TryRead(compiled.Set, compiled.Elements, reader.Bundle.Span, out ForestKeyBundle? keys);
        BatchTree[] deepest = [.. compiled.Forest.Trees.OrderByDescending(Products).Take(FewTrees)];
        int more = deepest.Skip(1).Sum(Products);
        Times times = compiled.IsBatch
            ? Time(compiled, compiled.Forest with { Trees = [deepest[0]] }, reader, keys!, time, randomness)
            : Time(compiled, compiled.Forest, reader, keys!, time, randomness);
        if (compiled.IsBatch && more > 0)
        {
            Times few = Time(compiled, compiled.Forest with { Trees = [.. deepest] }, reader, keys!, time, randomness);
            double product = Math.Max(0, few.Evaluate - times.Evaluate) / more;
            times = times with { Evaluate = times.Evaluate + (product * (compiled.Forest.Trees.Sum(Products) - Products(deepest[0]))) };
        }

        return Sizes(compiled) with { EncryptMilliseconds = times.Encrypt, EvaluateMilliseconds = times.Evaluate, DecryptMilliseconds = times.Decrypt };
    }

    /// <summary>Bytes and noise of one query, which follow from the compiled forest alone; times are 0.</summary>
    public static CostEstimate Sizes(CompiledForest compiled) => new(
        0,
        0,
        0,
        ForestKeyBundle.ByteCount(compiled.Set, compiled.Elements.Count),
        ForestQuery.ByteCount(compiled.Set, compiled.IsBatch ? compiled.Edges.Bits : 1),
        ForestReply.ByteCount(compiled.Set, compiled.IsBatch),
        compiled.Set.FloodBits - compiled.FloodingMargin - Math.Log2(ForestNoise.Deviations),
        compiled.Set.FloodBits);

    private static Times Time(CompiledForest compiled, IntegerForest trial, ForestReader reader, ForestKeyBundle keys, TimeProvider time, IRandomSourceFactory randomness)
    {
        using var evaluation = new ForestEvaluation(new byte[32], compiled.Set, compiled.Layout, compiled.Edges, trial, randomness);
        byte[] bits = new byte[compiled.Edges.Bits];
        Times best = new(double.MaxValue, double.MaxValue, double.MaxValue);
        long began = time.GetTimestamp();
        long settled = began;
        double least = double.MaxValue;
        for (int round = 0; round < FewestRounds || (round < MostRounds && time.GetElapsedTime(settled) < AtLeast && time.GetElapsedTime(began) < AtMost); round++)
        {
            long start = time.GetTimestamp();
            byte[] query = reader.Encrypt(new byte[32], 1, compiled.Edges.Bits, ForestSlots.Of(compiled.Layout, compiled.Edges.Bits, [bits]));
            long encrypted = time.GetTimestamp();
            evaluation.TryAnswer(keys, query, out byte[]? reply, CancellationToken.None);
            long answered = time.GetTimestamp();
            Decrypt(compiled, reader, reply, SHA256.HashData(query));
            best = new Times(
                Math.Min(best.Encrypt, time.GetElapsedTime(start, encrypted).TotalMilliseconds),
                Math.Min(best.Evaluate, time.GetElapsedTime(encrypted, answered).TotalMilliseconds),
                Math.Min(best.Decrypt, time.GetElapsedTime(answered, time.GetTimestamp()).TotalMilliseconds));
            double total = best.Encrypt + best.Evaluate + best.Decrypt;
            if (total < least * Faster)
            {
                (least, settled) = (total, time.GetTimestamp());
            }
        }

        return best;
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

    private static int Products(BatchTree tree) => tree is BatchTree.Node node && (node.Zero is BatchTree.Node || node.One is BatchTree.Node)
        ? 1 + Products(node.Zero) + Products(node.One)
        : 0;
}
