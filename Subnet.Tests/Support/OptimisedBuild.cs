using System.Diagnostics;
using System.Reflection;

namespace Subnet.Tests.Support;

/// <summary>Claims about allocation hold for optimised code: in a Debug build the JIT boxes what it otherwise keeps in registers.</summary>
internal static class OptimisedBuild
{
    /// <summary>Ignores the running test, with the reason, in a build whose optimiser is off.</summary>
    public static void Require()
    {
        if (typeof(Subnet.Crypto.Lattice.Modulus).Assembly.GetCustomAttribute<DebuggableAttribute>()?.IsJITOptimizerDisabled == true)
        {
            Assert.Ignore("allocation is measured on optimised code: run the tests with -c Release");
        }
    }
}
