namespace Subnet.Tests.Support;

/// <summary>Finds the checkout that the running tests were built from.</summary>
internal static class RepositoryFolder
{
    /// <summary>The folder that holds <c>Subnet.sln</c>, walking up from the test assembly.</summary>
    public static string Find()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Subnet.sln")))
            {
                return folder;
            }
        }

        throw new DirectoryNotFoundException($"no Subnet.sln above {AppContext.BaseDirectory}");
    }
}
