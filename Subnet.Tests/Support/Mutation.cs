namespace Subnet.Tests.Support;

/// <summary>Damages bytes the way a fuzzer does: flips, overwrites, cuts, repeats and inserts.</summary>
internal static class Mutation
{
    /// <summary>One to three random damages.</summary>
    public static byte[] Apply(byte[] bytes, Random random)
    {
        List<byte> result = [.. bytes];
        for (int i = random.Next(1, 4); i > 0 && result.Count > 0; i--)
        {
            int at = random.Next(result.Count);
            int length = Math.Min(random.Next(1, 9), result.Count - at);
            switch (random.Next(5))
            {
                case 0:
                    result[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    result[at] = (byte)(random.Next(3) switch { 0 => 0, 1 => 255, _ => random.Next(256) });
                    break;
                case 2:
                    result.RemoveRange(at, length);
                    break;
                case 3:
                    result.InsertRange(at, result.GetRange(at, length));
                    break;
                default:
                    result.Insert(at, (byte)random.Next(256));
                    break;
            }
        }

        return [.. result];
    }
}
