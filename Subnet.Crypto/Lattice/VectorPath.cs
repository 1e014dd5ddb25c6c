using System.Runtime.Intrinsics;

namespace Subnet.Crypto.Lattice;

/// <summary>How wide the registers are that the lattice kernels use on this machine.</summary>
public enum VectorPath
{
    /// <summary>No vector registers: the scalar twins.</summary>
    Scalar = 0,

    /// <summary>128-bit registers (SSE, AdvSimd, WebAssembly).</summary>
    Vector128 = 128,

    /// <summary>256-bit registers (AVX2).</summary>
    Vector256 = 256,

    /// <summary>512-bit registers (AVX-512).</summary>
    Vector512 = 512,
}

/// <summary>Tells which vector path the runtime chose. It is fixed for the life of the process.</summary>
public static class ActiveVectorPath
{
    /// <summary>
    /// The widest accelerated path. The environment variables <c>DOTNET_EnableAVX512=0</c>, <c>DOTNET_EnableAVX2=0</c> and
    /// <c>DOTNET_EnableHWIntrinsic=0</c>, read by the runtime when the process starts, switch the wider ones off.
    /// </summary>
    public static VectorPath Current =>
        Vector512.IsHardwareAccelerated ? VectorPath.Vector512
        : Vector256.IsHardwareAccelerated ? VectorPath.Vector256
        : Vector128.IsHardwareAccelerated ? VectorPath.Vector128
        : VectorPath.Scalar;
}
