using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Subnet.Crypto.Lattice;
using Subnet.Crypto.Rlwe;

namespace Subnet.Crypto.Bfv;

/// <summary>
/// Puts N integers modulo t into the slots of one plaintext and back. The slots form two rows of N/2: value i of the input is
/// slot i of row 0 for i below N/2, then of row 1. Slot (0, i) is m(psi^(3^i)), slot (1, i) is m(psi^(-3^i)), psi the smallest
/// primitive 2N-th root of unity modulo t (seal-format 9.1). Immutable and safe for concurrent use.
/// </summary>
public sealed class BatchEncoder
{
    private readonly int[] _positions;

    /// <summary>An encoder for parameters whose plain modulus allows batching.</summary>
    /// <exception cref="ArgumentException">The scheme is not BFV, or t is no prime that is 1 modulo 2N.</exception>
    public BatchEncoder(Parameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (!parameters.SupportsBatching)
        {
            throw new ArgumentException(
                $"batching needs BFV with a prime plain modulus that is 1 modulo {2 * parameters.PolyModulusDegree}; {parameters} has none (PlainModulus.Batching finds one)",
                nameof(parameters));
        }

        Parameters = parameters;
        _positions = SlotOrder.Positions(parameters.LogDegree);
    }

    /// <summary>The parameters.</summary>
    public Parameters Parameters { get; }

    /// <summary>N.</summary>
    public int SlotCount => _positions.Length;

    /// <summary>Encodes up to N values below t; missing ones are zero.</summary>
    /// <exception cref="ArgumentException">There are more than N, or one is not below t.</exception>
    public void Encode(ReadOnlySpan<ulong> values, Plaintext destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        CheckCount(values.Length);
        if (!ModularVector.AllBelow(values, Parameters.PlainModulus))
        {
            throw new ArgumentException($"a value is not below the plain modulus {Parameters.PlainModulus}", nameof(values));
        }

        Span<ulong> words = destination.ResizeCoefficients(SlotCount);
        int[] positions = _positions;
        ref ulong target = ref MemoryMarshal.GetReference(words);
        for (int i = 0; i < values.Length && i < positions.Length; i++)
        {
            Unsafe.Add(ref target, (nuint)(uint)positions[i]) = values[i];
        }

        for (int i = values.Length; i < positions.Length; i++)
        {
            words[positions[i]] = 0;
        }

        Parameters.PlainTables.Inverse(words);
    }

    /// <summary>Encodes up to N signed values v, as t + v where v is negative; missing ones are zero.</summary>
    /// <exception cref="ArgumentException">There are more than N, or the magnitude of one is above t / 2.</exception>
    public void Encode(ReadOnlySpan<long> values, Plaintext destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        CheckCount(values.Length);
        ulong t = Parameters.PlainModulus;
        long bound = (long)(t / 2);
        long outside = 0;
        foreach (long value in values)
        {
            outside |= (bound - value) | (bound + value);
        }

        if (outside < 0)
        {
            throw new ArgumentException($"a value is outside -{bound} to {bound}, half of the plain modulus", nameof(values));
        }

        Span<ulong> words = destination.ResizeCoefficients(SlotCount);
        words.Clear();
        for (int i = 0; i < values.Length; i++)
        {
            long value = values[i];
            words[_positions[i]] = (ulong)(value + ((value >> 63) & (long)t));
        }

        Parameters.PlainTables.Inverse(words);
    }

    /// <summary>Reads all N slots.</summary>
    /// <exception cref="ArgumentException">The plaintext is none of these parameters, or the destination has not N places.</exception>
    public void Decode(Plaintext plaintext, Span<ulong> destination)
    {
        PlainOperand.CheckCoefficients(plaintext, Parameters);
        if (destination.Length != SlotCount)
        {
            throw new ArgumentException($"there are {SlotCount} slots, the destination has {destination.Length} places", nameof(destination));
        }

        using ScratchPool.Scratch scratch = Parameters.Scratch.Rent(SlotCount, isSecret: true);
        Span<ulong> words = scratch.Span;
        plaintext.Words.CopyTo(words);
        words[plaintext.Count..].Clear();
        Parameters.PlainTables.Forward(words);
        int[] positions = _positions;
        ref ulong source = ref MemoryMarshal.GetReference(words);
        for (int i = 0; i < positions.Length && i < destination.Length; i++)
        {
            // Positions are below N.
            destination[i] = Unsafe.Add(ref source, (nuint)(uint)positions[i]);
        }
    }

    /// <summary>Reads all N slots as signed values: those above t / 2 are negative.</summary>
    /// <exception cref="ArgumentException">The plaintext is none of these parameters, or the destination has not N places.</exception>
    public void Decode(Plaintext plaintext, Span<long> destination)
    {
        Decode(plaintext, MemoryMarshal.Cast<long, ulong>(destination));
        long t = (long)Parameters.PlainModulus;
        long half = t / 2;
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] -= ((half - destination[i]) >> 63) & t;
        }
    }

    private void CheckCount(int count)
    {
        if (count > SlotCount)
        {
            throw new ArgumentException($"there are {SlotCount} slots, {count} values do not fit");
        }
    }
}
