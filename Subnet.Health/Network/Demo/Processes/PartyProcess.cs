using System.Diagnostics;

namespace Subnet.Health.Network.Demo.Processes;

/// <summary>
/// A party's process, and the line to it: one request at a time. It is this very program; its standard error is this process's own. When this process ends, in whatever way,
/// the party's input ends and it stops.
/// </summary>
internal sealed class PartyProcess : IAsyncDisposable
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(20);

    private readonly string title;
    private readonly Process process;
    private readonly TimeProvider time;
    private readonly SemaphoreSlim turn = new(1, 1);
    private bool isStopped;

    private PartyProcess(string title, Process process, TimeProvider time) => (this.title, this.process, this.time) = (title, process, time);

    /// <summary>Its number.</summary>
    public int Pid => process.Id;

    /// <summary>Starts a process.</summary>
    /// <param name="role">node, miner, validator or clinic.</param>
    /// <param name="name">The party.</param>
    /// <param name="arguments">Global options that all parties share.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="IOException">It cannot be started.</exception>
    public static PartyProcess Start(string role, string name, IReadOnlyList<string> arguments, TimeProvider time)
    {
        string program = Environment.ProcessPath ?? throw new IOException("this program does not know its own path");
        string[] command = ["demo", "--party", $"{role}/{name}", .. arguments];
        ProcessStartInfo start = Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? new ProcessStartInfo(program, [Path.Combine(AppContext.BaseDirectory, "subnet.dll"), .. command])
            : new ProcessStartInfo(program, command);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        return new PartyProcess($"{role} {name}", Process.Start(start) ?? throw new IOException($"'{program}' could not be started"), time);
    }

    /// <summary>Has a request done.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Gives up waiting; the party is stopped later.</param>
    /// <param name="steps">Told the steps on the way.</param>
    /// <exception cref="PartyProcessException">The party could not do it, or its process ended.</exception>
    public async Task<PartyReply> AskAsync(PartyRequest request, CancellationToken cancellationToken, IProgress<string>? steps = null)
    {
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            try
            {
                await process.StandardInput.WriteLineAsync(PartyLine.Write(request).AsMemory(), cancellationToken).ConfigureAwait(false);
                await process.StandardInput.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (IOException)
            {
                // Its end of the pipe is closed; what is read below says how it ended.
            }

            while (await process.StandardOutput.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
            {
                PartyReply reply = PartyLine.Read<PartyReply>(line);
                if (reply.Step is null)
                {
                    return reply.Error is { } error ? throw new PartyProcessException($"{title} could not {request.Do}: {error}") : reply;
                }

                steps?.Report(reply.Step);
            }

            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            throw new PartyProcessException($"the process of {title} ended with exit code {process.ExitCode} in the middle of the demonstration");
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Has the party stop, and ends its process where it does not.</summary>
    public async ValueTask DisposeAsync()
    {
        if (isStopped)
        {
            return;
        }

        isStopped = true;
        try
        {
            await process.StandardInput.WriteLineAsync(PartyLine.Write(new PartyRequest("stop", 0))).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended already.
        }

        using (CancellationTokenSource late = new(StopPatience, time))
        {
            try
            {
                await process.WaitForExitAsync(late.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        process.Dispose();
        turn.Dispose();
    }
}

/// <summary>A party in a process of its own could not do what it was asked.</summary>
internal sealed class PartyProcessException(string message) : IOException(message);
