using System.Text.Json;
using Subnet.Core.Numerics;

namespace Subnet.Health.Conformance.Yuma;

/// <summary>Cases of kind <c>fixed_op</c>: one operation of one fixed-point format.</summary>
internal static class FixedOperationCase
{
    public static Difference? Run(JsonElement element)
    {
        VectorObject one = new("the case", element);
        string format = one.Text("format");
        return format switch
        {
            "I32F32" => Run<I32F32>(one),
            "I64F64" => Run<I64F64>(one),
            "I96F32" => Run<I96F32>(one),
            "U96F32" => Run<U96F32>(one),
            "U64F64" => Run<U64F64>(one),
            _ => throw new VectorFormatException($"unknown number format '{format}'"),
        };
    }

    private static Difference? Run<T>(VectorObject one)
        where T : struct, IFixedPoint<T>
    {
        string operation = one.Text("op");
        T a = one.Fixed<T>("a"), b = one.Fixed<T>("b"), expected = one.Fixed<T>("expect");
        one.RequireAllTakenButRemarks();
        T actual = operation switch
        {
            "mul" => a * b,
            "div" => T.SafeDivide(a, b),
            "add" => a + b,
            "sub" => a - b,
            _ => throw new VectorFormatException($"unknown operation '{operation}'"),
        };
        return actual.Equals(expected) ? null : new Difference(expected.ToBigInteger().ToString(), actual.ToBigInteger().ToString());
    }
}
