namespace Subnet.Crypto.Ckks;

/// <summary>
/// The sign of a number as a composition of odd polynomials, each the best of its degree for the range that the one before leaves
/// (Lee, Lee, No and Kim, "Minimax approximation of sign function by composite polynomial for homomorphic comparison", 2020/834).
/// For 2^-alpha up to 1 in absolute value it is within 2^-alpha of -1 or 1; between, it is somewhere in [-2, 2]; beyond 1 it is useless.
/// </summary>
/// <remarks>
/// The coefficients are those of encrypted-inference 3f. They are large and alternate, which costs 5 to 7 bits of precision: use scales of
/// 40 bits or more. Immutable.
/// </remarks>
public sealed class MinimaxSign
{
    private readonly double[][] _stages;

    private MinimaxSign(int alpha, params double[][] stages)
    {
        Alpha = alpha;
        _stages = stages;
    }

    /// <summary>The approximations there are: alpha 6, 8, 10 and 12.</summary>
    public static IReadOnlyList<MinimaxSign> All { get; } =
    [
        new(
            6,
            [10.64510769, -60.6401368, 111.1083261, -60.94719842],
            [3.904573543, -5.445371322, 2.782217492, -.4395317317],
            [2.379439711, -2.587112151, 1.526650925, -.3293597806]),
        new(
            8,
            [11.53229945, -67.62178295, 124.9704747, -68.83594719],
            [5.191816708, -7.595858339, 3.621042633, -.5182933077],
            [3.461168649, -4.66276846, 2.462638975, -.410229254],
            [2.266932164, -2.353506737, 1.404090048, -.3196167846]),
        new(
            10,
            [11.77684199, -69.54981216, 128.8018053, -71.01733436],
            [5.723240395, -8.448274508, 3.943228174, -.5489429113],
            [8.540047897, -52.14769016, 131.25473, -156.4764057, 98.37826123, -33.56113401, 5.87378251, -.4130876663],
            [3.548291144, -9.979948232, 20.12884616, -25.08090611, 19.19074142, -8.768270229, 2.191265585, -.2301345886]),
        new(
            12,
            [5.192225089, -5.190957456],
            [5.906776794, -8.739145647, 4.05219833, -.5593378186],
            [11.99630372, -81.60963286, 204.2568289, -235.6317622, 141.824263, -46.07297216, 7.655505137, -.5101850548],
            [7.664081848, -44.57548725, 112.0438358, -135.1270407, 86.40022432, -30.05649125, 5.372470535, -.3862532235],
            [3.357848116, -8.692567637, 16.71001079, -20.47567817, 15.82719172, -7.471686922, 1.965467803, -.2206239454]),
    ];

    /// <summary>The least distance from zero is 2^-alpha, and so is the largest error.</summary>
    public int Alpha { get; }

    /// <summary>The stages in the order of application: coefficients of x, x^3, x^5, ...</summary>
    public IReadOnlyList<IReadOnlyList<double>> Stages => _stages;

    /// <summary>Levels that an encrypted evaluation uses.</summary>
    public int Depth => _stages.Sum(stage => StageDepth(stage.Length));

    /// <summary>Products of ciphertexts that an encrypted evaluation takes.</summary>
    public int ProductCount => _stages.Sum(stage => stage.Length switch { 2 => 2, 4 => 5, _ => 8 });

    /// <summary>The approximation for an alpha.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none.</exception>
    public static MinimaxSign For(int alpha) => All.FirstOrDefault(sign => sign.Alpha == alpha)
        ?? throw new ArgumentOutOfRangeException(nameof(alpha), $"there are approximations for alpha 6, 8, 10 and 12, not for {alpha}");

    /// <summary>The value in the clear.</summary>
    public double Evaluate(double x)
    {
        foreach (double[] stage in _stages)
        {
            double square = x * x;
            double sum = 0;
            for (int i = stage.Length - 1; i >= 0; i--)
            {
                sum = (sum * square) + stage[i];
            }

            x *= sum;
        }

        return x;
    }

    // Degree 3, 7 and 15: two, three and four levels.
    private static int StageDepth(int coefficients) => System.Numerics.BitOperations.Log2((uint)coefficients) + 1;
}
