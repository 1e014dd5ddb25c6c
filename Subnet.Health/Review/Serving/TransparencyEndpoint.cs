using Google.Protobuf;
using Subnet.Crypto.Transparency;
using Subnet.Crypto.Transparency.Merkle;
using Subnet.Crypto.Transparency.Tiles;
using Subnet.Crypto.Transparency.Witnessing;
using Subnet.Health.Review.Logs;
using Subnet.Health.Rpc;
using Subnet.Health.Rpc.Server;
using Subnet.Health.Rpc.TransparencyV1;
using AddCheckpointRequest = Subnet.Health.Rpc.TransparencyV1.AddCheckpointRequest;

namespace Subnet.Health.Review.Serving;

/// <summary>Puts a log, a witness, or both on a gRPC server as <c>subnet.v1.Transparency</c>.</summary>
internal static class TransparencyEndpoint
{
    // A checkpoint with the signatures of many witnesses and the longest proof that there is have a tenth of it.
    private const int LargestRequestBytes = 64 << 10;

    /// <summary>Adds the methods.</summary>
    /// <param name="services">The server's methods.</param>
    /// <param name="log">The log; null for a party that only witnesses.</param>
    /// <param name="witness">The witness; null for a party that is none.</param>
    /// <param name="access">Who may read entries; null if nobody may.</param>
    /// <param name="learn">Told of the keys that come with a checkpoint before it is looked at; null where the witness learns none.</param>
    /// <param name="messages">What requests hold together with others; null where nothing bounds it.</param>
    public static void AddTo(GrpcServices services, ServedLog? log, Witness? witness, ReviewerAccess? access, Action<IEnumerable<AddedKey>>? learn = null, MessageBudget? messages = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        GrpcLimits limits = new(LargestRequestBytes, LargestRequestBytes) { Budget = messages };
        services
            .Unary(TransparencyMethods.Checkpoint, (_, _) => Task.FromResult(new CheckpointReply { Note = ByteString.CopyFrom(Note(log)) }), limits)
            .Unary(TransparencyMethods.Tile, (request, call) => TileAsync(request, log, access, call.RequestHeaders.Text("authorization")), limits)
            .Unary(TransparencyMethods.Inclusion, (request, _) => Task.FromResult(Prove(log, (tree, size) => request.Index < (ulong)size ? InclusionProof.Build(tree, (long)request.Index, size) : null)), limits)
            .Unary(TransparencyMethods.Consistency, (request, _) => Task.FromResult(Prove(log, (tree, size) => request.OldSize <= (ulong)size ? ConsistencyProof.Build(tree, (long)request.OldSize, size) : null)), limits)
            .Unary(TransparencyMethods.AddCheckpoint, (request, _) => Task.FromResult(Add(request, witness, learn)), limits)
            .Unary(TransparencyMethods.Cosigned, (request, _) => Task.FromResult(Cosigned(request, witness)), limits);
    }

    private static byte[] Note(ServedLog? log) => (log ?? throw NoLog()).Checkpoint()
        ?? throw new GrpcException(GrpcStatusCode.NotFound, "The log has no checkpoint yet.");

    private static async Task<TileReply> TileAsync(TileRequest request, ServedLog? log, ReviewerAccess? access, string? authorization)
    {
        ServedLog served = log ?? throw NoLog();
        if (!TileId.TryParse(request.Path, out TileId tile))
        {
            throw new GrpcException(GrpcStatusCode.InvalidArgument, "This is not the path of a tile.");
        }

        if (tile.Level == TileId.EntriesLevel
            && (access is null || !await access.MayReadAsync(authorization, tile, TileEndpoints.SizeOf(served.Checkpoint())).ConfigureAwait(false)))
        {
            throw new GrpcException(GrpcStatusCode.Unauthenticated, "Entries are for reviewers with a token.");
        }

        return served.Read(tile) is { } bytes
            ? new TileReply { Content = ByteString.CopyFrom(bytes) }
            : throw new GrpcException(GrpcStatusCode.NotFound, "The log has no such tile.");
    }

    private static ProofReply Prove(ServedLog? log, Func<TileTree, long, TreeHash[]?> build)
    {
        byte[] note = Note(log);
        long size = TileEndpoints.SizeOf(note);
        TreeHash[] proof = build(new TileTree(log!.Tiles, size), size) ?? throw new GrpcException(GrpcStatusCode.OutOfRange, $"The published log has {size} entries.");
        ProofReply reply = new() { Note = ByteString.CopyFrom(note) };
        reply.Hashes.AddRange(proof.Select(hash => ByteString.CopyFrom(hash.ToArray())));
        return reply;
    }

    private static AddCheckpointReply Add(AddCheckpointRequest request, Witness? witness, Action<IEnumerable<AddedKey>>? learn)
    {
        Witness asked = witness ?? throw NoWitness();
        learn?.Invoke(request.Keys.Take(AddedKey.Most).Select(static key => AddedKey.TryParse($"{key.Key} {key.Signature}")).OfType<AddedKey>());
        WitnessAnswer answer = asked.AddCheckpoint(request.Body.Span);
        return new AddCheckpointReply { Status = (uint)answer.Status, Body = ByteString.CopyFromUtf8(answer.Body), ContentType = answer.ContentType };
    }

    private static CheckpointReply Cosigned(CosignedRequest request, Witness? witness) =>
        (witness ?? throw NoWitness()).Latest(request.Origin) is { } note
            ? new CheckpointReply { Note = ByteString.CopyFromUtf8(note) }
            : throw new GrpcException(GrpcStatusCode.NotFound, "This witness has seen no checkpoint of that log.");

    private static GrpcException NoLog() => new(GrpcStatusCode.Unimplemented, "This party serves no log here.");

    private static GrpcException NoWitness() => new(GrpcStatusCode.Unimplemented, "This party is no witness.");
}
