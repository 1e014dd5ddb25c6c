using Subnet.Core.Emission;
using Subnet.Health.Cli.Output;

namespace Subnet.Health.Cli.Commands;

/// <summary><c>subnet emission schedule</c>: the emission curve from the first block to the last.</summary>
internal sealed class EmissionScheduleCommand : SubnetCommand
{
    private const ulong BlocksPerYear = 7_200 * 365;

    public EmissionScheduleCommand()
        : base(
            "schedule",
            "Show the emission per block from one halving to the next; the same curve holds for TAO and for each subnet's alpha.",
            new CommandExample("emission schedule"),
            new CommandExample("emission schedule --json"))
    {
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Documents => [typeof(EmissionScheduleDocument)];

    /// <inheritdoc/>
    public override Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        EmissionScheduleDocument document = new(BlockEmission.SupplyCap, [.. Stages()]);
        context.Output.Document(document, _ =>
        {
            context.Output.Raw($"{"halvings",-9} {"from issuance (rao)",22} {"per block (rao)",16} {"blocks",22} {"years",14}\n");
            foreach (EmissionStageItem stage in document.Stages)
            {
                context.Output.Raw(FormattableString.Invariant(
                    $"{stage.Halvings,-9} {stage.FromIssuanceRao,22} {stage.PerBlockRao,16} {stage.Blocks,22} {stage.Years,14:F1}\n"));
            }

            context.Output.Raw($"nothing is emitted any more after the last stage; the cap is {document.SupplyCapRao} rao\n");
        });
        return Task.FromResult(ExitCode.Done);
    }

    /// <summary>Stages of equal emission, found on the curve itself rather than from the formula for its halvings.</summary>
    private static IEnumerable<EmissionStageItem> Stages()
    {
        ulong from = 0;
        while (BlockEmission.AtIssuance(from) is > 0 and ulong perBlock)
        {
            ulong end = FirstWithLess(from, perBlock);
            ulong blocks = (end - from + perBlock - 1) / perBlock;
            yield return new(
                BlockEmission.Halvings(from)!.Value, from, perBlock, blocks, blocks / (double)BlocksPerYear);
            from = end;
        }
    }

    private static ulong FirstWithLess(ulong from, ulong perBlock)
    {
        ulong low = from, high = BlockEmission.SupplyCap;
        while (high - low > 1)
        {
            ulong middle = low + ((high - low) / 2);
            if (BlockEmission.AtIssuance(middle) == perBlock)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        return high;
    }
}

/// <summary>The answer of <c>subnet emission schedule</c>.</summary>
internal sealed record EmissionScheduleDocument(Amount SupplyCapRao, IReadOnlyList<EmissionStageItem> Stages) : Document(FormatName)
{
    public const string FormatName = "subnet/emission-schedule/1";
}

/// <summary>Issuances with the same emission per block. A year is 365 days of 7,200 blocks.</summary>
internal sealed record EmissionStageItem(int Halvings, Amount FromIssuanceRao, Amount PerBlockRao, Amount Blocks, double Years);
