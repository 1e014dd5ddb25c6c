using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Subnet.Health.Rpc.Certificates;

/// <summary>
/// A certificate as three PEM files in a folder, the form every TLS program reads: <c>certificate.pem</c>, its private
/// <c>key.pem</c> (readable by its owner alone), and <c>ca.pem</c>, the authority to trust. An authority's own folder holds
/// its certificate as both.
/// </summary>
internal static class PemCertificateFiles
{
    /// <summary>The party's certificate.</summary>
    public const string CertificateName = "certificate.pem";

    /// <summary>The private key, PKCS #8.</summary>
    public const string KeyName = "key.pem";

    /// <summary>The authority.</summary>
    public const string AuthorityName = "ca.pem";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Whether a folder holds any of the files.</summary>
    public static bool Exist(string folder) =>
        new[] { CertificateName, KeyName, AuthorityName }.Any(name => File.Exists(Path.Combine(folder, name)));

    /// <summary>Writes the three files; the key first, so that a certificate without its key is never left.</summary>
    /// <exception cref="IOException">A file exists and <paramref name="overwrite"/> is not set, or writing failed.</exception>
    public static void Write(string folder, X509Certificate2 certificate, X509Certificate2 authority, bool overwrite)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(authority);
        using ECDsa key = certificate.GetECDsaPrivateKey() ?? throw new ArgumentException("the certificate has no ECDSA key", nameof(certificate));
        if (!overwrite && Exist(folder))
        {
            throw new IOException($"'{folder}' holds certificates already");
        }

        Directory.CreateDirectory(folder);
        char[] pem = PemEncoding.Write("PRIVATE KEY", key.ExportPkcs8PrivateKey());
        try
        {
            WriteWhole(Path.Combine(folder, KeyName), pem, OwnerOnly);
        }
        finally
        {
            Array.Clear(pem);
        }

        WriteWhole(Path.Combine(folder, CertificateName), certificate.ExportCertificatePem(), null);
        WriteWhole(Path.Combine(folder, AuthorityName), authority.ExportCertificatePem(), null);
    }

    /// <summary>Reads a party's certificate with its private key.</summary>
    /// <exception cref="IOException">A file is missing or unreadable.</exception>
    /// <exception cref="CryptographicException">A file is not what it should be, or key and certificate do not belong together.</exception>
    public static X509Certificate2 ReadCertificate(string folder)
    {
        using X509Certificate2 certificate = X509Certificate2.CreateFromPemFile(Path.Combine(folder, CertificateName), Path.Combine(folder, KeyName));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>Reads the authority to trust.</summary>
    /// <inheritdoc cref="ReadCertificate" path="/exception"/>
    public static X509Certificate2 ReadAuthority(string folder) =>
        X509Certificate2.CreateFromPem(File.ReadAllText(Path.Combine(folder, AuthorityName)));

    private static void WriteWhole(string path, ReadOnlySpan<char> text, UnixFileMode? mode)
    {
        string temporary = path + ".new";
        FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write };
        if (mode is not null && !OperatingSystem.IsWindows())
        {
            File.Delete(temporary);
            options.UnixCreateMode = mode;
        }

        using (StreamWriter writer = new(temporary, options))
        {
            writer.Write(text);
            writer.Write('\n');
        }

        File.Move(temporary, path, overwrite: true);
    }
}
