namespace Subnet.Crypto.Rlwe;

/// <summary>SEAL 4.1's default chains, special prime last.</summary>
internal static class DefaultChains
{
    /// <summary>The chain, or an empty span where there is none.</summary>
    public static ReadOnlySpan<ulong> Find(int polyModulusDegree, SecurityLevel security) => (security, polyModulusDegree) switch
    {
        (SecurityLevel.Classical128, 1024) => [0x7e00001],
        (SecurityLevel.Classical128, 2048) => [0x3fffffff000001],
        (SecurityLevel.Classical128, 4096) => [0xffffee001, 0xffffc4001, 0x1ffffe0001],
        (SecurityLevel.Classical128, 8192) => [0x7fffffd8001, 0x7fffffc8001, 0xfffffffc001, 0xffffff6c001, 0xfffffebc001],
        (SecurityLevel.Classical128, 16384) =>
        [
            0xfffffffd8001, 0xfffffffa0001, 0xfffffff00001, 0x1fffffff68001, 0x1fffffff50001, 0x1ffffffee8001,
            0x1ffffffea0001, 0x1ffffffe88001, 0x1ffffffe48001,
        ],
        (SecurityLevel.Classical128, 32768) =>
        [
            0x7fffffffe90001, 0x7fffffffbf0001, 0x7fffffffbd0001, 0x7fffffffba0001, 0x7fffffffaa0001, 0x7fffffffa50001,
            0x7fffffff9f0001, 0x7fffffff7e0001, 0x7fffffff770001, 0x7fffffff380001, 0x7fffffff330001, 0x7fffffff2d0001,
            0x7fffffff170001, 0x7fffffff150001, 0x7ffffffef00001, 0xfffffffff70001,
        ],
        (SecurityLevel.Classical192, 1024) => [0x7f001],
        (SecurityLevel.Classical192, 2048) => [0x1ffffc0001],
        (SecurityLevel.Classical192, 4096) => [0x1ffc001, 0x1fce001, 0x1fc0001],
        (SecurityLevel.Classical192, 8192) => [0x3ffffac001, 0x3ffff54001, 0x3ffff48001, 0x3ffff28001],
        (SecurityLevel.Classical192, 16384) =>
        [
            0x3ffffffdf0001, 0x3ffffffd48001, 0x3ffffffd20001, 0x3ffffffd18001, 0x3ffffffcd0001, 0x3ffffffc70001,
        ],
        (SecurityLevel.Classical192, 32768) =>
        [
            0x3fffffffd60001, 0x3fffffffca0001, 0x3fffffff6d0001, 0x3fffffff5d0001, 0x3fffffff550001, 0x7fffffffe90001,
            0x7fffffffbf0001, 0x7fffffffbd0001, 0x7fffffffba0001, 0x7fffffffaa0001, 0x7fffffffa50001,
        ],
        (SecurityLevel.Classical256, 1024) => [0x3001],
        (SecurityLevel.Classical256, 2048) => [0x1ffc0001],
        (SecurityLevel.Classical256, 4096) => [0x3ffffffff040001],
        (SecurityLevel.Classical256, 8192) => [0x7ffffec001, 0x7ffffb0001, 0xfffffdc001],
        (SecurityLevel.Classical256, 16384) => [0x7ffffffc8001, 0x7ffffff00001, 0x7fffffe70001, 0xfffffffd8001, 0xfffffffa0001],
        (SecurityLevel.Classical256, 32768) =>
        [
            0xffffffff00001, 0x1fffffffe30001, 0x1fffffffd80001, 0x1fffffffd10001, 0x1fffffffc50001, 0x1fffffffbf0001,
            0x1fffffffb90001, 0x1fffffffb60001, 0x1fffffffa50001,
        ],
        _ => [],
    };
}
