namespace Subnet.Health.Models.Evaluation;

/// <summary>
/// Hashes all slots of a vector to one key: each goes on with the hash of those before it. A missing slot makes the key
/// missing.
/// </summary>
internal sealed class CombinedHashStage(ColumnKind? kind, Lane[] from, Lane to, int bits, uint seed) : Stage(from, [to])
{
    private readonly uint mask = (1u << bits) - 1;

    /// <inheritdoc/>
    public override PlanStep Describe() => new PlanStep("combined_hash").Lanes("from", from).Lanes("to", [to])
        .Integers("bits", [bits]).Integers("seed", [seed]).Flag("boolean", kind == ColumnKind.Boolean);

    /// <inheritdoc/>
    public override void Run(LaneBlock block)
    {
        Span<int> y = block.Keys(to);
        for (int i = 0; i < y.Length; i++)
        {
            uint hash = seed;
            int bytes = 0;
            bool isMissing = false;
            foreach (Lane lane in from)
            {
                isMissing |= !TryGoOn(block, lane, i, ref hash, ref bytes);
            }

            // Texts are hashed to the end one by one; numbers and keys are words of one hash.
            y[i] = isMissing ? 0 : (int)(((bytes == 0 ? hash : MurmurHash.Finish(hash, bytes)) & mask) + 1);
        }
    }

    private bool TryGoOn(LaneBlock block, Lane lane, int row, ref uint hash, ref int bytes)
    {
        switch (lane.Kind)
        {
            case LaneKind.Text:
                string text = block.Texts(lane)[row];
                hash = MurmurHash.Text(hash, text.AsSpan().Trim(' '));
                return text.Length > 0;
            case LaneKind.Single:
                float single = block.Singles(lane)[row];
                hash = MurmurHash.Round(hash, kind == ColumnKind.Boolean ? (uint)single : BitConverter.SingleToUInt32Bits(single == 0 ? 0 : single));
                bytes += sizeof(uint);
                return !float.IsNaN(single);
            case LaneKind.Double:
                double number = block.Doubles(lane)[row];
                ulong word = BitConverter.DoubleToUInt64Bits(number == 0 ? 0 : number);
                hash = MurmurHash.Round(MurmurHash.Round(hash, (uint)word), (uint)(word >> 32));
                bytes += sizeof(ulong);
                return !double.IsNaN(number);
            case LaneKind.Key:
                int key = block.Keys(lane)[row];
                hash = MurmurHash.Round(hash, (uint)key);
                bytes += sizeof(uint);
                return key != 0;
            default:
                throw new InvalidOperationException($"a {lane.Kind} lane cannot be hashed");
        }
    }
}
