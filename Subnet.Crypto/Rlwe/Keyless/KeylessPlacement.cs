namespace Subnet.Crypto.Rlwe.Keyless;

/// <summary>
/// Where features, weights and answers stand: ciphertext j holds features j m to j m + m - 1, feature i of row p in coefficient
/// p K m + (i mod m) and weight i of class k in coefficient k m + m - 1 - (i mod m), so that the answer of (p, k) is coefficient
/// (p K + k) m + m - 1 of the sum of the products and no other term reaches it, wrap-around included.
/// </summary>
/// <param name="Classes">K.</param>
/// <param name="Stride">m: all n features of a row when one ciphertext holds them, else floor(N / K).</param>
/// <param name="Ciphertexts">How many ciphertexts the features of a row take.</param>
public readonly record struct KeylessPlacement(int Classes, int Stride, int Ciphertexts)
{
    /// <summary>The ciphertext that holds a feature.</summary>
    public int CiphertextOf(int feature) => feature / Stride;

    /// <summary>Coefficient of feature <paramref name="feature"/> of row <paramref name="row"/> within its ciphertext.</summary>
    public int FeaturePosition(int row, int feature) => (row * Classes * Stride) + (feature % Stride);

    /// <summary>Coefficient of weight <paramref name="feature"/> of class <paramref name="outputClass"/> within its polynomial.</summary>
    public int WeightPosition(int outputClass, int feature) => (outputClass * Stride) + Stride - 1 - (feature % Stride);

    /// <summary>Coefficient of answer number <paramref name="answer"/> = row K + class.</summary>
    public int AnswerPosition(int answer) => (answer * Stride) + Stride - 1;
}
