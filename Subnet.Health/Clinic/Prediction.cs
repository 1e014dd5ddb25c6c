using System.Security.Cryptography;
using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Health.Clinic;

/// <summary>
/// The clinic's commitment to a prediction at result time, before any outcome (protocol 5, step 0): the salt keeps it from being guessed, and
/// the log from knowing a score.
/// </summary>
/// <param name="Salt">32 random bytes.</param>
/// <param name="Value">round(255 x calibrated probability).</param>
/// <param name="Hash">What the log has, 64 hexadecimal digits.</param>
internal sealed record Prediction(byte[] Salt, byte Value, string Hash)
{
    private const int SaltBytes = 32;

    private static ReadOnlySpan<byte> FirstLine => "subnet-prediction/1\n"u8;

    /// <summary>Commits to a probability.</summary>
    /// <param name="queryEvent">The query's event, 32 hexadecimal digits.</param>
    /// <param name="probability">0 to 1.</param>
    /// <param name="random">The operating system's generator in production.</param>
    public static Prediction Of(string queryEvent, float probability, IRandomSource random)
    {
        byte[] salt = new byte[SaltBytes];
        random.Fill(salt);
        byte value = (byte)Math.Clamp(Math.Round(255.0 * probability), 0, 255);
        byte[] hash = SHA256.HashData([.. FirstLine, .. Convert.FromHexString(queryEvent), .. salt, value]);
        return new Prediction(salt, value, Convert.ToHexStringLower(hash));
    }
}
