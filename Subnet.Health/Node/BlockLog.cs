using Subnet.Core.Ledger;
using Subnet.Crypto.Identity;
using Subnet.Crypto.Transparency;
using Subnet.Crypto.Transparency.Notes;
using Subnet.Crypto.Transparency.Storage;

namespace Subnet.Health.Node;

/// <summary>
/// The blocks' transparency log: leaf n is the signed header of block n + 1, checkpoints are signed by the sequencer under the name
/// <c>subnet/NETWORK/ledger</c>. A sequencer that shows two histories needs two logs, and any two of their checkpoints convict it.
/// </summary>
internal sealed class BlockLog : IBlockLog, IAsyncDisposable
{
    private readonly PhysicalLogFiles _files;
    private readonly TransparencyLog _log;

    private BlockLog(PhysicalLogFiles files, TransparencyLog log) => (_files, _log) = (files, log);

    /// <summary>The log's name.</summary>
    public string Origin => _log.Origin;

    /// <summary>The log itself, for publishing and proofs.</summary>
    public TransparencyLog Log => _log;

    /// <inheritdoc/>
    public ulong Size => (ulong)_log.Size;

    /// <inheritdoc/>
    public bool IsWritable => _log.Failure is null;

    /// <summary>The name of a network's log.</summary>
    public static string OriginOf(string network) => $"subnet/{network}/ledger";

    /// <summary>Opens the log in a folder; an empty one begins where there is none.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="network">Name of the network.</param>
    /// <param name="sequencer">Signs checkpoints; stays the caller's and must outlive the log.</param>
    /// <param name="time">The clock of checkpoints.</param>
    /// <exception cref="LedgerCorruptException">What is stored contradicts itself or what was signed.</exception>
    /// <exception cref="LedgerStoreException">Another process writes it, or it cannot be read.</exception>
    public static BlockLog Open(string folder, string network, SigningKey sequencer, TimeProvider time)
    {
        try
        {
            Directory.CreateDirectory(folder);
            PhysicalLogFiles files = new(folder);
            try
            {
                NoteSigner signer = new(OriginOf(network), SignatureType.Ed25519, sequencer);
                return new BlockLog(files, TransparencyLog.Open(files, new TransparencyLogOptions { Signers = [signer] }, time));
            }
            catch
            {
                files.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is LogStoreException or TransparencyException)
        {
            throw new LedgerCorruptException($"the block log in {folder} is damaged: {e.Message}", e);
        }
        catch (IOException e)
        {
            throw new LedgerStoreException($"the block log in {folder} cannot be opened: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Append(IReadOnlyList<ReadOnlyMemory<byte>> signedHeaders)
    {
        try
        {
            // The ledger goes on only when the leaves are durable, and the log has a writer of its own: waiting here blocks nobody else.
            Task.WhenAll(signedHeaders.Select(_log.AppendAsync)).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is LogStoreException or LogPushbackException)
        {
            throw new LedgerStoreException($"the block log cannot be written: {e.Message}", e) { IsFull = e is LogStoreException { IsFull: true } };
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _log.DisposeAsync().ConfigureAwait(false);
        _files.Dispose();
    }
}
