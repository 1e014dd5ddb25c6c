using System.Runtime.InteropServices;

namespace Subnet.Health.Cli;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        using CancellationTokenSource stop = new();
        ExitCode stopCode = ExitCode.Interrupted;
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, ExitCode.Interrupted));
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, ExitCode.Terminated));
        return await new SubnetApp(CommandEnvironment.OfProcess()).RunAsync(args, stop.Token, () => stopCode).ConfigureAwait(false);

        void Stop(PosixSignalContext signal, ExitCode code)
        {
            // The first signal asks the command to stop in order; a second one is left to the system and kills it.
            if (!stop.IsCancellationRequested)
            {
                signal.Cancel = true;
                stopCode = code;
                stop.Cancel();
            }
        }
    }
}
