namespace Subnet.Crypto.Rlwe;

/// <summary>Ciphertexts that one operation needs on the way to its result, kept from the operation before. For one thread.</summary>
internal sealed class Temporaries(Parameters parameters) : IDisposable
{
    private readonly List<Ciphertext> _ciphertexts = [];
    private readonly Plaintext _constant = new();
    private int _used;

    /// <summary>Bytes of all of them.</summary>
    public long MemoryBytes
    {
        get
        {
            long sum = 0;
            foreach (Ciphertext ciphertext in _ciphertexts)
            {
                sum += ciphertext.MemoryBytes;
            }

            return sum;
        }
    }

    /// <summary>A ciphertext of undefined content that nobody else has until <see cref="Reset"/>.</summary>
    public Ciphertext Next()
    {
        if (_used == _ciphertexts.Count)
        {
            _ciphertexts.Add(new Ciphertext(parameters));
        }

        return _ciphertexts[_used++];
    }

    /// <summary>The constant polynomial of a value, until the next call.</summary>
    public Plaintext Constant(ulong value)
    {
        _constant.ResizeCoefficients(1)[0] = value;
        return _constant;
    }

    /// <summary>All are free again.</summary>
    public void Reset() => _used = 0;

    /// <summary>Wipes the constant.</summary>
    public void Dispose() => _constant.Dispose();
}
