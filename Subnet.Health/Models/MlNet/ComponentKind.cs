using System.Collections.Frozen;

namespace Subnet.Health.Models.MlNet;

/// <summary>What may stand in a component's header: one row of the format document for each loader signature.</summary>
/// <param name="Signature">Loader signature.</param>
/// <param name="Magic">Eight characters, blanks for blanks.</param>
/// <param name="Oldest">Oldest version that is read.</param>
/// <param name="Newest">Newest version described.</param>
internal sealed record ComponentKind(string Signature, string Magic, uint Oldest, uint Newest)
{
    private static readonly FrozenDictionary<string, ComponentKind> Known = new ComponentKind[]
    {
        new("CompositeLoader", "CMPSTLDR", 0x00010001, 0x00010001),
        new("TextLoader", "TXTLOADR", 0x0001000A, 0x0001000E),
        new("TransformerChain", "XF CHAIN", 0x00010001, 0x00010001),

        new("ConcatTransform", "CONCAT F", 0x00010003, 0x00010003),
        new("CopyTransform", "COPYCOLT", 0x00010001, 0x00010001),
        new("SelectColumnsTransform", "SELCOLST", 0x00010001, 0x00010001),
        new("ConvertTransform", "CONVERTF", 0x00010002, 0x00010004),
        new("Normalizer", "NORMALZR", 0x00010001, 0x00010002),
        new("AffineNormExec", "AFF NORM", 0x00010003, 0x00010003),
        new("CdfNormalizeFunction", "CDFNORMF", 0x00010001, 0x00010001),
        new("BinNormalizeFunction", "BINNORMF", 0x00010001, 0x00010001),
        new("BinNormExec", "BIN NORM", 0x00010001, 0x00010001),
        new("NAReplaceTransform", "NAREP TF", 0x00010002, 0x00010002),
        new("NaIndicatorTransform", "NAIND TF", 0x00010001, 0x00010001),
        new("TermTransform", "TERMTRNF", 0x00010003, 0x00010003),
        new("TermManager", "TERM MAN", 0x00010002, 0x00010002),
        new("KeyToVectorTransform", "KEY2VECT", 0x00010001, 0x00010002),
        new("KeyToBinaryTransform", "KEY2BINR", 0x00000001, 0x00000001),
        new("KeyToValueTransform", "KEY2VALT", 0x00010001, 0x00010001),
        new("DropSlotsTransform", "DROPSLOT", 0x00010001, 0x00010001),
        new("HashTransform", "HASHTRNS", 0x00010003, 0x00010004),
        new("GcnTransform", "GCNORMAF", 0x00010003, 0x00010003),

        new("BinaryPredXfer", "BIN PRED", 0x00010001, 0x00010001),
        new("RegressionPredXfer", "REG PRED", 0x00010001, 0x00010001),
        new("RankingPredXfer", "RANKPRED", 0x00010001, 0x00010001),
        new("MulticlassPredXfer", "MC  PRED", 0x00010001, 0x00010002),
        new("ClusteringPredXfer", "CLUSPRED", 0x00010001, 0x00010001),
        new("PlattCalibratTransf", "CALTRANS", 0x00010001, 0x00010002),
        new("NaiveCalibratTransf", "CALTRANS", 0x00010001, 0x00010002),
        new("PavCalibratTransf", "CALTRANS", 0x00010001, 0x00010002),

        new("CaliPredExec", "CALIPRED", 0x00010001, 0x00010001),
        new("FeatWCaliPredExec", "FTWTCALP", 0x00010001, 0x00010001),
        new("PMixCaliPredExec", "PMIXCALP", 0x00010001, 0x00010001),
        new("SchemaBindableCalibrated", "BINDCALI", 0x00010001, 0x00010001),
        new("PlattCaliExec", "PLATTCAL", 0x00010001, 0x00010001),
        new("NaiveCaliExec", "NAIVECAL", 0x00010001, 0x00010001),
        new("PAVCaliExec", "PAV  CAL", 0x00010001, 0x00010001),

        new("Linear2CExec", "LINEAR2C", 0x00020001, 0x00020002),
        new("LinearRegressionExec", "LIN RGRS", 0x00020001, 0x00020001),
        new("OlsLinearRegressionExec", "OLS RGRS", 0x00010001, 0x00010001),
        new("PoissonRegressionExec", "POI RGRS", 0x00020001, 0x00020001),
        new("MultiClassLRExec", "MULTI LR", 0x00010001, 0x00010003),
        new("MulticlassLinear", "MCLINEAR", 0x00010001, 0x00010001),
        new("OVAExec", "TLC OVA ", 0x00010001, 0x00010001),
        new("PKPDExec", "TLC PKPD", 0x00010001, 0x00010001),
        new("MultiClassNaiveBayesPred", "MNABYPRD", 0x00010001, 0x00010002),
        new("PriorPredictor", "PRIORPRD", 0x00010001, 0x00010001),
        new("KMeansPredictor", "KMEANS  ", 0x00010001, 0x00010002),
        new("LDSVMBinaryPredictor", "LDSVM BC", 0x00010001, 0x00010001),

        new("FastTreeBinaryExec", "FTREE BC", 0x00010002, 0x00010005),
        new("FastTreeRegressionExec", "FTREE RE", 0x00010002, 0x00010005),
        new("FastTreeRankerExec", "FTREE RA", 0x00010002, 0x00010005),
        new("FastTreeTweedieExec", "FTREE TW", 0x00010001, 0x00010003),
        new("FastForestBinaryExec", "FFORE BC", 0x00010003, 0x00010006),
        new("FastForestRegressionExec", "FFORE RE", 0x00010003, 0x00010006),
        new("LightGBMBinaryExec", "LGBBINCL", 0x00010002, 0x00010005),
        new("LightGBMRegressionExec", "LGBSIREG", 0x00010002, 0x00010005),
        new("LightGBMRankerExec", "LGBMRANK", 0x00010002, 0x00010005),
        new("BinaryClassGamPredictor", "GAM BINP", 0x00010002, 0x00010002),
        new("RegressionGamPredictor", "GAM REGP", 0x00010002, 0x00010002),
    }.ToFrozenDictionary(kind => kind.Signature, StringComparer.Ordinal);

    private static readonly (string Start, string Advice)[] Advice =
    [
        ("Text", "turn text into numbers or categories before training"),
        ("Ngram", "turn text into numbers or categories before training"),
        ("WRDTOKNS", "turn text into numbers or categories before training"),
        ("CharToken", "turn text into numbers or categories before training"),
        ("StopWord", "turn text into numbers or categories before training"),
        ("WordEmbed", "turn text into numbers or categories before training"),
        ("Tokenize", "turn text into numbers or categories before training"),
        ("ValueMapping", "use MapValueToKey instead"),
        ("FeatureContribution", "save the model without the explanation step"),
        ("Pca", "train without the projection, or export the model to ONNX"),
        ("Onnx", "give the .onnx file itself"),
        ("Tensor", "export the model to ONNX and give that file"),
        ("Custom", "put the custom mapping outside the model"),
        ("TreeEns", "use the trees as the model, without featurising with them"),
        ("FieldAware", "train a linear model or trees"),
        ("FAFM", "train a linear model or trees"),
        ("MFPredictor", "train a linear model or trees"),
        ("MaFact", "train a linear model or trees"),
        ("SSA", "give the model the values of the series as columns"),
        ("SrCnn", "give the model the values of the series as columns"),
        ("Iid", "give the model the values of the series as columns"),
        ("Image", "give the model numbers measured on the image"),
        ("Torch", "export the model to ONNX and give that file"),
        ("RowToRowMapper", "save the model again with ML.NET 1.x or later"),
        ("OptColTransform", "save the model again with ML.NET 1.x or later"),
    ];

    /// <summary>The row of a signature, or null.</summary>
    public static ComponentKind? Find(string signature) => Known.GetValueOrDefault(signature);

    /// <summary>What to do about a signature that the format document lists to be refused by name; null for others without a row.</summary>
    public static string? AdviceFor(string signature)
    {
        foreach ((string start, string advice) in Advice)
        {
            if (signature.StartsWith(start, StringComparison.OrdinalIgnoreCase))
            {
                return advice;
            }
        }

        return null;
    }
}
