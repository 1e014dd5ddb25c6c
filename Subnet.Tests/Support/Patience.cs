namespace Subnet.Tests.Support;

/// <summary>How long a test waits for what takes a moment on a quiet machine: so long that only a hang reaches it, on any machine.</summary>
internal static class Patience
{
    /// <summary>For an answer, a line, a state.</summary>
    public static TimeSpan Long { get; } = TimeSpan.FromMinutes(5);

    /// <summary>For a whole run of a program.</summary>
    public static TimeSpan Run { get; } = TimeSpan.FromMinutes(30);

    /// <summary>Waits for a state that nobody tells of; fails the test when it does not come.</summary>
    public static Task UntilAsync(Func<bool> isSo) => UntilAsync(() => Task.FromResult(isSo()));

    /// <inheritdoc cref="UntilAsync(Func{bool})"/>
    public static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        TimeProvider clock = TimeProvider.System;
        long started = clock.GetTimestamp();
        while (!await isSo())
        {
            Assert.That(clock.GetElapsedTime(started), Is.LessThan(Long), "what was waited for did not come");
            await Task.Delay(5);
        }
    }
}
