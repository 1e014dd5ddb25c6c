namespace Subnet.Health.Cli.Output;

/// <summary>Progress as plain lines: one each time another tenth of the way is behind.</summary>
internal sealed class ProgressLines(string label, long total, Action<string> say) : IProgress<long>
{
    private readonly Lock gate = new();
    private long lastTenth;

    /// <inheritdoc/>
    public void Report(long value)
    {
        long tenth = total <= 0 ? 0 : value * 10 / total;
        lock (gate)
        {
            if (tenth <= lastTenth)
            {
                return;
            }

            lastTenth = tenth;
        }

        say($"{label}: {value} of {total}");
    }
}
