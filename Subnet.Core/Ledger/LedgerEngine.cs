using Subnet.Core.Staking;
using Subnet.Core.State;

namespace Subnet.Core.Ledger;

/// <summary>
/// A ledger: the state, the store behind it, and the two ways to extend it. A sequencer produces blocks from transactions, a follower
/// re-executes the sequencer's and stops at the first that does not follow. A block is in the store before anyone hears of it, so whatever
/// was acknowledged survives a kill, and nothing is done twice. A block for which a sequencer's store has no room is taken back, and the next one may be made when there is room;
/// after any other failure the ledger is opened anew. Not safe for concurrent use.
/// </summary>
public sealed class LedgerEngine : IDisposable
{
    private const int MaxEvidenceLines = 1_000;
    private const int LogBatch = 1_024;

    private readonly ILedgerStore _store;
    private readonly LedgerServices _services;
    private readonly LedgerOptions _options;
    private readonly IBlockLog? _log;
    private readonly BlockExecutor _executor;
    private string? _stopped;
    private bool _isLogBehind;

    private LedgerEngine(
        ILedgerStore store, Genesis genesis, Hash256 genesisHash, LedgerServices services, LedgerOptions options, IBlockLog? log, LedgerPosition position)
    {
        _store = store;
        _services = services;
        _options = options;
        _log = log;
        Genesis = genesis;
        GenesisHash = genesisHash;
        State = position.State;
        (Height, TipId, TimeMs) = (position.Height, position.BlockId, position.TimeMs);
        _executor = new BlockExecutor(State, genesis.Network, genesis.Sequencer, services);
    }

    /// <summary>How the ledger began.</summary>
    public Genesis Genesis { get; }

    /// <summary>Its hash, part of every signature.</summary>
    public Hash256 GenesisHash { get; }

    /// <summary>The state after the newest block.</summary>
    public LedgerState State { get; }

    /// <summary>Number of the newest block; 0 before the first.</summary>
    public ulong Height { get; private set; }

    /// <summary>Id of the newest block; the genesis hash before the first.</summary>
    public Hash256 TipId { get; private set; }

    /// <summary>Time of the newest block, milliseconds since 1970 UTC.</summary>
    public ulong TimeMs { get; private set; }

    /// <summary>Opens a store: the newest snapshot, then every block after it is executed again and checked.</summary>
    /// <param name="store">Stays the caller's to dispose of.</param>
    /// <param name="genesis">Content of the genesis file; may be null where the store has one already, and must be the same then.</param>
    /// <param name="services">What the rules need from outside.</param>
    /// <param name="options">Snapshots and batches; null for the defaults.</param>
    /// <param name="log">Transparency log of the signed headers; null for none.</param>
    /// <exception cref="LedgerStoreException">The store cannot be read, or is empty and no genesis was given.</exception>
    /// <exception cref="LedgerCorruptException">What the store holds does not follow from its genesis.</exception>
    /// <exception cref="LedgerFormatException">The genesis file is malformed.</exception>
    public static LedgerEngine Open(
        ILedgerStore store, byte[]? genesis, LedgerServices services, LedgerOptions? options = null, IBlockLog? log = null)
    {
        options ??= LedgerOptions.Default;
        Genesis content = ReadGenesis(store, genesis);
        Hash256 genesisHash = content.Hash;
        LedgerPosition position = LedgerPosition.Restore(store, content, genesisHash, services, options);
        LedgerEngine engine = new(store, content, genesisHash, services, options, log, position);
        try
        {
            engine.Replay();
            engine.CatchUpLog();
        }
        catch
        {
            engine.Dispose();
            throw;
        }

        return engine;
    }

    /// <summary>
    /// Makes the next block from transactions in the order given and stores it. Those that may not be in it are left out, with the reason in
    /// the outcome; of one signer, those after a left out one wait for it.
    /// </summary>
    /// <param name="signer">The sequencer named by the genesis.</param>
    /// <param name="timeMs">Time of the block; moved up to its predecessor's if it lies before.</param>
    /// <param name="transactions">Candidates.</param>
    /// <exception cref="LedgerStoreException">
    /// The block could not be stored. Where there was no room it was taken back, and so were its transactions: try again. Else open the ledger anew.
    /// </exception>
    public BlockOutcome Produce(ILedgerSigner signer, ulong timeMs, IReadOnlyList<Transaction> transactions)
    {
        DemandRunning();
        CatchUpLogIfBehind();
        if (signer.Account != Genesis.Sequencer)
        {
            throw new ArgumentException("only the sequencer named by the genesis signs blocks", nameof(signer));
        }

        SignatureChecks.CheckAll(transactions, _services.Signatures, GenesisHash);
        List<Transaction> included = [];
        RejectionReason[] reasons = new RejectionReason[transactions.Count];
        bool[] isIncluded = new bool[transactions.Count];
        Hash256 before = State.Hash;
        Block block;
        try
        {
            _executor.Begin(Height + 1);
            for (int i = 0; i < transactions.Count; i++)
            {
                if (!transactions[i].SignatureChecked)
                {
                    reasons[i] = RejectionReason.BadSignature;
                }
                else if (_executor.TryApply(transactions[i], out reasons[i]))
                {
                    isIncluded[i] = true;
                    included.Add(transactions[i]);
                }
            }

            BlockHeader header = new(
                Genesis.Network,
                Height + 1,
                TipId,
                Math.Max(timeMs, TimeMs),
                Block.RootOf(included),
                Receipt.RootOf(_executor.Receipts),
                _executor.Finish());
            block = Block.Create(header, included, signer, GenesisHash);
            _store.Append([ToStore(block)]);
            State.Forget();
        }
        catch (Exception fault)
        {
            if (fault is not LedgerStoreException { IsFull: true } || !IsTakenBack(before))
            {
                _stopped = $"block {Height + 1} could not be made or stored; open the ledger anew";
            }

            throw;
        }

        Receipt[] receipts = [.. _executor.Receipts];
        Advance(block);
        return new BlockOutcome(block, receipts, reasons, isIncluded);
    }

    /// <summary>Follows the sequencer: checks and executes blocks and stores them in one batch.</summary>
    /// <returns>What came of each block.</returns>
    /// <exception cref="BlockRefusedException">
    /// A block does not follow. The blocks before it are stored; if its state hash was wrong nothing more is accepted until the ledger is opened anew.
    /// </exception>
    /// <exception cref="LedgerStoreException">The blocks could not be stored; open the ledger anew.</exception>
    public IReadOnlyList<IReadOnlyList<Receipt>> Accept(IReadOnlyList<Block> blocks)
    {
        DemandRunning();
        CatchUpLogIfBehind();
        SignatureChecks.CheckAll([.. blocks.SelectMany(static b => b.Transactions)], _services.Signatures, GenesisHash);
        List<StoredBlock> stored = new(blocks.Count);
        List<IReadOnlyList<Receipt>> receipts = new(blocks.Count);
        try
        {
            foreach (Block block in blocks)
            {
                Execute(block);
                receipts.Add([.. _executor.Receipts]);
                stored.Add(ToStore(block));
                (Height, TipId, TimeMs) = (block.Header.Height, block.Id, block.Header.TimeMs);
            }
        }
        finally
        {
            Store(stored);
        }

        AppendToLog([.. blocks.Select(static b => b.SignedHeader)]);
        SnapshotIfDue((ulong)blocks.Count);
        return receipts;
    }

    /// <summary>
    /// What would become of a transaction in the next block: executed on the newest state and taken back.
    /// </summary>
    /// <returns>Its receipt and none, or no receipt and why it would be in no block; a refused call has its reason and its receipt.</returns>
    public (Receipt? Receipt, RejectionReason Reason) Preview(Transaction transaction)
    {
        DemandRunning();
        SignatureChecks.CheckAll([transaction], _services.Signatures, GenesisHash);
        if (!transaction.SignatureChecked)
        {
            return (null, RejectionReason.BadSignature);
        }

        try
        {
            _executor.Begin(Height + 1);
            bool included = _executor.TryApply(transaction, out RejectionReason reason);
            return (included ? _executor.Receipts[^1] : null, reason);
        }
        finally
        {
            State.UndoAll();
        }
    }

    /// <summary>Takes a snapshot now.</summary>
    public void Snapshot()
    {
        DemandRunning();
        if (Height > 0)
        {
            _store.WriteSnapshot(new StoredSnapshot(Height, StateSnapshot.Write(State, GenesisHash, Height, TipId, TimeMs)));
        }
    }

    /// <summary>A stored block with what came of it, or null above the newest.</summary>
    public (Block Block, IReadOnlyList<Receipt> Receipts)? ReadBlock(ulong height) =>
        _store.ReadBlock(height) is { } stored ? (Block.Decode(stored.Block.Span), Receipt.DecodeAll(stored.Receipts.Span)) : null;

    /// <summary>The record of an epoch, or null where it did not run or is no longer kept.</summary>
    public EpochRecord? ReadEpoch(ushort netuid, ulong index) =>
        _store.ReadEpoch(netuid, index) is { } record ? EpochRecord.Decode(record) : null;

    /// <summary>Numbers of the epochs of a subnet whose records are kept, ascending.</summary>
    public IReadOnlyList<ulong> EpochIndexes(ushort netuid) => _store.ReadEpochIndexes(netuid);

    /// <summary>Nonce of an account's next transaction.</summary>
    public ulong NextNonce(AccountId account) => State.Accounts.Find(account)?.Nonce ?? 0;

    /// <summary>What a coldkey's stake behind a hotkey is worth, in alpha (rao on root).</summary>
    public ulong StakeOf(ushort netuid, AccountId hotkey, AccountId coldkey) => StakeLedger.ValueOf(State, netuid, hotkey, coldkey);

    /// <summary>Root dividends that a coldkey can claim of a hotkey on a subnet, in alpha.</summary>
    public ulong ClaimableOf(ushort netuid, AccountId hotkey, AccountId coldkey) => RootClaims.Claimable(State, netuid, hotkey, coldkey);

    /// <inheritdoc/>
    public void Dispose() => State.Dispose();

    private static Genesis ReadGenesis(ILedgerStore store, byte[]? given)
    {
        byte[]? stored = store.ReadGenesis();
        if (stored is null)
        {
            if (given is null)
            {
                throw new LedgerStoreException($"{store.Description} holds no ledger yet; give a genesis file");
            }

            Genesis genesis = GenesisFile.Parse(given);
            store.WriteGenesis(given);
            return genesis;
        }

        Genesis content;
        try
        {
            content = GenesisFile.Parse(stored);
        }
        catch (LedgerFormatException e)
        {
            throw new LedgerCorruptException($"{store.Description} holds a damaged genesis: {e.Message}", e);
        }

        if (given is not null && GenesisFile.Parse(given).Hash != content.Hash)
        {
            throw new LedgerStoreException(
                $"{store.Description} holds the ledger of `{content.Network}` with another genesis; use another store or that genesis file");
        }

        return content;
    }

    private void Replay()
    {
        StoredBlockReader reader = new(_store, _services.Signatures, GenesisHash);
        foreach ((Block block, Hash256 receipts) in reader.Read(Height + 1, _store.Height))
        {
            try
            {
                Execute(block);
            }
            catch (BlockRefusedException e)
            {
                throw Damaged(block, e.Message, e);
            }

            if (receipts != block.Header.Receipts)
            {
                throw Damaged(block, "its receipts are not those of its header", null);
            }

            (Height, TipId, TimeMs) = (block.Header.Height, block.Id, block.Header.TimeMs);
        }
    }

    private LedgerCorruptException Damaged(Block block, string why, Exception? cause)
    {
        string message = $"{_store.Description} is damaged at block {block.Header.Height}: {why}; restore it from a backup or follow the network anew";
        return cause is null ? new LedgerCorruptException(message) : new LedgerCorruptException(message, cause);
    }

    private void CatchUpLog()
    {
        if (_log is null)
        {
            return;
        }

        if (_log.Size > Height)
        {
            throw new LedgerCorruptException(
                $"the block log has {_log.Size} leaves but {_store.Description} only {Height} blocks: the store was rolled back; restore the newer one");
        }

        List<ReadOnlyMemory<byte>> missing = [];
        for (ulong height = _log.Size + 1; height <= Height; height++)
        {
            missing.Add(Block.Decode(_store.ReadBlock(height)!.Block.Span).SignedHeader);
            if (missing.Count == LogBatch || height == Height)
            {
                _log.Append(missing);
                missing = [];
            }
        }
    }

    /// <summary>Checks a block from its signature to its state hash. The state is the new one afterwards, or unusable if only the hash was wrong.</summary>
    private void Execute(Block block)
    {
        BlockHeader header = block.Header;
        Hash256 previousState = State.Hash;
        string? wrong = header.Network != Genesis.Network ? $"it is of the network `{header.Network}`"
            : header.Height != Height + 1 ? $"block {Height + 1} comes next"
            : header.Previous != TipId ? $"its predecessor {header.Previous} is not the block before, {TipId}: a fork"
            : header.TimeMs < TimeMs ? "its time lies before its predecessor's"
            : !block.HasValidSignature(_services.Signatures, Genesis.Sequencer, GenesisHash) ? "its signature is not the sequencer's"
            : null;
        if (wrong is not null)
        {
            throw Refuse(block, previousState, wrong);
        }

        SignatureChecks.CheckAll(block.Transactions, _services.Signatures, GenesisHash);
        _executor.Begin(header.Height);
        for (int i = 0; i < block.Transactions.Count; i++)
        {
            Transaction transaction = block.Transactions[i];
            RejectionReason reason = RejectionReason.BadSignature;
            if (!transaction.SignatureChecked || !_executor.TryApply(transaction, out reason))
            {
                State.UndoAll();
                throw Refuse(block, previousState, $"transaction {i} ({transaction.Id}) must not be in it: {reason.Describe().Sentence}");
            }
        }

        Hash256 receipts = Receipt.RootOf(_executor.Receipts);
        Hash256 state = _executor.Finish();
        if (state != header.State || receipts != header.Receipts)
        {
            _stopped = $"block {header.Height} was refused; open the ledger anew";
            throw Refuse(
                block,
                previousState,
                state != header.State ? $"its state hash is {header.State}, execution gives {state}" : "its receipts are not those of its execution",
                state,
                receipts,
                [.. State.DescribeChanges().Take(MaxEvidenceLines)]);
        }

        State.Forget();
    }

    private BlockRefusedException Refuse(
        Block block, Hash256 previousState, string reason, Hash256 state = default, Hash256 receipts = default, IReadOnlyList<string>? changes = null) =>
        new(new RefusalEvidence(
            block.Header.Height, reason, block.SignedHeader, TipId, previousState, block.Header.State, state, block.Header.Receipts, receipts, changes ?? []));

    private StoredBlock ToStore(Block block) => new(block.Header.Height, block.Encode(), Receipt.EncodeAll(_executor.Receipts))
    {
        Epochs = _options.EpochsKept == 0
            ? []
            : [.. _executor.Epochs.Select(e => new StoredEpoch(e.Netuid, e.Index, e.Index >= _options.EpochsKept ? e.Index - _options.EpochsKept + 1 : 0, e.Record))],
    };

    private void Store(List<StoredBlock> blocks)
    {
        if (blocks.Count == 0)
        {
            return;
        }

        try
        {
            _store.Append(blocks);
        }
        catch
        {
            _stopped = $"block {blocks[0].Height} could not be stored; open the ledger anew";
            throw;
        }
    }

    // Only where the store has surely nothing of the block, and the state is again the one that its newest block names.
    private bool IsTakenBack(Hash256 before)
    {
        try
        {
            return _store.Height == Height && State.TakeBack() == before;
        }
        catch (LedgerStoreException)
        {
            return false;
        }
    }

    private void Advance(Block block)
    {
        (Height, TipId, TimeMs) = (block.Header.Height, block.Id, block.Header.TimeMs);
        AppendToLog([block.SignedHeader]);
        SnapshotIfDue(1);
    }

    private void AppendToLog(IReadOnlyList<ReadOnlyMemory<byte>> signedHeaders)
    {
        try
        {
            _log?.Append(signedHeaders);
        }
        catch (LedgerStoreException full) when (full.IsFull)
        {
            _isLogBehind = true;
            throw;
        }
        catch
        {
            // One leaf left out would put every later block in the wrong place; opening the ledger catches the log up.
            _stopped = $"block {Height} is stored but not in the log; open the ledger anew";
            throw;
        }
    }

    // One leaf left out would put every later block in the wrong place: no block before the log has all.
    private void CatchUpLogIfBehind()
    {
        if (_isLogBehind)
        {
            if (!_log!.IsWritable)
            {
                throw new LedgerStoreException($"block {Height} is stored but not in the log, which has no room; free some") { IsFull = true };
            }

            CatchUpLog();
            _isLogBehind = false;
        }
    }

    private void SnapshotIfDue(ulong blocks)
    {
        if (_options.SnapshotInterval > 0 && Height / _options.SnapshotInterval != (Height - blocks) / _options.SnapshotInterval)
        {
            try
            {
                Snapshot();
            }
            catch (LedgerStoreException full) when (full.IsFull)
            {
                // It only saves time at the next start: the block is stored, and the next snapshot is due later.
                return;
            }
        }
    }

    private void DemandRunning()
    {
        if (_stopped is not null)
        {
            throw new InvalidOperationException(_stopped);
        }

        if (State.Global[default].ProtocolVersion > BlockExecutor.ProtocolVersion)
        {
            throw new InvalidOperationException(
                $"the network is at protocol version {State.Global[default].ProtocolVersion}, this build knows {BlockExecutor.ProtocolVersion}: install a newer one");
        }
    }
}
