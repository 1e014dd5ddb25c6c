using System.Runtime.InteropServices;
using System.Text.Json;
using Subnet.Crypto.Rlwe;
using Subnet.Crypto.Seal;
using Subnet.Tests.Support;

namespace Subnet.Tests.Crypto.Rlwe;

/// <summary>One folder of golden vectors that native SEAL 4.1.2 wrote: its objects by name.</summary>
internal sealed class SealVectorSet
{
    private readonly string _folder;
    private readonly SealReader _reader;
    private readonly Dictionary<string, string> _files = [];
    private readonly Lazy<RelinearizationKeys> _relinearizationKeys;
    private readonly Lazy<GaloisKeys> _galoisKeys;

    public SealVectorSet(string name)
    {
        _folder = SharedFolder.Require("vectors", "seal", name);
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_folder, "manifest.json")));
        Manifest = manifest.RootElement.Clone();
        foreach (JsonElement entry in Manifest.GetProperty("objects").EnumerateArray())
        {
            _files[entry.GetProperty("name").GetString()!] = entry.GetProperty("file").GetString()!;
        }

        Parameters = Parameters.Create(new ParametersLiteral
        {
            Scheme = Manifest.GetProperty("scheme").GetString() == "bfv" ? Scheme.Bfv : Scheme.Ckks,
            PolyModulusDegree = Manifest.GetProperty("poly_modulus_degree").GetInt32(),
            CoeffModulus = [.. Manifest.GetProperty("coeff_modulus").EnumerateArray().Select(q => q.GetUInt64())],
            PlainModulus = Manifest.GetProperty("plain_modulus").GetUInt64(),
            Security = SecurityLevel.None,
        });
        _reader = new SealReader(Parameters);
        _relinearizationKeys = new(() => _reader.ReadRelinearizationKeys(Read("rlk")).Value);
        _galoisKeys = new(() => _reader.ReadGaloisKeys(Read("glk")).Value);
    }

    public JsonElement Manifest { get; }

    public Parameters Parameters { get; }

    /// <summary>The names of the ciphertexts that another engine must get word for word.</summary>
    public IReadOnlyCollection<string> DeterministicCiphertexts =>
    [
        .. Manifest.GetProperty("objects").EnumerateArray()
            .Where(entry => entry.GetProperty("type").GetString() == "ciphertext" && entry.GetProperty("deterministic").GetBoolean())
            .Select(entry => entry.GetProperty("name").GetString()!).Distinct(),
    ];

    public bool Has(string name) => _files.ContainsKey(name);

    public SecretKey SecretKey() => _reader.ReadSecretKey(Read("sk")).Value;

    public PublicKey PublicKey() => _reader.ReadPublicKey(Read("pk")).Value;

    public RelinearizationKeys RelinearizationKeys() => _relinearizationKeys.Value;

    public GaloisKeys GaloisKeys() => _galoisKeys.Value;

    public Plaintext Plaintext(string name) => _reader.ReadPlaintext(Read(name)).Value;

    public Ciphertext Ciphertext(string name) => _reader.ReadCiphertext(Read(name)).Value;

    public T[] Values<T>(string file)
        where T : struct => MemoryMarshal.Cast<byte, T>(File.ReadAllBytes(Path.Combine(_folder, file))).ToArray();

    private byte[] Read(string name) => File.ReadAllBytes(Path.Combine(_folder, _files[name]));
}
