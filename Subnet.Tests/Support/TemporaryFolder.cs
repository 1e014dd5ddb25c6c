namespace Subnet.Tests.Support;

/// <summary>A folder of its own for one test, removed with everything in it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private const int MostTries = 100;

    /// <summary>The absolute path.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("subnet-test-").FullName;

    /// <summary>The path of a file or folder inside.</summary>
    public string Combine(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <inheritdoc/>
    public void Dispose()
    {
        // A process that was killed a moment ago may still have made a file.
        for (int tries = 1; Directory.Exists(Path); tries++)
        {
            try
            {
                Directory.Delete(Path, recursive: true);
            }
            catch (IOException) when (tries < MostTries)
            {
                Thread.Sleep(20);
            }
        }
    }
}
