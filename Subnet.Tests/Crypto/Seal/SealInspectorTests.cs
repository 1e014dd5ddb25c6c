using Subnet.Crypto.Seal;
using Subnet.Tests.Support;

namespace Subnet.Tests.Crypto.Seal;

[TestFixture]
internal sealed class SealInspectorTests
{
    [TestCaseSource(typeof(SealVectors), nameof(SealVectors.ObjectFiles))]
    public void File_of_seal_has_the_layout_of_its_type(string set, string file, string type)
    {
        SealInspection found = SealInspector.Inspect(SealVectors.Read(set, file));
        Assert.That(found.Kind, Is.EqualTo(type switch
        {
            "parms" => SealObjectKind.EncryptionParameters,
            "plaintext" or "secret_key" => SealObjectKind.PlaintextOrSecretKey,
            "ciphertext" or "public_key" => SealObjectKind.CiphertextOrPublicKey,
            _ => SealObjectKind.SwitchingKeys,
        }));
    }

    [Test]
    public void Mutated_file_raises_only_the_error_of_the_format()
    {
        SharedFolder.Require("vectors", "seal");
        Random random = new(11);
        int refused = 0;
        foreach (TestCaseData known in SealVectors.ObjectFiles().Where(known => SealVectors.SmallSets.Contains((string)known.Arguments[0]!)))
        {
            byte[] original = SealVectors.Read((string)known.Arguments[0]!, (string)known.Arguments[1]!);
            for (int i = 0; i < 60; i++)
            {
                byte[] bytes = [.. original];
                bytes[random.Next(Math.Min(bytes.Length, 200))] = (byte)random.Next(256);
                try
                {
                    Assert.That(SealInspector.Inspect(bytes, 1 << 20).UncompressedByteCount, Is.Positive);
                }
                catch (SealFormatException)
                {
                    refused++;
                }
            }
        }

        Assert.That(refused, Is.Positive);
    }
}
