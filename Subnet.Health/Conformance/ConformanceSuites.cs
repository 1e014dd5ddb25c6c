namespace Subnet.Health.Conformance;

/// <summary>Every suite of the program, in the order of the help page.</summary>
internal static class ConformanceSuites
{
    /// <summary>New instances.</summary>
    public static IEnumerable<IConformanceSuite> All() =>
    [
        new Seal.SealConformance(),
        new Yuma.YumaConformance(),
        new FhirConformance(),
        new Tlog.TlogConformance(),
        new Proofs.ProofsConformance(),
        new Models.ModelsConformance(),
    ];
}
