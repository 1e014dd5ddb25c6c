namespace Subnet.Tests.Support;

/// <summary>
/// Finds the folder of outside vectors and data: <c>shared</c> beside the folder that holds <c>Subnet.sln</c>, or what
/// <c>SUBNET_SHARED</c> names. A test that needs it is ignored, with the reason, where it is absent.
/// </summary>
internal static class SharedFolder
{
    /// <summary>The folder, or null where it is absent.</summary>
    public static string? TryFind()
    {
        string? named = Environment.GetEnvironmentVariable("SUBNET_SHARED");
        if (!string.IsNullOrEmpty(named))
        {
            return Directory.Exists(named) ? named : null;
        }

        string? parent = Path.GetDirectoryName(RepositoryFolder.Find());
        string? beside = parent is null ? null : Path.Combine(parent, "shared");
        return beside is not null && Directory.Exists(beside) ? beside : null;
    }

    /// <summary>The path below the shared folder; ignores the running test where it is absent.</summary>
    public static string Require(params string[] relative)
    {
        string? shared = TryFind();
        if (shared is null)
        {
            Assert.Ignore("the folder of outside vectors (../shared, or SUBNET_SHARED) is absent");
        }

        string path = Path.Combine([shared!, .. relative]);
        Assert.That(Path.Exists(path), $"no vectors found: {string.Join('/', relative)}");
        return path;
    }
}
