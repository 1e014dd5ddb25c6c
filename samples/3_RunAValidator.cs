#:project ../Subnet.Health

// A validator inside a program: prints where it stands until Ctrl+C.
//
//   dotnet run -c Release samples/3_RunAValidator.cs -- NODE_URL ISSUER_URL NETUID KEYSTORE PASSWORD_FILE FOLDER
//
// NODE_URL is a ledger node and ISSUER_URL the subnet's token issuer (`subnet localnet status` shows both), KEYSTORE a hotkey that is registered in the subnet. It only looks:
// Shadow computes what would be set and compares it with the ledger.
using System.Globalization;
using System.Text;
using Subnet.Health.Validator;

if (args is not [string node, string issuer, string netuidText, string keystore, string passwordFile, string folder])
{
    Console.Error.WriteLine("usage: NODE_URL ISSUER_URL NETUID KEYSTORE PASSWORD_FILE FOLDER");
    return 2;
}

using CancellationTokenSource stop = new();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};

ushort netuid = ushort.Parse(netuidText, CultureInfo.InvariantCulture);
ValidatorRunnerOptions options = new(folder, new Uri(node), [netuid], default, _ => new Uri(issuer))
{
    KeystoreFile = keystore,
    KeystorePassword = Encoding.UTF8.GetBytes(File.ReadLines(passwordFile).First()),
    Shadow = true,
    LabelledTables = new Dictionary<ushort, string> { [netuid] = File.ReadAllText("samples/data/heart-cleveland-heldout.csv") },
    TokenDelay = TimeSpan.Zero,
};
await using ValidatorRunner validator = await ValidatorRunner.StartAsync(options, cancellationToken: stop.Token);
Console.WriteLine($"serves at {validator.Address}, log {validator.LogOrigin}");
try
{
    while (true)
    {
        await Task.Delay(TimeSpan.FromSeconds(5), stop.Token);
        foreach (ValidatorSubnetStatus subnet in (await validator.GetStatusAsync(stop.Token)).Subnets)
        {
            string verdicts = string.Join(", ", subnet.Verdicts.Select(verdict => $"{verdict.Value} {verdict.Key}"));
            Console.WriteLine($"subnet {subnet.Netuid}, epoch {subnet.Epoch}: {subnet.Answered} of {subnet.Planned} queries answered; last epoch: {(verdicts.Length == 0 ? "no verdicts" : verdicts)}");
        }
    }
}
catch (OperationCanceledException)
{
    await validator.StopAsync();
    return 0;
}
