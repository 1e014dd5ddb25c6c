namespace Subnet.Crypto.Rlwe;

/// <summary>Upper bounds of the homomorphic encryption standard on log2 of the whole coefficient modulus, special prime included.</summary>
public static class SecurityTable
{
    /// <summary>The largest total number of bits at this degree; 0 where the standard has no row, and no bound for <see cref="SecurityLevel.None"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The level is unknown.</exception>
    public static int MaxBitCount(int polyModulusDegree, SecurityLevel security) => security switch
    {
        SecurityLevel.None => int.MaxValue,
        SecurityLevel.Classical128 => polyModulusDegree switch
        {
            1024 => 27, 2048 => 54, 4096 => 109, 8192 => 218, 16384 => 438, 32768 => 881, _ => 0,
        },
        SecurityLevel.Classical192 => polyModulusDegree switch
        {
            1024 => 19, 2048 => 37, 4096 => 75, 8192 => 152, 16384 => 305, 32768 => 611, _ => 0,
        },
        SecurityLevel.Classical256 => polyModulusDegree switch
        {
            1024 => 14, 2048 => 29, 4096 => 58, 8192 => 118, 16384 => 237, 32768 => 476, _ => 0,
        },
        _ => throw new ArgumentOutOfRangeException(nameof(security), $"security level {(int)security} is unknown; use 128, 192 or 256"),
    };
}
