using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Subnet.Health.Fhir;

/// <summary>
/// The allow-list: the only codes that are looked at. A record holds far more than a risk model may see (minimum necessary,
/// 45 CFR 164.502(b)); whatever is not here is neither read, stored nor logged. Table of fhir-mapping 2.
/// </summary>
internal static class FeatureCatalog
{
    public const string Loinc = "http://loinc.org";
    public const string Snomed = "http://snomed.info/sct";
    public const string SmokingStatusCode = "72166-2";

    private const decimal Cholesterol = 38.67m;

    /// <summary>Panels whose components are blood pressures; the first is the successor of the second.</summary>
    public static readonly ImmutableArray<string> BloodPressurePanels = ["85354-9", "55284-4"];

    /// <summary>Code systems of ICD-10 as records name them.</summary>
    public static readonly ImmutableArray<string> Icd10Systems = ["http://hl7.org/fhir/sid/icd-10-cm", "http://hl7.org/fhir/sid/icd-10"];

    /// <summary>Measured features by name.</summary>
    public static readonly ImmutableArray<MeasuredFeature> Measured =
    [
        new("sbp", ["8480-6"], [new("mm[Hg]", 1), new("kPa", 7.50062m)], 40, 300, InBloodPressurePanel: true),
        new("dbp", ["8462-4"], [new("mm[Hg]", 1), new("kPa", 7.50062m)], 20, 200, InBloodPressurePanel: true),
        new("hr", ["40443-4", "8867-4"], [new("/min", 1)], 20, 300),
        new("height", ["8302-2"], [new("cm", 1), new("m", 100), new("[in_i]", 2.54m)], 40, 272),
        new("weight", ["29463-7", "3141-9"], [new("kg", 1), new("g", 1, 1000), new("[lb_av]", 0.45359237m)], 1, 635),
        new("bmi", ["39156-5"], [new("kg/m2", 1)], 8, 120),
        new("total_chol", ["2093-3", "14647-2"], [new("mg/dL", 1), new("mmol/L", Cholesterol)], 40, 1000),
        new("hdl", ["2085-9", "14646-4"], [new("mg/dL", 1), new("mmol/L", Cholesterol)], 5, 200),
        new("ldl", ["18262-6", "13457-7", "2089-1", "22748-8"], [new("mg/dL", 1), new("mmol/L", Cholesterol)], 5, 800),
        new("triglycerides", ["2571-8", "14927-8"], [new("mg/dL", 1), new("mmol/L", 88.57m)], 10, 10000),
        new("glucose", ["1558-6", "2345-7", "2339-0", "15074-8", "14749-6"], [new("mg/dL", 1), new("mmol/L", 18.016m)], 10, 2000, FastingCode: "1558-6"),
        new("hba1c", ["4548-4", "17856-6", "59261-8"], [new("%", 1), new("mmol/mol", 0.09148m, Offset: 2.152m)], 2, 25),
        new("creatinine", ["2160-0", "38483-4", "14682-9"], [new("mg/dL", 1), new("umol/L", 1, 88.42m)], 0.1m, 40),
        new("egfr", ["98979-8", "62238-1", "33914-3", "48642-3"], [new("mL/min", 1)], 1, 250),
    ];

    /// <summary>SNOMED codes of the smoking status; one that is not here is missing.</summary>
    public static readonly FrozenDictionary<string, string> SmokingStatus = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["449868002"] = "current",
        ["428041000124106"] = "current",
        ["428071000124103"] = "current",
        ["428061000124105"] = "current",
        ["77176002"] = "current",
        ["8517006"] = "former",
        ["266919005"] = "never",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Features that a Condition shows.</summary>
    public static readonly ImmutableArray<DiagnosedFeature> Diagnosed =
    [
        new("diabetes", ["44054006", "46635009", "73211009"], ["E08", "E09", "E10", "E11", "E12", "E13", "E14"]),
        new("hypertension", ["38341003", "59621000"], ["I10", "I11", "I12", "I13", "I15", "I16"]),
    ];
}

/// <summary>A feature that a Condition shows.</summary>
/// <param name="Name">The feature's name.</param>
/// <param name="SnomedCodes">SNOMED codes, each as it stands.</param>
/// <param name="Icd10Categories">Three-character categories of ICD-10; any code below one counts.</param>
internal sealed record DiagnosedFeature(string Name, ImmutableArray<string> SnomedCodes, ImmutableArray<string> Icd10Categories);
