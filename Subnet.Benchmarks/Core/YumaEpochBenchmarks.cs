using BenchmarkDotNet.Attributes;
using Subnet.Core.Consensus;

namespace Subnet.Benchmarks.Core;

/// <summary>One epoch, one thread, dense weights: neurons x validators, both bond schemes, with and without liquid alpha.</summary>
[MemoryDiagnoser]
public class YumaEpochBenchmarks
{
    private EpochInput input = null!;

    [Params("256x64", "4096x128")]
    public string Size { get; set; } = "";

    [Params("original", "yuma3", "yuma3+liquid")]
    public string Bonds { get; set; } = "";

    [GlobalSetup]
    public void Prepare()
    {
        int[] size = [.. Size.Split('x').Select(int.Parse)];
        input = DenseEpoch.Create(size[0], size[1], Bonds != "original", Bonds == "yuma3+liquid");
    }

    [Benchmark]
    public EpochResult Run() => YumaEpoch.Run(input);
}
