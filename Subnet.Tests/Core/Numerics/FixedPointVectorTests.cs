using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Subnet.Core.Numerics;
using Subnet.Tests.Core.Support;

namespace Subnet.Tests.Core.Numerics;

[TestFixture]
internal sealed class FixedPointVectorTests
{
    [Test]
    public void Operations_match_the_reference_library()
    {
        IReadOnlyList<JsonElement> cases = YumaVectors.Cases("fixed_ops.json");
        Assert.Multiple(() =>
        {
            foreach (JsonElement one in cases)
            {
                string operation = one.GetProperty("op").GetString()!;
                BigInteger a = Bits(one, "a"), b = Bits(one, "b");
                string format = one.GetProperty("format").GetString()!;
                BigInteger actual = format switch
                {
                    "I32F32" => Apply<I32F32>(operation, a, b),
                    "I64F64" => Apply<I64F64>(operation, a, b),
                    "I96F32" => Apply<I96F32>(operation, a, b),
                    "U96F32" => Apply<U96F32>(operation, a, b),
                    "U64F64" => Apply<U64F64>(operation, a, b),
                    _ => throw new InvalidDataException(format),
                };
                Assert.That(actual, Is.EqualTo(Bits(one, "expect")), one.GetRawText());
            }
        });
    }

    [Test]
    public void Bounded_exponential_matches_the_reference_library()
    {
        IReadOnlyList<JsonElement> cases = YumaVectors.Cases("math.json", "exp_safe");
        Assert.Multiple(() =>
        {
            foreach (JsonElement one in cases)
            {
                I32F32 x = new(one.GetProperty("args").GetProperty("x").GetInt64());
                Assert.That(I32F32.BoundedExp(x).Bits, Is.EqualTo(one.GetProperty("expect").GetInt64()), one.GetRawText());
            }
        });
    }

    [Test]
    public void Natural_logarithm_matches_the_reference_library()
    {
        IReadOnlyList<JsonElement> cases = YumaVectors.Cases("math.json", "ln");
        Assert.Multiple(() =>
        {
            foreach (JsonElement one in cases)
            {
                I32F32 x = new(one.GetProperty("args").GetProperty("x").GetInt64());
                I32F32 ln = I32F32.TryLn(x, out I32F32 value) ? value : I32F32.Zero;
                Assert.That(ln.Bits, Is.EqualTo(one.GetProperty("expect").GetInt64()), one.GetRawText());
            }
        });
    }

    private static BigInteger Bits(JsonElement one, string name) =>
        BigInteger.Parse(one.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);

    private static BigInteger Apply<T>(string operation, BigInteger a, BigInteger b)
        where T : struct, IFixedPoint<T>
    {
        T left = T.FromBigInteger(a), right = T.FromBigInteger(b);
        T result = operation switch
        {
            "mul" => left * right,
            "div" => T.SafeDivide(left, right),
            "add" => left + right,
            "sub" => left - right,
            _ => throw new InvalidDataException(operation),
        };
        return result.ToBigInteger();
    }
}
