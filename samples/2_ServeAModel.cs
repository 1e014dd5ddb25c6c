#:project ../Subnet.Health

// A miner: registers a compiled model with a proof and serves it until Enter is pressed.
//
//   subnet model compile samples/models/heart-lbfgs-onehot-meanvar.zip --input samples/data/heart-cleveland.csv --output heart --id heart
//   dotnet run -c Release samples/2_ServeAModel.cs -- NODE_URL NETUID KEYSTORE PASSWORD_FILE heart
//
// KEYSTORE is a hotkey that is registered on the subnet; the private circuit has the same password here.
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Subnet.Health.Miner;

if (args is not [string node, string netuid, string keystore, string passwordFile, string model])
{
    Console.Error.WriteLine("usage: NODE_URL NETUID KEYSTORE PASSWORD_FILE MODEL_FOLDER");
    return 2;
}

byte[] password = Encoding.UTF8.GetBytes(File.ReadLines(passwordFile).First());
string folder = Path.Combine(Path.GetTempPath(), "subnet-sample-miner");
MinerOptions options = new(new Uri(node), ushort.Parse(netuid, CultureInfo.InvariantCulture), folder, keystore, password, [model], password);
await using MinerHost miner = await MinerHost.ConnectAsync(options, NullLoggerFactory.Instance);
MinerStatus status = await miner.GetStatusAsync();
Console.WriteLine($"{string.Join(", ", status.Models.Select(item => item.Id))} at {status.Address}, at most {status.MemoryBytes >> 20} MiB; Enter stops");
Console.ReadLine();

// Running queries are answered first; what was spent is settled once an epoch, or now.
await miner.SettleAsync(CancellationToken.None);
await miner.StopAsync();
return 0;
