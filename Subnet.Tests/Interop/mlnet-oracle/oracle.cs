#!/usr/bin/env dotnet
// Trains some three hundred small pipelines with ML.NET itself, from fixed seeds, and writes each as a case folder of the schema that
// `subnet conformance models` replays: the saved model, a table of rows, and what ML.NET answers to them. It is not part of the
// solution, which must build without Microsoft.ML; what it wrote is committed as Health/Conformance/Models/mlnet-cases.tar.gz.
//
//   dotnet run Subnet.Tests/Interop/mlnet-oracle/oracle.cs -- OUT                      every pipeline over the made-up table
//   dotnet run Subnet.Tests/Interop/mlnet-oracle/oracle.cs -- OUT --only hash          those with a name that contains "hash"
//   dotnet run Subnet.Tests/Interop/mlnet-oracle/oracle.cs -- OUT --tables samples/data   those over the real tables found there
//   dotnet run Subnet.Tests/Interop/mlnet-oracle/oracle.cs -- OUT --archive FILE.tar.gz   and all of OUT packed, for the test
//
// Needs an SDK that knows #:include (10.0.300 or later) and x64, for which LightGBM is built.
#:package Microsoft.ML@5.0.1
#:package Microsoft.ML.FastTree@5.0.1
#:package Microsoft.ML.LightGbm@5.0.1
#:property ManagePackageVersionsCentrally=false
#:property PublishAot=false
#:property RunAnalyzers=false
#:property EnforceCodeStyleInBuild=false
#:property GenerateDocumentationFile=false
#:property TreatWarningsAsErrors=false
#:include support/*.cs
#:include pipelines/*.cs

using Microsoft.ML;
using MlNetOracle;

string? Option(string name) => Array.IndexOf(args, name) is int at and >= 0 && at + 1 < args.Length ? args[at + 1] : null;
if (args.Length == 0 || args[0].StartsWith('-'))
{
    Console.Error.WriteLine("usage: oracle.cs OUT [--only PART OF A NAME] [--tables FOLDER] [--archive FILE.tar.gz]");
    return 2;
}

string root = args[0];
string only = Option("--only") ?? "";
int made = 0;
int failed = 0;

// Every pipeline gets a context of its own, so that what was trained before it changes nothing.
Func<MLContext, PipelineGroup>[] groups =
[
    context => new ImputationPipelines(context),
    context => new NormaliserPipelines(context),
    context => new RowNormPipelines(context),
    context => new CategoryPipelines(context),
    context => new SparseRowPipelines(context),
    context => new HashPipelines(context),
    context => new KeyPipelines(context),
    context => new ConversionPipelines(context),
    context => new ColumnPipelines(context),
    context => new BinaryPipelines(context),
    context => new CalibratorPipelines(context),
    context => new TreePipelines(context),
    context => new LightGbmPipelines(context),
    context => new RegressionPipelines(context),
    context => new MulticlassPipelines(context),
    context => new OtherPipelines(context),
];
var madeUp = new MadeUpTable();
string? tables = Option("--tables");
foreach (Func<MLContext, PipelineGroup> group in tables is null ? groups : [])
{
    foreach (string name in group(new MLContext(seed: 1)).Pipelines().Select(pipeline => pipeline.Name).Where(name => name.Contains(only, StringComparison.Ordinal)))
    {
        Make(name, () =>
        {
            var context = new MLContext(seed: 1);
            Pipeline pipeline = group(context).Pipelines().Single(pipeline => pipeline.Name == name);
            CaseWriter.Write(Path.Combine(root, "made-up", name), context, pipeline, madeUp.Bind(context));
        });
    }
}

if (tables is not null)
{
    foreach (RealTable table in RealTable.FindAll(tables))
    {
        foreach (string recipe in TableRecipes.Names(table).Where(recipe => $"{table.Name}-{recipe}".Contains(only, StringComparison.Ordinal)))
        {
            Make($"{table.Name}-{recipe}", () => TableRecipes.Write(Path.Combine(root, table.Name), table, recipe));
        }
    }
}

Console.WriteLine($"{made} cases made, {failed} pipelines that ML.NET did not train");
if (Option("--archive") is string archive)
{
    CaseArchive.Write(root, archive);
    Console.WriteLine($"packed {new FileInfo(archive).Length} bytes");
}

return failed == 0 ? 0 : 1;

void Make(string name, Action write)
{
    try
    {
        write();
        made++;
    }
    catch (Exception fault) when (fault is InvalidOperationException or ArgumentException or NotSupportedException)
    {
        failed++;
        Console.Error.WriteLine($"{name}: {fault.Message.Split('\n')[0]}");
    }
}
