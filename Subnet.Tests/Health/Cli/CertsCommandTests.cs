using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Cli;

/// <summary><c>subnet certs</c> as a user meets it.</summary>
[TestFixture]
internal sealed class CertsCommandTests
{
    [Test]
    public async Task A_certificate_is_made_once_and_shown()
    {
        using TemporaryFolder home = new();
        CommandRun created = await CommandRun.Of(home.Path, ["certs", "create", "--name", "miner1", "--host", "miner1.example.org", "--json"]);
        Assert.That(created.ExitCode, Is.Zero, created.Error);
        string folder = home.Combine("certs", "miner1");
        Assert.That(File.Exists(Path.Combine(folder, "key.pem")));
        if (!OperatingSystem.IsWindows())
        {
            Assert.That(File.GetUnixFileMode(Path.Combine(folder, "key.pem")), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        }

        CommandRun shown = await CommandRun.Of(home.Path, ["certs", "show", folder, "--json"]);
        Assert.That(shown.ExitCode, Is.Zero, shown.Error);
        Assert.That(shown.Output, Does.Contain("miner1.example.org").And.Contain("\"valid\":true").Or.Contain("\"valid\": true"));

        CommandRun again = await CommandRun.Of(home.Path, ["certs", "create", "--name", "miner1"]);
        Assert.That(again.ExitCode, Is.EqualTo(3));
    }

    [Test]
    public async Task A_certificate_of_another_authority_is_not_valid()
    {
        using TemporaryFolder home = new();
        foreach (string party in new[] { "a", "b" })
        {
            await CommandRun.Of(home.Path, ["certs", "create", "--name", party, "--authority", home.Combine(party + "-authority")]);
        }

        File.Copy(home.Combine("certs", "b", "ca.pem"), home.Combine("certs", "a", "ca.pem"), overwrite: true);
        Assert.That((await CommandRun.Of(home.Path, ["certs", "show", home.Combine("certs", "a")])).ExitCode, Is.EqualTo(1));
    }
}
