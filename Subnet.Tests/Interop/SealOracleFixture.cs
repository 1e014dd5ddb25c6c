using Subnet.Crypto.Bfv;
using Subnet.Crypto.Ckks;
using Subnet.Crypto.Rlwe;

namespace Subnet.Tests.Interop;

/// <summary>Tests that ask Microsoft SEAL, started once for all of them, and numbers as both schemes encode them.</summary>
internal abstract class SealOracleFixture
{
    /// <summary>Scale of what CKKS encodes.</summary>
    protected const double Scale = 1L << 30;

    /// <summary>SEAL.</summary>
    protected SealOracle Oracle { get; private set; } = null!;

    [OneTimeSetUp]
    public void Start() => Oracle = SealOracle.Start();

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (Oracle is not null)
        {
            await Oracle.DisposeAsync();
        }
    }

    /// <summary>Integers in the slots of BFV, reals in those of CKKS.</summary>
    protected static Plaintext Encode(Parameters parameters, double[] values)
    {
        Plaintext plaintext = new();
        if (parameters.Scheme == Scheme.Bfv)
        {
            new BatchEncoder(parameters).Encode([.. values.Select(value => (long)value)], plaintext);
        }
        else
        {
            new CkksEncoder(parameters).Encode(values, Scale, plaintext);
        }

        return plaintext;
    }

    /// <summary>What the slots hold.</summary>
    protected static double[] Decode(Decryptor decryptor, Ciphertext ciphertext)
    {
        Parameters parameters = decryptor.Parameters;
        using Plaintext plaintext = new();
        decryptor.Decrypt(ciphertext, plaintext);
        if (parameters.Scheme == Scheme.Bfv)
        {
            long[] integers = new long[parameters.PolyModulusDegree];
            new BatchEncoder(parameters).Decode(plaintext, integers);
            return [.. integers.Select(value => (double)value)];
        }

        double[] numbers = new double[parameters.PolyModulusDegree / 2];
        new CkksEncoder(parameters).Decode(plaintext, numbers);
        return numbers;
    }
}
