// Runs a validator inside a program and prints where it stands, until Ctrl+C:
//
//   dotnet run samples/3_RunAValidator.cs -- http://127.0.0.1:PORT http://127.0.0.1:ISSUER_PORT 1 SEED_FILE FOLDER
//
// PORT is a node's gRPC port and ISSUER_PORT that of the subnet's token issuer ('subnet localnet status' shows both for a local network); SEED_FILE holds the 32 bytes of the
// hotkey's seed, and that hotkey must be registered in the subnet. It only looks: Shadow computes what would be set and compares it with the ledger.
#:project ../Subnet.Health
#:property PublishAot=false
#:property TreatWarningsAsErrors=false

using Subnet.Health.Validator;

if (args.Length != 5)
{
    Console.Error.WriteLine("usage: 3_RunAValidator.cs NODE ISSUER NETUID SEED_FILE FOLDER");
    return 2;
}

using CancellationTokenSource stop = new();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};

ushort netuid = ushort.Parse(args[2]);
ValidatorRunnerOptions options = new(args[4], new Uri(args[0]), [netuid], File.ReadAllBytes(args[3]), _ => new Uri(args[1]))
{
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
