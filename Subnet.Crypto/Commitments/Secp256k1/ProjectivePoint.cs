using System.Runtime.CompilerServices;

namespace Subnet.Crypto.Commitments.Secp256k1;

/// <summary>
/// A point of y² = x³ + 7 in homogeneous coordinates (x = X/Z, y = Y/Z; infinity is 0 : 1 : 0). Sums and doubles are the complete formulas of
/// Renes, Costello and Batina (EUROCRYPT 2016, algorithms 7 to 9 for a = 0): no case is special, so none can be forgotten, and the time does not
/// depend on the points.
/// </summary>
internal readonly struct ProjectivePoint
{
    /// <summary>3b.</summary>
    private const ulong B3 = 21;

    private readonly FieldElement x;
    private readonly FieldElement y;
    private readonly FieldElement z;

    private ProjectivePoint(in FieldElement x, in FieldElement y, in FieldElement z)
    {
        this.x = x;
        this.y = y;
        this.z = z;
    }

    /// <summary>Takes over an affine point.</summary>
    public ProjectivePoint(in AffinePoint point)
        : this(point.X, point.Y, FieldElement.One)
    {
    }

    /// <summary>The neutral element.</summary>
    public static ProjectivePoint Infinity { get; } = new(FieldElement.Zero, FieldElement.One, FieldElement.Zero);

    /// <summary>Whether this is the neutral element.</summary>
    public bool IsInfinity => z.IsZero;

    /// <summary>Sum of two points: 12 products.</summary>
    public static ProjectivePoint operator +(in ProjectivePoint a, in ProjectivePoint b)
    {
        FieldElement t0 = a.x * b.x;
        FieldElement t1 = a.y * b.y;
        FieldElement t2 = a.z * b.z;
        FieldElement t3 = ((a.x + a.y) * (b.x + b.y)) - (t0 + t1);
        FieldElement t4 = ((a.y + a.z) * (b.y + b.z)) - (t1 + t2);
        FieldElement t5 = (((a.x + a.z) * (b.x + b.z)) - (t0 + t2)).Times(B3);
        t0 = t0.Times(3);
        t2 = t2.Times(B3);
        FieldElement sum = t1 + t2;
        t1 -= t2;
        return new ProjectivePoint((t3 * t1) - (t4 * t5), (t1 * sum) + (t5 * t0), (sum * t4) + (t0 * t3));
    }

    /// <summary>Sum with an affine point: 11 products.</summary>
    public static ProjectivePoint operator +(in ProjectivePoint a, in AffinePoint b)
    {
        FieldElement t0 = a.x * b.X;
        FieldElement t1 = a.y * b.Y;
        FieldElement t3 = ((a.x + a.y) * (b.X + b.Y)) - (t0 + t1);
        FieldElement t4 = (b.Y * a.z) + a.y;
        FieldElement t5 = ((b.X * a.z) + a.x).Times(B3);
        t0 = t0.Times(3);
        FieldElement t2 = a.z.Times(B3);
        FieldElement sum = t1 + t2;
        t1 -= t2;
        return new ProjectivePoint((t3 * t1) - (t4 * t5), (t1 * sum) + (t5 * t0), (sum * t4) + (t0 * t3));
    }

    /// <summary>The opposite point.</summary>
    public static ProjectivePoint operator -(in ProjectivePoint a) => new(a.x, -a.y, a.z);

    /// <summary>Twice the point: 8 products.</summary>
    public ProjectivePoint Double()
    {
        FieldElement t0 = y.Square();
        FieldElement eight = t0.Times(8);
        FieldElement t1 = y * z;
        FieldElement t2 = z.Square().Times(B3);
        FieldElement u = t0 - t2.Times(3);
        return new ProjectivePoint((u * (x * y)).Times(2), (u * (t0 + t2)) + (t2 * eight), t1 * eight);
    }

    /// <summary>2^<paramref name="times"/> times the point.</summary>
    public ProjectivePoint Double(int times)
    {
        ProjectivePoint r = this;
        for (int i = 0; i < times; i++)
        {
            r = r.Double();
        }

        return r;
    }

    /// <summary><paramref name="a"/> where <paramref name="mask"/> is 0, <paramref name="b"/> where it is all ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ProjectivePoint Select(ulong mask, in ProjectivePoint a, in ProjectivePoint b) => new(
        FieldElement.Select(mask, a.x, b.x), FieldElement.Select(mask, a.y, b.y), FieldElement.Select(mask, a.z, b.z));

    /// <summary>Whether both are the same point.</summary>
    public static bool AreEqual(in ProjectivePoint a, in ProjectivePoint b) => (a + -b).IsInfinity;

    /// <summary>The affine point; one inversion.</summary>
    /// <exception cref="InvalidOperationException">The point is infinity, which has none.</exception>
    public AffinePoint ToAffine()
    {
        if (IsInfinity)
        {
            throw new InvalidOperationException("the point at infinity has no affine form");
        }

        FieldElement inverse = z.Invert();
        return new AffinePoint(x * inverse, y * inverse);
    }

    /// <summary>Many points to affine with one inversion (Montgomery's trick). None may be infinity.</summary>
    /// <exception cref="InvalidOperationException">One of them is.</exception>
    public static void ToAffine(ReadOnlySpan<ProjectivePoint> points, Span<AffinePoint> destination)
    {
        if (points.IsEmpty)
        {
            return;
        }

        FieldElement[] prefixes = new FieldElement[points.Length];
        FieldElement product = FieldElement.One;
        for (int i = 0; i < points.Length; i++)
        {
            prefixes[i] = product;
            product *= points[i].z;
        }

        if (product.IsZero)
        {
            throw new InvalidOperationException("the point at infinity has no affine form");
        }

        FieldElement inverse = product.Invert();
        for (int i = points.Length - 1; i >= 0; i--)
        {
            FieldElement own = inverse * prefixes[i];
            inverse *= points[i].z;
            destination[i] = new AffinePoint(points[i].x * own, points[i].y * own);
        }
    }
}
