using BenchmarkDotNet.Running;
using Subnet.Benchmarks.Load;

namespace Subnet.Benchmarks;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        if (args is ["load", .. string[] rest])
        {
            return await LoadTest.RunAsync(rest);
        }

        if (args is ["log", .. string[] logRest])
        {
            return await LogTest.RunAsync(logRest);
        }

        if (args is ["cost", .. string[] costRest])
        {
            return CostTest.Run(costRest);
        }

        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        return 0;
    }
}
