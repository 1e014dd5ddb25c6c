using Microsoft.Extensions.Logging.Abstractions;
using Subnet.Health.Clinic;
using Subnet.Health.Network.Localnet;
using Subnet.Health.Validator;
using Subnet.Tests.Support;

namespace Subnet.Tests.Health.Network;

/// <summary>A relay pays its victim with tokens that it bought before it was asked.</summary>
[TestFixture]
internal sealed class RelayStockTests
{
    private const ushort Netuid = 2;
    private static readonly byte[] Victim = new byte[32];
    private static readonly int[] Sizes = [1, 16];

    [Test]
    public async Task Lots_of_every_size_are_there_before_the_first_query()
    {
        Shop shop = new();
        await using RelayStock stock = Open(shop);
        await stock.StartAsync(CancellationToken.None);
        Assert.That((shop.Left(1), shop.Left(16)), Is.EqualTo((RelayStock.Lot, RelayStock.Lot)));
    }

    [Test]
    public async Task Query_takes_its_token_while_the_shop_is_closed_and_the_stock_is_filled_up_behind_it()
    {
        Shop shop = new();
        await using RelayStock stock = Open(shop);
        await stock.StartAsync(CancellationToken.None);
        TaskCompletionSource open = shop.Close();
        for (int i = 0; i < RelayStock.Lot; i++)
        {
            Assert.That(await stock.TakeAsync(Netuid, Victim, 1, CancellationToken.None), Is.Not.Null, "a purchase is under way all the time");
        }

        Assert.That(await stock.TakeAsync(Netuid, Victim, 1, CancellationToken.None), Is.Null);
        open.SetResult();
        await shop.UntilAsync(() => shop.Left(1) == RelayStock.Lot);
    }

    [Test]
    public async Task Tokens_that_went_bad_are_replaced_though_nobody_asks()
    {
        Shop shop = new();
        await using RelayStock stock = Open(shop, TimeSpan.FromMilliseconds(1));
        await stock.StartAsync(CancellationToken.None);
        shop.SpoilAll();
        await shop.UntilAsync(() => (shop.Left(1), shop.Left(16)) == (RelayStock.Lot, RelayStock.Lot));
    }

    [Test]
    public async Task Purchase_that_the_issuer_refused_is_tried_again()
    {
        Shop shop = new();
        await using RelayStock stock = Open(shop, TimeSpan.FromMilliseconds(1));
        await stock.StartAsync(CancellationToken.None);
        shop.RefuseNext(3);
        await stock.TakeAsync(Netuid, Victim, 1, CancellationToken.None);
        await shop.UntilAsync(() => shop.Left(1) == RelayStock.Lot);
        Assert.That(shop.Refused, Is.EqualTo(3));
    }

    private static RelayStock Open(Shop shop, TimeSpan? interval = null) =>
        new(shop, Netuid, Victim, Sizes, interval ?? TimeSpan.FromHours(1), TimeProvider.System, NullLogger<RelayStock>.Instance);

    private sealed class Shop : IAccessTokens
    {
        private readonly Lock gate = new();
        private readonly Dictionary<int, int> left = [];
        private Task isOpen = Task.CompletedTask;
        private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int refusals;

        public int Refused { get; private set; }

        public int Left(int rows)
        {
            lock (gate)
            {
                return left.GetValueOrDefault(rows);
            }
        }

        public TaskCompletionSource Close()
        {
            TaskCompletionSource open = new(TaskCreationOptions.RunContinuationsAsynchronously);
            isOpen = open.Task;
            return open;
        }

        public void SpoilAll()
        {
            lock (gate)
            {
                left.Clear();
            }
        }

        public void RefuseNext(int times) => refusals = times;

        public async Task UntilAsync(Func<bool> isSo)
        {
            while (true)
            {
                Task next;
                lock (gate)
                {
                    next = changed.Task;
                }

                if (isSo())
                {
                    return;
                }

                await next.WaitAsync(Patience.Long);
            }
        }

        public Task<byte[]?> TakeAsync(ushort netuid, ReadOnlyMemory<byte> miner, int rows, CancellationToken cancellationToken)
        {
            lock (gate)
            {
                return Task.FromResult<byte[]?>(left.GetValueOrDefault(rows) > 0 && --left[rows] >= 0 ? [1] : null);
            }
        }

        public async Task EnsureAsync(ushort netuid, ReadOnlyMemory<byte> miner, int rows, int count, CancellationToken cancellationToken)
        {
            await isOpen.WaitAsync(cancellationToken);
            lock (gate)
            {
                if (left.GetValueOrDefault(rows) < count && refusals > 0)
                {
                    refusals--;
                    Refused++;
                    throw new ClinicException(ClinicFault.IssuerRefused, "the issuer sleeps", "wake it");
                }

                left[rows] = Math.Max(count, left.GetValueOrDefault(rows));
                changed.TrySetResult();
                changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }
}
