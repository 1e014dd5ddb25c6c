using System.Reflection;
using System.Text.RegularExpressions;
using Subnet.Tests.Support;

namespace Subnet.Tests.Documentation;

/// <summary>The threat model names the test that carries out each attack; a renamed or removed test must not leave its name behind.</summary>
[TestFixture]
internal sealed partial class ThreatModelTests
{
    [Test]
    public void Every_test_that_the_threat_model_names_exists()
    {
        string text = File.ReadAllText(Path.Combine(RepositoryFolder.Find(), "docs", "threat-model.md"));
        ILookup<string, Type> fixtures = typeof(ThreatModelTests).Assembly.GetTypes().ToLookup(type => type.Name);
        string[] names = [.. TestName().Matches(text).Select(match => match.Value).Distinct()];

        Assert.That(names, Has.Length.GreaterThan(30));
        Assert.That(names.Where(name => !Exists(fixtures, name.Split('.'))), Is.Empty);
    }

    private static bool Exists(ILookup<string, Type> fixtures, string[] name) =>
        fixtures[name[0]].Any(type => type.GetMethod(name[1], BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly) is not null);

    [GeneratedRegex(@"\b[A-Z]\w*Tests\.\w+")]
    private static partial Regex TestName();
}
