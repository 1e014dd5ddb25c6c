namespace Subnet.Health.Rpc;

/// <summary>
/// How many bytes of messages a server holds at one time, those of all calls together: a call takes its message's bytes as soon as it has said how long the message is and
/// before any of it is waited for, and gives them back when it ends. Safe for concurrent use.
/// </summary>
/// <param name="bytes">Bytes at one time; at least 1.</param>
internal sealed class MessageBudget(long bytes)
{
    /// <summary>
    /// A message up to so many bytes takes nothing: it fits into the block that its stream has anyway. So what is small and wanted under load, such as a health check, is never refused.
    /// </summary>
    public const int FreeBytes = 4096;

    private long held;

    /// <summary>Bytes that calls hold now.</summary>
    public long Held => Interlocked.Read(ref held);

    /// <summary>Takes bytes; false, and nothing taken, where there is no room for them.</summary>
    public bool TryTake(long wanted)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(wanted);
        long before = Held;
        while (wanted <= bytes - before)
        {
            long now = Interlocked.CompareExchange(ref held, before + wanted, before);
            if (now == before)
            {
                return true;
            }

            before = now;
        }

        return false;
    }

    /// <summary>Gives bytes back that were taken.</summary>
    public void Return(long taken) => Interlocked.Add(ref held, -taken);
}
