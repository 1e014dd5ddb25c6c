namespace Subnet.Tests.Crypto.Seal.Zstd;

/// <summary>
/// What the frames in <c>Frames</c> hold. They were made from these bytes by the command <c>zstd</c> 1.5.4, options in the name:
/// <c>kind-length-options.zst</c>.
/// </summary>
internal static class ZstdContent
{
    /// <summary>The bytes of a kind.</summary>
    public static byte[] Make(string kind, int length)
    {
        ulong state = 0x9E3779B97F4A7C15;
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
        {
            state = (state * 6364136223846793005) + 1442695040888963407;
            uint draw = (uint)(state >> 33);
            bytes[i] = kind switch
            {
                "random" => (byte)draw,
                "zero" => 0,
                "skewed" => (byte)(draw % 97 == 0 ? 1 + (draw / 97 % 40) : 0),
                "letters" => (byte)("etaoinshrdlucmfw"[(int)Math.Min(draw % 16, draw / 16 % 16)] - (draw / 256 % 16 == 0 ? 32 : 0)),
                "copies" => i > 70 && draw % 16 != 0 ? bytes[i - 1 - (int)(state >> 60) - (i / 900 % 3 * 18)] : (byte)(draw >> 4),
                "words" => (byte)(i % 8 > 5 ? 0 : draw),
                _ => throw new ArgumentException($"unknown kind {kind}", nameof(kind)),
            };
        }

        return bytes;
    }
}
