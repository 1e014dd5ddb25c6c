using System.Globalization;

namespace Subnet.Health.Bench;

/// <summary>
/// What native SEAL 4.1.2 (the faster of its clang and g++ builds) and SEAL with Intel HEXL 1.2.5 took on one thread of a two-core
/// AMD EPYC (Zen 5, AVX-512): medians in microseconds, from the embedded <c>lattice-reference.csv</c>.
/// </summary>
internal sealed class LatticeReference
{
    private readonly Dictionary<(string Set, string Operation), (double Seal, double Hexl)> figures = [];

    private LatticeReference()
    {
    }

    /// <summary>Reads the embedded figures.</summary>
    public static LatticeReference Load()
    {
        LatticeReference reference = new();
        using Stream stream = typeof(LatticeReference).Assembly.GetManifestResourceStream("Subnet.Health.Bench.lattice-reference.csv")!;
        using StreamReader reader = new(stream);
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            string[] cells = line.Split(',');
            reference.figures.Add((cells[0], cells[1]), (Number(cells[2]), Number(cells[3])));
        }

        return reference;
    }

    /// <summary>The figures of an operation, or null where the reference has none.</summary>
    public (double Seal, double Hexl)? Find(string set, string operation) =>
        figures.TryGetValue((set, operation), out (double Seal, double Hexl) found) ? found : null;

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
