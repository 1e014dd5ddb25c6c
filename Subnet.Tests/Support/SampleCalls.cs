using System.Reflection;
using Subnet.Core.Ledger.Calls;
using Subnet.Core.State;

namespace Subnet.Tests.Support;

/// <summary>Draws a value of every call from a seeded source, by the constructor of its record.</summary>
internal static class SampleCalls
{
    public static IEnumerable<Type> Types =>
        typeof(LedgerCall).Assembly.GetTypes().Where(static t => t.IsSubclassOf(typeof(LedgerCall))).OrderBy(static t => t.Name, StringComparer.Ordinal);

    public static LedgerCall Draw(Type type, Random random) => (LedgerCall)DrawRecord(type, random);

    public static AccountId DrawAccount(Random random)
    {
        byte[] bytes = new byte[AccountId.Size];
        random.NextBytes(bytes);
        return new AccountId(bytes);
    }

    private static object DrawRecord(Type type, Random random)
    {
        ConstructorInfo constructor = type.GetConstructors().OrderByDescending(static c => c.GetParameters().Length).First();
        return constructor.Invoke([.. constructor.GetParameters().Select(p => DrawValue(p.ParameterType, random))]);
    }

    private static object DrawValue(Type type, Random random)
    {
        byte[] bytes = new byte[32];
        random.NextBytes(bytes);
        return type switch
        {
            _ when type == typeof(byte) => bytes[0],
            _ when type == typeof(bool) => (bytes[0] & 1) != 0,
            _ when type == typeof(ushort) => BitConverter.ToUInt16(bytes),
            _ when type == typeof(ulong) => BitConverter.ToUInt64(bytes),
            _ when type == typeof(UInt128) => new UInt128(BitConverter.ToUInt64(bytes), BitConverter.ToUInt64(bytes, 8)),
            _ when type == typeof(Int128) => new Int128(BitConverter.ToUInt64(bytes), BitConverter.ToUInt64(bytes, 8)),
            _ when type == typeof(AccountId) => new AccountId(bytes),
            _ when type == typeof(Hash256) => new Hash256(bytes),
            _ when type == typeof(string) => new string([.. bytes.Take(bytes[0] % 30).Select(static b => (char)('a' + (b % 26)))]),
            _ when type == typeof(ReadOnlyMemory<byte>) => (ReadOnlyMemory<byte>)bytes,
            _ when type == typeof(ReadOnlyMemory<ushort>) => (ReadOnlyMemory<ushort>)bytes.Select(static b => (ushort)(b * 257)).ToArray(),
            _ when type == typeof(ProposalAction) => DrawRecord(type, random),
            _ when type == typeof(IReadOnlyList<ChildLink>) => new[] { (ChildLink)DrawRecord(typeof(ChildLink), random) },
            _ when type == typeof(IReadOnlyList<TokenBytes>) => new[] { new TokenBytes(bytes), new TokenBytes(bytes) },
            _ => throw new NotSupportedException($"no sample of {type}"),
        };
    }
}
