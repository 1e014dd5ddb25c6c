using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Subnet.Crypto.CanonicalJson;
using Subnet.Health.Review.Queries;

namespace Subnet.Health.Review.Verification;

/// <summary>Which step of a query an entry records.</summary>
internal enum ComparedKind : byte
{
    /// <summary>The clinic sent it.</summary>
    Sent,

    /// <summary>The clinic recorded a result, or that there was none.</summary>
    Received,

    /// <summary>The miner served it.</summary>
    Served,
}

/// <summary>An entry of a query as far as two parties' logs must agree on it. What an entry does not state is zero.</summary>
/// <param name="Event">The query's event.</param>
/// <param name="Index">Where the entry is in its log.</param>
/// <param name="Kind">Which step.</param>
/// <param name="IsOk">Whether it succeeded.</param>
/// <param name="NamesTheClinic">Whether the miner's entry says that it served this clinic.</param>
/// <param name="In">Hash of the query's bytes.</param>
/// <param name="Out">Hash of the reply's bytes.</param>
/// <param name="Model">Hash of the model card.</param>
/// <param name="Signature">Hash of the receipt's signature.</param>
internal readonly record struct ComparedEntry(
    UInt128 Event, long Index, ComparedKind Kind, bool IsOk, bool NamesTheClinic, UInt256 In, UInt256 Out, UInt256 Model, UInt256 Signature)
{
    /// <summary>Length of a record in bytes; its first is one of the event's.</summary>
    public const int ByteCount = FlagsAt + 3;

    private const int IndexAt = 16;
    private const int InAt = IndexAt + 8;
    private const int OutAt = InAt + UInt256.ByteCount;
    private const int ModelAt = OutAt + UInt256.ByteCount;
    private const int SignatureAt = ModelAt + UInt256.ByteCount;
    private const int FlagsAt = SignatureAt + UInt256.ByteCount;

    /// <summary>What is compared of an entry.</summary>
    public static ComparedEntry Of(ComparedKind kind, UInt128 name, LoggedEntry entry, bool namesTheClinic)
    {
        ArgumentNullException.ThrowIfNull(entry);
        CanonicalObject members = entry.Members;
        string? signature = members.ObjectOrNull("receipt")?.TextOrNull("sig");
        return new ComparedEntry(
            name,
            entry.Index,
            kind,
            members.TextOrNull("outcome") == "ok",
            namesTheClinic,
            UInt256.OfHex(members.ObjectOrNull("in")?.TextOrNull("hash")),
            UInt256.OfHex(members.ObjectOrNull("out")?.TextOrNull("hash")),
            UInt256.OfHex(members.ObjectOrNull("model")?.TextOrNull("commit")),
            signature is null ? default : UInt256.Read(SHA256.HashData(Encoding.UTF8.GetBytes(signature))));
    }

    /// <summary>Reads a record.</summary>
    public static ComparedEntry Read(ReadOnlySpan<byte> record) => new(
        BinaryPrimitives.ReadUInt128BigEndian(record),
        BinaryPrimitives.ReadInt64BigEndian(record[IndexAt..]),
        (ComparedKind)record[FlagsAt],
        record[FlagsAt + 1] != 0,
        record[FlagsAt + 2] != 0,
        UInt256.Read(record[InAt..]),
        UInt256.Read(record[OutAt..]),
        UInt256.Read(record[ModelAt..]),
        UInt256.Read(record[SignatureAt..]));

    /// <summary>Writes a record.</summary>
    public void Write(Span<byte> record)
    {
        BinaryPrimitives.WriteUInt128BigEndian(record, Event);
        BinaryPrimitives.WriteInt64BigEndian(record[IndexAt..], Index);
        In.Write(record[InAt..]);
        Out.Write(record[OutAt..]);
        Model.Write(record[ModelAt..]);
        Signature.Write(record[SignatureAt..]);
        (record[FlagsAt], record[FlagsAt + 1], record[FlagsAt + 2]) = ((byte)Kind, IsOk ? (byte)1 : (byte)0, NamesTheClinic ? (byte)1 : (byte)0);
    }
}
