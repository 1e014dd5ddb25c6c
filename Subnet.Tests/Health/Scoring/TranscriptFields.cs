using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Subnet.Health.Scoring;

namespace Subnet.Tests.Health.Scoring;

/// <summary>One field of a transcript file: where it lies, and whose signature covers it.</summary>
/// <param name="Name">What it is, such as <c>subnet-batch/1 statement $.eta</c>.</param>
/// <param name="Offset">Its first byte in the file.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="IsText">Whether it is part of canonical JSON: then another digit or letter stands for the byte.</param>
/// <param name="Message">Number of its message; -1 outside messages.</param>
/// <param name="Attachment">Number of its attachment; -1 in the statement, -2 outside both.</param>
/// <param name="Inner">Offset inside the statement or attachment.</param>
internal sealed record TranscriptField(string Name, int Offset, int Length, bool IsText, int Message, int Attachment, int Inner)
{
    private const int Outside = -2;
    private const int InStatement = -1;

    /// <summary>
    /// Every field by the schema of <see cref="ScoringTranscript"/>: of each kind of message one, of each list its first and last element, of each binary attachment head, middle and end.
    /// </summary>
    public static IReadOnlyList<TranscriptField> Of(byte[] file, IReadOnlyList<ScoringMessage> messages)
    {
        List<TranscriptField> fields = [];
        int at = "subnet-score-transcript/1\n".Length;
        fields.Add(new TranscriptField("magic", 0, at, false, -1, Outside, 0));
        int beacon = Counted("beacon", -1, Outside);
        AddText("beacon", at, file.AsSpan(at, beacon), -1, Outside);
        at += beacon;
        Number("number of messages", -1);
        HashSet<string> seen = [];
        for (int i = 0; i < messages.Count; i++)
        {
            ScoringMessage message = messages[i];
            List<TranscriptField> all = fields;
            string kind = message.Signed.Domain;
            bool isNew = seen.Add(kind + string.Join(',', JsonDocument.Parse(message.Signed.Statement).RootElement.EnumerateObject().Select(member => member.Name)));
            fields = isNew ? fields : [];
            fields.Add(new TranscriptField($"{kind} length of domain", at, 1, false, i, Outside, 0));
            fields.Add(new TranscriptField($"{kind} domain", at + 1, kind.Length, false, i, Outside, 0));
            at += 1 + kind.Length;
            int statement = Counted($"{kind} statement", i, Outside);
            AddText($"{kind} statement", at, file.AsSpan(at, statement), i, InStatement);
            at += statement;
            fields.Add(new TranscriptField($"{kind} signer", at, 32, false, i, Outside, 0));
            fields.Add(new TranscriptField($"{kind} signature R", at + 32, 32, false, i, Outside, 0));
            fields.Add(new TranscriptField($"{kind} signature S", at + 64, 32, false, i, Outside, 0));
            at += 96;
            Number($"{kind} number of attachments", i);
            for (int j = 0; j < message.Attachments.Count; j++)
            {
                string name = $"{kind} attachment {j}";
                int length = Counted(name, i, Outside);
                if (file[at] == '[')
                {
                    AddText(name, at, file.AsSpan(at, length), i, j);
                }
                else
                {
                    foreach (int inner in new[] { 0, length / 2, length - 1 })
                    {
                        fields.Add(new TranscriptField($"{name} byte {inner}", at + inner, 1, false, i, j, inner));
                    }
                }

                at += length;
            }

            fields = isNew ? fields : all;
        }

        fields.Add(new TranscriptField("digest", at, 32, false, -1, Outside, 0));
        Assert.That(at + 32, Is.EqualTo(file.Length), "the fields fill the file");
        return fields;

        int Counted(string name, int message, int attachment)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            Number($"{name} length", message);
            return length;
        }

        void Number(string name, int message)
        {
            for (int i = 0; i < sizeof(int); i++)
            {
                fields.Add(new TranscriptField($"{name} byte {i}", at + i, 1, false, message, Outside, 0));
            }

            at += sizeof(int);
        }

        void AddText(string name, int start, ReadOnlySpan<byte> json, int message, int attachment)
        {
            Dictionary<string, TranscriptField> last = [];
            Utf8JsonReader reader = new(json);
            string member = "";
            while (reader.Read())
            {
                if (reader.TokenType is not (JsonTokenType.PropertyName or JsonTokenType.String or JsonTokenType.Number))
                {
                    continue;
                }

                bool isName = reader.TokenType == JsonTokenType.PropertyName;
                member = isName ? reader.GetString()! : member;
                int inner = (int)reader.TokenStartIndex + (reader.TokenType == JsonTokenType.Number ? 0 : 1);
                string word = $"{name} {(isName ? "name of " : "")}{member}";
                TranscriptField field = new(word, start + inner, reader.ValueSpan.Length, true, message, attachment, inner);
                if (!last.ContainsKey(word))
                {
                    fields.Add(field);
                }

                last[word] = field;
            }

            fields.AddRange(last.Values.Where(field => !fields.Contains(field)).Select(field => field with { Name = field.Name + ", last" }));
            fields.Add(new TranscriptField($"{name} bracket", start, 1, false, message, attachment, 0));
        }
    }

    /// <summary>The file with one byte of this field changed to one that still reads where it is text.</summary>
    public byte[] Change(byte[] file)
    {
        byte[] changed = [.. file];
        int at = Offset + (Length / 2);
        changed[at] = Other(changed[at]);
        return changed;
    }

    /// <summary>The message with one byte of this field changed.</summary>
    public ScoringMessage Change(ScoringMessage message)
    {
        byte[] bytes = (Attachment == InStatement ? message.Signed.Statement : message.Attachments[Attachment]).ToArray();
        int at = Inner + (Length / 2);
        bytes[at] = Other(bytes[at]);
        return Attachment == InStatement
            ? message with { Signed = message.Signed with { Statement = bytes } }
            : message with { Attachments = [.. message.Attachments.Select((own, i) => i == Attachment ? bytes : own)] };
    }

    /// <summary>The file under a digest made anew.</summary>
    public static byte[] Reseal(byte[] file) => [.. file.AsSpan(0, file.Length - 32), .. SHA256.HashData(file.AsSpan(0, file.Length - 32))];

    private byte Other(byte value) => !IsText ? (byte)(value ^ 1) : value == (byte)'1' ? (byte)'2' : char.IsAsciiHexDigitLower((char)value) ? (byte)'1' : (byte)(value ^ 1);
}
