using System.Data.Common;
using System.Security.Cryptography;
using Dapper;
using Subnet.Core.Ledger;
using Subnet.Core.State;

namespace Subnet.Core.Storage;

/// <summary>
/// A ledger in six tables: meta, blocks, epochs, snapshots, pending, refusals. Every stored byte string carries its SHA-256, so that a damaged
/// row is told from a wrong one. The SQL is the common part of SQLite and PostgreSQL; a derived class brings the connection and the types.
/// </summary>
public abstract class SqlLedgerStore : ILedgerStore
{
    /// <summary>Version of the tables.</summary>
    private const int SchemaVersion = 2;

    private const int SnapshotsKept = 2;

    private readonly DbConnection _connection;

    /// <summary>Opens the store and creates its tables where there are none.</summary>
    /// <param name="connection">Closed; the store disposes of it.</param>
    /// <param name="description">Where it is; never a password.</param>
    /// <param name="blobType">The database's type for bytes.</param>
    /// <param name="sessionSetup">Statements that each connection begins with.</param>
    /// <exception cref="LedgerStoreException">It cannot be opened, or is of another version.</exception>
    private protected SqlLedgerStore(DbConnection connection, string description, string blobType, string sessionSetup)
    {
        _connection = connection;
        Description = description;
        try
        {
            Guard(() => connection.Open());
            Guard(() => connection.Execute(sessionSetup));
            CreateTables(blobType);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public ulong Height => (ulong)Guard(() => _connection.ExecuteScalar<long>("select coalesce(max(height), 0) from blocks"));

    /// <inheritdoc/>
    public byte[]? ReadGenesis() =>
        Guard(() => _connection.QuerySingleOrDefault<MetaRow>("select content, digest from meta where name = 'genesis'")) is { } row
            ? Checked(row.Content, row.Digest, "genesis")
            : null;

    /// <inheritdoc/>
    public void WriteGenesis(ReadOnlyMemory<byte> genesis) => Guard(() => _connection.Execute(
        "insert into meta (name, content, digest) values ('genesis', @Content, @Digest)",
        new { Content = genesis.ToArray(), Digest = SHA256.HashData(genesis.Span) }));

    /// <inheritdoc/>
    public void Append(IReadOnlyList<StoredBlock> blocks)
    {
        if (blocks.Count == 0)
        {
            return;
        }

        Guard(() =>
        {
            using PlainTransaction transaction = new(_connection, BeginStatement);
            foreach (StoredBlock block in blocks)
            {
                _connection.Execute(
                    "insert into blocks (height, block, receipts, digest) values (@Height, @Block, @Receipts, @Digest)",
                    new
                    {
                        Height = (long)block.Height,
                        Block = block.Block.ToArray(),
                        Receipts = block.Receipts.ToArray(),
                        Digest = DigestOf(block.Block.Span, block.Receipts.Span),
                    });
                AppendEpochs(block.Epochs);
            }

            transaction.Commit();
        });
    }

    /// <inheritdoc/>
    public byte[]? ReadEpoch(ushort netuid, ulong index)
    {
        MetaRow? row = Guard(() => _connection.QuerySingleOrDefault<MetaRow>(
            "select content, digest from epochs where netuid = @Netuid and epoch = @Epoch", new { Netuid = (int)netuid, Epoch = (long)index }));
        return row is null ? null : Checked(row.Content, row.Digest, $"epoch {index} of subnet {netuid}");
    }

    /// <inheritdoc/>
    public IReadOnlyList<ulong> ReadEpochIndexes(ushort netuid) =>
    [
        .. Guard(() => _connection.Query<long>("select epoch from epochs where netuid = @Netuid order by epoch", new { Netuid = (int)netuid }))
            .Select(static epoch => (ulong)epoch),
    ];

    /// <inheritdoc/>
    public StoredBlock? ReadBlock(ulong height)
    {
        BlockRow? row = Guard(() => _connection.QuerySingleOrDefault<BlockRow>(
            "select block, receipts, digest from blocks where height = @Height", new { Height = (long)height }));
        return row is null ? null
            : DigestOf(row.Block, row.Receipts).AsSpan().SequenceEqual(row.Digest) ? new StoredBlock(height, row.Block, row.Receipts)
            : throw Damaged($"block {height}");
    }

    /// <inheritdoc/>
    public void WriteSnapshot(StoredSnapshot snapshot) => Guard(() =>
    {
        using PlainTransaction transaction = new(_connection, BeginStatement);
        _connection.Execute(
            "insert into snapshots (height, content, digest) values (@Height, @Content, @Digest) on conflict (height) do nothing",
            new { Height = (long)snapshot.Height, Content = snapshot.Data.ToArray(), Digest = SHA256.HashData(snapshot.Data.Span) });
        _connection.Execute(
            "delete from snapshots where height not in (select height from snapshots order by height desc limit @Kept)", new { Kept = SnapshotsKept });
        transaction.Commit();
    });

    /// <inheritdoc/>
    public StoredSnapshot? ReadSnapshot()
    {
        SnapshotRow? row = Guard(() => _connection.QueryFirstOrDefault<SnapshotRow>(
            "select height, content, digest from snapshots order by height desc limit 1"));
        return row is null ? null : new StoredSnapshot((ulong)row.Height, Checked(row.Content, row.Digest, $"the snapshot at {row.Height}"));
    }

    /// <inheritdoc/>
    public void AddPending(Hash256 id, ReadOnlyMemory<byte> transaction) => Guard(() => _connection.Execute(
        "insert into pending (id, content) values (@Id, @Content) on conflict (id) do nothing",
        new { Id = id.ToArray(), Content = transaction.ToArray() }));

    /// <inheritdoc/>
    public IReadOnlyList<(Hash256 Id, byte[] Transaction)> ReadPending(int maximum) =>
    [
        .. Guard(() => _connection.Query<PendingRow>("select id, content from pending order by place limit @Maximum", new { Maximum = maximum }))
            .Select(static row => (new Hash256(row.Id), row.Content)),
    ];

    /// <inheritdoc/>
    public void ResolvePending(IReadOnlyList<(Hash256 Id, RejectionReason Reason)> resolved) => Guard(() =>
    {
        using PlainTransaction transaction = new(_connection, BeginStatement);
        foreach ((Hash256 id, RejectionReason reason) in resolved)
        {
            byte[] bytes = id.ToArray();
            _connection.Execute("delete from pending where id = @Id", new { Id = bytes });
            if (reason != RejectionReason.None)
            {
                _connection.Execute(
                    "insert into refusals (id, reason) values (@Id, @Reason) on conflict (id) do nothing",
                    new { Id = bytes, Reason = (int)reason });
            }
        }

        transaction.Commit();
    });

    /// <inheritdoc/>
    public RejectionReason? ReadRefusal(Hash256 id) => (RejectionReason?)Guard(() =>
        _connection.ExecuteScalar<int?>("select reason from refusals where id = @Id", new { Id = id.ToArray() }));

    /// <inheritdoc/>
    public void Dispose()
    {
        _connection.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Whether the disk or a quota has no room.</summary>
    private protected abstract bool IsFull(DbException exception);

    /// <summary>Whether an exception of the driver says that a row was there already.</summary>
    private protected abstract bool IsDuplicate(DbException exception);

    private void CreateTables(string blob) => Guard(() =>
    {
        string place = PlaceColumn;
        using PlainTransaction transaction = new(_connection, BeginStatement);
        _connection.Execute(
            $"""
            create table if not exists meta (name varchar(32) primary key, content {blob} not null, digest {blob} not null);
            create table if not exists blocks (height bigint primary key, block {blob} not null, receipts {blob} not null, digest {blob} not null);
            create table if not exists epochs (netuid integer, epoch bigint, content {blob} not null, digest {blob} not null, primary key (netuid, epoch));
            create table if not exists snapshots (height bigint primary key, content {blob} not null, digest {blob} not null);
            create table if not exists pending (place {place}, id {blob} not null unique, content {blob} not null);
            create table if not exists refusals (id {blob} primary key, reason integer not null);
            """);
        byte[] version = [SchemaVersion];
        byte[]? found = _connection.QuerySingleOrDefault<byte[]>("select content from meta where name = 'schema'");
        if (found is null)
        {
            _connection.Execute(
                "insert into meta (name, content, digest) values ('schema', @Content, @Digest) on conflict (name) do nothing",
                new { Content = version, Digest = SHA256.HashData(version) });
        }
        else if (!found.AsSpan().SequenceEqual(version))
        {
            throw new LedgerStoreException($"{Description} has tables of another version; open it with the program that made it");
        }

        transaction.Commit();
    });

    /// <summary>Begins a transaction that writes.</summary>
    private protected virtual string BeginStatement => "begin";

    /// <summary>Definition of a column that numbers rows by itself.</summary>
    private protected abstract string PlaceColumn { get; }

    /// <summary>A subnet that was retired and created anew counts its epochs from 0 again: its predecessor's records give way.</summary>
    private void AppendEpochs(IReadOnlyList<StoredEpoch> epochs)
    {
        foreach (StoredEpoch epoch in epochs)
        {
            _connection.Execute(
                """
                insert into epochs (netuid, epoch, content, digest) values (@Netuid, @Epoch, @Content, @Digest)
                on conflict (netuid, epoch) do update set content = excluded.content, digest = excluded.digest
                """,
                new
                {
                    Netuid = (int)epoch.Netuid,
                    Epoch = (long)epoch.Index,
                    Content = epoch.Record.ToArray(),
                    Digest = SHA256.HashData(epoch.Record.Span),
                });
            _connection.Execute(
                "delete from epochs where netuid = @Netuid and (epoch < @Oldest or epoch > @Newest)",
                new { Netuid = (int)epoch.Netuid, Oldest = (long)epoch.KeepFrom, Newest = (long)epoch.Index });
        }
    }

    private static byte[] DigestOf(ReadOnlySpan<byte> block, ReadOnlySpan<byte> receipts)
    {
        using IncrementalHash sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha256.AppendData(BitConverter.GetBytes(block.Length));
        sha256.AppendData(block);
        sha256.AppendData(receipts);
        return sha256.GetHashAndReset();
    }

    private byte[] Checked(byte[] content, byte[] digest, string what) =>
        SHA256.HashData(content).AsSpan().SequenceEqual(digest) ? content : throw Damaged(what);

    private LedgerCorruptException Damaged(string what) =>
        new($"{Description} is damaged: {what} is not what was written; restore it from a backup or follow the network anew");

    private void Guard(Action action) => Guard(() =>
    {
        action();
        return true;
    });

    private T Guard<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (DbException e) when (IsDuplicate(e))
        {
            throw new LedgerStoreException($"another process wrote to {Description} at the same time; only one may make blocks on it", e);
        }
        catch (DbException e)
        {
            throw new LedgerStoreException($"{Description} cannot be used: {e.Message}", e) { IsFull = IsFull(e) };
        }
    }

    private sealed record MetaRow(byte[] Content, byte[] Digest);

    private sealed record BlockRow(byte[] Block, byte[] Receipts, byte[] Digest);

    private sealed record SnapshotRow(long Height, byte[] Content, byte[] Digest);

    private sealed record PendingRow(byte[] Id, byte[] Content);
}
