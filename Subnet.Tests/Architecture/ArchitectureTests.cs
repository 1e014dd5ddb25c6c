using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Subnet.Tests.Support;

namespace Subnet.Tests.Architecture;

/// <summary>The rules of the house that a compiler does not check.</summary>
[TestFixture]
internal sealed partial class ArchitectureTests
{
    private static readonly string[] Projects = ["Subnet.Core", "Subnet.Crypto", "Subnet.Health"];

    private static readonly string[] DatabaseWords = ["Microsoft.Data.Sqlite", "Npgsql", "Dapper", "SQLitePCL"];

    [TestCase("Subnet.Core")]
    [TestCase("Subnet.Crypto")]
    public void Library_references_no_other_project(string project)
    {
        XDocument file = XDocument.Load(Path.Combine(RepositoryFolder.Find(), project, project + ".csproj"));
        Assert.That(file.Descendants("ProjectReference"), Is.Empty);
        Assert.That(Load(project).GetReferencedAssemblies().Select(name => name.Name), Has.None.Match("^(Subnet\\.|subnet$)"));
    }

    [TestCaseSource(nameof(Projects))]
    public void Folders_of_a_project_depend_in_one_direction(string project)
    {
        IReadOnlyList<string>? cycle = new FolderGraph(project).FindCycle();
        Assert.That(cycle, Is.Null, cycle is null ? "" : string.Join(" -> ", cycle));
    }

    [TestCaseSource(nameof(Projects))]
    public void Namespace_of_a_file_is_its_folder(string project)
    {
        string root = Path.Combine(RepositoryFolder.Find(), project);
        foreach (string file in FolderGraph.Sources(root))
        {
            string folder = Path.GetDirectoryName(Path.GetRelativePath(root, file))!.Replace(Path.DirectorySeparatorChar, '.');
            string expected = folder.Length == 0 ? project : $"{project}.{folder}";
            Match found = NamespaceLine().Match(File.ReadAllText(file));
            if (found.Success)
            {
                Assert.That(found.Groups[1].Value, Is.EqualTo(expected), file);
            }
        }
    }

    [Test]
    public void In_core_only_storage_names_a_database()
    {
        string root = Path.Combine(RepositoryFolder.Find(), "Subnet.Core");
        foreach (string file in FolderGraph.Sources(root).Where(file => !Path.GetRelativePath(root, file).StartsWith("Storage", StringComparison.Ordinal)))
        {
            string source = FolderGraph.WithoutComments(File.ReadAllText(file));
            Assert.That(DatabaseWords.Where(word => source.Contains(word, StringComparison.Ordinal)), Is.Empty, file);
        }
    }

    [Test]
    public void Core_reads_no_clock_and_draws_nothing()
    {
        string root = Path.Combine(RepositoryFolder.Find(), "Subnet.Core");
        foreach (string file in FolderGraph.Sources(root))
        {
            Assert.That(ClockOrChance().Match(FolderGraph.WithoutComments(File.ReadAllText(file))).Value, Is.Empty, file);
        }
    }

    [TestCaseSource(nameof(Projects))]
    public void Public_type_is_documented(string project)
    {
        Assembly assembly = Load(project);
        XDocument documentation = XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml"));
        HashSet<string> documented = [.. documentation.Descendants("member").Select(member => member.Attribute("name")!.Value)];
        Assert.That(
            assembly.GetExportedTypes().Select(type => "T:" + type.FullName!.Replace('+', '.')).Where(name => !documented.Contains(name)),
            Is.Empty);
    }

    [TestCaseSource(nameof(Projects))]
    public void Nothing_static_can_be_assigned_again(string project)
    {
        IEnumerable<string> mutable = Load(project).GetTypes()
            .Where(type => !IsGenerated(type))
            .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(field => !field.IsInitOnly && !field.IsLiteral && !field.Name.Contains('<', StringComparison.Ordinal))
            .Where(field => field.GetCustomAttribute<ThreadStaticAttribute>() is null)
            .Select(field => $"{field.DeclaringType}.{field.Name}");
        Assert.That(mutable, Is.Empty);
    }

    private static bool IsGenerated(Type? type) => type is not null
        && (type.GetCustomAttribute<System.Runtime.CompilerServices.CompilerGeneratedAttribute>() is not null
            || type.Name.Contains('<', StringComparison.Ordinal)
            || type.GetInterfaces().Any(i => i.FullName == "Google.Protobuf.IMessage")
            || type.GetProperty("Descriptor", BindingFlags.Static | BindingFlags.Public)?.PropertyType.FullName == "Google.Protobuf.Reflection.FileDescriptor"
            || IsGenerated(type.DeclaringType));

    private static Assembly Load(string project) => Assembly.Load(project == "Subnet.Health" ? "subnet" : project);

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"\b(DateTime(Offset)?\.(Utc)?Now|Stopwatch|TimeProvider\.System|Environment\.Tick\w*|Random\.Shared|new Random|RandomNumberGenerator|Guid\.NewGuid)\b")]
    private static partial Regex ClockOrChance();
}
