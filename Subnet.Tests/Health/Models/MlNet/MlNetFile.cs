using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Subnet.Health.Models;
using Subnet.Health.Models.MlNet;
using Subnet.Health.Models.Rows;

namespace Subnet.Tests.Health.Models.MlNet;

/// <summary>Writes saved models of ML.NET byte by byte as the format document has them, for kinds that no vector at hand holds.</summary>
internal sealed class MlNetFile
{
    private readonly Dictionary<string, byte[]> entries = new(StringComparer.Ordinal);

    /// <summary>Adds an entry as it is.</summary>
    public MlNetFile Raw(string name, byte[] content)
    {
        entries[name] = content;
        return this;
    }

    /// <summary>Adds a component in a folder, which ends with a slash.</summary>
    public MlNetFile Add(string folder, string signature, string magic, uint version, Body? body = null, string file = "Model.key", uint container = 0x00010002)
    {
        entries[folder + file] = (body ?? new Body()).ToComponent(signature, magic, version, container);
        return this;
    }

    /// <summary>An input schema of single precision columns; a width of 0 is a scalar, a negative one a text.</summary>
    public MlNetFile Schema(params (string Name, int Width)[] columns)
    {
        var table = new Body();
        foreach ((string name, int width) in columns)
        {
            table.Utf8(name);
            if (width > 0)
            {
                table.Codec("VBuffer", new Body().Codec("Single", new Body()).I32(1, width));
            }
            else
            {
                table.Codec(width < 0 ? "TextSpan" : "Single", new Body());
            }

            table.U8(0).Leb(1).I64(0, 0);
        }

        const int HeaderBytes = 256;
        var header = new Body().U64(0x00425644004C4D43).U64(0x0001000100010006).U64(0x0001000100010006).I64(HeaderBytes, HeaderBytes + table.Length, 0).I32(columns.Length);
        byte[] content = new byte[HeaderBytes + table.Length + 8];
        header.ToArray().CopyTo(content, 0);
        table.ToArray().CopyTo(content, HeaderBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(content.AsSpan(HeaderBytes + table.Length), 0x434D4C0044564200);
        return Raw("Schema", content);
    }

    /// <summary>The folder of the chain's last transformer.</summary>
    public string Last { get; private set; } = "";

    /// <summary>A chain of so many transformers.</summary>
    public MlNetFile Chain(int transformers)
    {
        Last = $"TransformerChain/Transform_{transformers - 1:D3}/";
        return Add("TransformerChain/", "TransformerChain", "XF CHAIN", 0x00010001, new Body().I32(transformers).I32([.. Enumerable.Repeat(7, transformers)]));
    }

    /// <summary>The zip.</summary>
    public byte[] ToZip()
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in entries)
            {
                using Stream entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }
        }

        return stream.ToArray();
    }

    /// <summary>Reads it back.</summary>
    public IPlainModel Read() => MlNetModelReader.Read("model.zip", new MemoryStream(ToZip()));

    /// <summary>One row through a model: the values of one answer.</summary>
    public static float[] Predict(IPlainModel model, string output, params string[] lines)
    {
        PredictionBatch predictions = model.Predict(RowFileReader.Read(new StringReader(string.Join('\n', lines) + "\n"), model.Schema));
        OutputColumn column = predictions.Find(output)!;
        return [.. Enumerable.Range(0, predictions.Rows).SelectMany(row => Enumerable.Range(0, column.Width)
            .Select(slot => float.Parse(column.Format(row, slot), CultureInfo.InvariantCulture)))];
    }

    /// <summary>A regression over the vector column x of so many slots; the predictor is added by the caller under its folder.</summary>
    public static MlNetFile Regression(int features) => new MlNetFile().Schema(("x", features)).Chain(1)
        .Add("TransformerChain/Transform_000/", "RegressionPredXfer", "REG PRED", 0x00010001, new Body().Text("x"));

    /// <summary>The folder of its predictor.</summary>
    public const string Predictor = "TransformerChain/Transform_000/Model/";

    /// <summary>A body that is being written, with the texts it refers to.</summary>
    internal sealed class Body
    {
        private readonly MemoryStream bytes = new();
        private readonly List<string> texts = [];

        public int Length => (int)bytes.Length;

        public Body U8(params byte[] values) => Append(values);

        public Body I32(params int[] values) => Each(values, sizeof(int), BinaryPrimitives.WriteInt32LittleEndian);

        public Body U32(params uint[] values) => Each(values, sizeof(uint), BinaryPrimitives.WriteUInt32LittleEndian);

        public Body I64(params long[] values) => Each(values, sizeof(long), BinaryPrimitives.WriteInt64LittleEndian);

        public Body U64(params ulong[] values) => Each(values, sizeof(ulong), BinaryPrimitives.WriteUInt64LittleEndian);

        public Body F32(params float[] values) => Each(values, sizeof(float), BinaryPrimitives.WriteSingleLittleEndian);

        public Body F64(params double[] values) => Each(values, sizeof(double), BinaryPrimitives.WriteDoubleLittleEndian);

        /// <summary>T[]: a count, then the values.</summary>
        public Body Counted(params int[] values) => I32(values.Length).I32(values);

        public Body Counted(params float[] values) => I32(values.Length).F32(values);

        public Body Counted(params double[] values) => I32(values.Length).F64(values);

        /// <summary>sid of each text.</summary>
        public Body Text(params string[] values)
        {
            foreach (string value in values)
            {
                if (!texts.Contains(value))
                {
                    texts.Add(value);
                }

                I32(texts.IndexOf(value));
            }

            return this;
        }

        /// <summary>Pairs of output and input.</summary>
        public Body Pairs(params (string Output, string Input)[] pairs)
        {
            I32(pairs.Length);
            foreach ((string output, string input) in pairs)
            {
                Text(output, input);
            }

            return this;
        }

        public Body Leb(int value)
        {
            while (value >= 0x80)
            {
                U8((byte)(value | 0x80));
                value >>= 7;
            }

            return U8((byte)value);
        }

        public Body Utf8(string text)
        {
            byte[] utf8 = Encoding.UTF8.GetBytes(text);
            return Leb(utf8.Length).Append(utf8);
        }

        public Body Codec(string name, Body parameters) => Utf8(name).Leb(parameters.Length).Append(parameters.ToArray());

        public byte[] ToArray() => bytes.ToArray();

        public byte[] ToComponent(string signature, string magic, uint version, uint container)
        {
            byte[] body = ToArray();
            var table = new Body();
            var characters = new Body();
            foreach (string text in texts)
            {
                characters.Append(Encoding.Unicode.GetBytes(text));
                table.I64(characters.Length);
            }

            byte[] assembly = container >= 0x00010002 ? Encoding.Unicode.GetBytes("Microsoft.ML.Data") : [];
            int at = 0x100 + body.Length;
            var header = new Body().U64(0x4C45444F4D004C4D).U32(container, container).I64(0x100, body.Length);
            header.I64(texts.Count == 0 ? [0, 0, 0, 0] : [at, table.Length, at + table.Length, characters.Length]);
            at += table.Length + characters.Length;
            header.Append(Encoding.ASCII.GetBytes(magic.PadRight(8))).U32(version, version).Append(Encoding.ASCII.GetBytes(signature.PadRight(24, '\0'))).U8(new byte[24]);
            header.I64(at + assembly.Length, at + assembly.Length + 8, assembly.Length == 0 ? 0 : at).U32((uint)assembly.Length);
            header.U8(new byte[0x100 - header.Length]);
            return [.. header.ToArray(), .. body, .. table.ToArray(), .. characters.ToArray(), .. assembly, .. new Body().U64(0x4D4C004D4F44454C).ToArray()];
        }

        private Body Append(byte[] more)
        {
            bytes.Write(more);
            return this;
        }

        private delegate void Write<T>(Span<byte> to, T value);

        private Body Each<T>(T[] values, int size, Write<T> write)
        {
            byte[] buffer = new byte[size];
            foreach (T value in values)
            {
                write(buffer, value);
                bytes.Write(buffer);
            }

            return this;
        }
    }
}
