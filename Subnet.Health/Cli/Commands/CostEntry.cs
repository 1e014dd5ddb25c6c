using System.Globalization;
using Spectre.Console;
using Subnet.Health.Circuits;
using Subnet.Health.Circuits.Forests;

namespace Subnet.Health.Cli.Commands;

/// <summary>What one query will cost.</summary>
internal sealed record CostEntry(
    double EncryptMs, double EvaluateMs, double DecryptMs, long KeyBytes, long UploadBytes, long ReplyBytes, double NoiseBits, int FloodBits)
{
    /// <summary>Describes an estimate.</summary>
    public static CostEntry Of(CostEstimate cost) => new(
        Math.Round(cost.EncryptMilliseconds, 3),
        Math.Round(cost.EvaluateMilliseconds, 3),
        Math.Round(cost.DecryptMilliseconds, 3),
        cost.KeyBytes,
        cost.UploadBytes,
        cost.ReplyBytes,
        Math.Round(cost.NoiseBits, 1),
        cost.FloodBits);

    /// <summary>The estimate in one sentence.</summary>
    public string Sentence => string.Create(
        CultureInfo.InvariantCulture,
        $"predicted for a query on one core of this machine: encrypt {EncryptMs:F2} ms, evaluate {EvaluateMs:F2} ms, decrypt {DecryptMs:F2} ms; keys {KeyBytes} B, upload {UploadBytes} B, reply {ReplyBytes} B; noise 2^{NoiseBits:F1} under flooding 2^{FloodBits}");
}

/// <summary>The query of a forest under keys, in numbers.</summary>
internal sealed record ForestQueryEntry(
    string Set, int Bits, int Edges, int Leaves, int Trees, int Depth, int RotationKeys, double FloodingMarginBits)
{
    /// <summary>Describes a compiled forest.</summary>
    public static ForestQueryEntry Of(CompiledForest compiled) => new(
        compiled.Set.Name,
        compiled.Edges.Bits,
        compiled.Edges.Features.Sum(own => own.Edges.Length),
        compiled.Forest.LeafCount,
        compiled.Forest.Trees.Length,
        compiled.Forest.Depth,
        compiled.Elements.Count,
        Math.Round(compiled.FloodingMargin, 2));

    /// <summary>The query as a table.</summary>
    public Table Table() => new Table().AddColumns("set", "bits", "public edges", "leaves", "trees", "depth", "rotation keys", "flooding over noise")
        .AddRow(
            Set, $"{Bits}", $"{Edges}", $"{Leaves}", $"{Trees}", $"{Depth}", $"{RotationKeys}", string.Create(CultureInfo.InvariantCulture, $"2^{FloodingMarginBits:F1}"));
}
