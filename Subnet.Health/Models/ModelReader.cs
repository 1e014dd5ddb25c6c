using Subnet.Health.Models.MlNet;
using Subnet.Health.Models.Onnx;

namespace Subnet.Health.Models;

/// <summary>Reads a model of any supported format, told apart by its first bytes, not by its name.</summary>
internal static class ModelReader
{
    private static ReadOnlySpan<byte> ZipMark => "PK"u8;

    /// <summary>Reads a model.</summary>
    /// <exception cref="ModelFormatException">Damaged, hostile or not supported.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IPlainModel Read(string path, ModelLimits? limits = null)
    {
        using FileStream stream = File.OpenRead(path);
        string name = Path.GetFileName(path);
        Span<byte> mark = stackalloc byte[2];
        int read = stream.ReadAtLeast(mark, mark.Length, throwOnEndOfStream: false);
        stream.Position = 0;
        return read == mark.Length && mark.SequenceEqual(ZipMark)
            ? MlNetModelReader.Read(name, stream, limits)
            : OnnxModelReader.Read(name, stream, limits);
    }
}
