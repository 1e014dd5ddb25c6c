using Subnet.Crypto.Lattice.Randomness;

namespace Subnet.Health.Network.Demo;

/// <summary>What every party of the demonstration starts from, whichever process it is in.</summary>
/// <param name="Home">The folder of everything.</param>
/// <param name="Seed">Where keys and randomness come from.</param>
/// <param name="Samples">Models and tables.</param>
/// <param name="Keys">Everybody's keys.</param>
/// <param name="Time">The clock.</param>
/// <param name="Loggers">The parties' logs.</param>
internal sealed record DemoPlace(string Home, NetworkSeed Seed, SampleFolder Samples, DemoKeys Keys, TimeProvider Time, ILoggerFactory Loggers)
{
    /// <summary>The models in the clear.</summary>
    public DemoModels Models { get; init; } = new(Samples);

    /// <summary>A party's randomness.</summary>
    public RandomSourceFactory RandomOf(string label) => Seed.Random(label);

    /// <summary>A party's folder, made if need be.</summary>
    public string FolderOf(string role, string name) => Directory.CreateDirectory(Path.Combine(Home, role, name)).FullName;
}
