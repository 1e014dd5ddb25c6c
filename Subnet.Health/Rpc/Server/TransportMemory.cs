using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace Subnet.Health.Rpc.Server;

/// <summary>
/// Memory of a server's connections in blocks as large as a frame of HTTP/2. The host's own blocks have 4 KiB, so that a query of a hundred kilobytes takes fifty reads from
/// the socket. A connection that says nothing holds none; so many blocks as were in use at once are kept, up to some megabytes.
/// </summary>
internal sealed class TransportMemory : IMemoryPoolFactory<byte>
{
    /// <summary>A frame's payload and what stands before it.</summary>
    internal const int BlockBytes = 32 << 10;

    private const int MostKept = 128;

    /// <inheritdoc/>
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new Pool();

    private sealed class Pool : MemoryPool<byte>
    {
        private readonly ConcurrentQueue<Block> kept = new();
        private bool disposed;

        public override int MaxBufferSize => BlockBytes;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
            Block block = kept.TryDequeue(out Block? free) ? free : new Block(this);
            block.IsRented = true;
            return block;
        }

        protected override void Dispose(bool disposing)
        {
            disposed = true;
            kept.Clear();
        }

        private void Return(Block block)
        {
            if (!disposed && kept.Count < MostKept)
            {
                kept.Enqueue(block);
            }
        }

        private sealed class Block(Pool pool) : IMemoryOwner<byte>
        {
            public Memory<byte> Memory { get; } = GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true);

            public bool IsRented { get; set; }

            public void Dispose()
            {
                // Given back twice it would be lent to two connections at once.
                if (IsRented)
                {
                    IsRented = false;
                    pool.Return(this);
                }
            }
        }
    }
}
