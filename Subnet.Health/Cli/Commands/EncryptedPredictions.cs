using System.Globalization;
using Subnet.Crypto.Lattice.Randomness;
using Subnet.Crypto.Rlwe.Keyless;
using Subnet.Health.Circuits;
using Subnet.Health.Models;
using Subnet.Health.Models.Rows;

namespace Subnet.Health.Cli.Commands;

/// <summary>Predictions as a clinic gets them: through a card, many rows a query where the circuit allows.</summary>
internal static class EncryptedPredictions
{
    /// <summary>Compiles the model against the rows, says what it will cost, and predicts.</summary>
    /// <exception cref="CircuitException">The model has no circuit.</exception>
    /// <exception cref="RowsRefusedException">The card does not admit some rows.</exception>
    public static async Task<(string[] Columns, string[][] Rows)> MakeAsync(
        CommandContext context, IPlainModel model, RowBatch batch, CancellationToken cancellationToken)
    {
        SplitModel split = model.Split ?? throw new CircuitException($"the model cannot be compiled: {model.PlaintextReason}.");
        CompiledModel compiled = CircuitCompiler.Compile(split, new ReferenceRows(split, batch));
        byte[] bytes = ModelCard.Write(
            compiled, model.Schema, CardSchema.Of(split, batch, FeatureMapping.Default), new CardText("predict", "", "", "", ""), new byte[33]);
        CardClient client = CardClient.Open(bytes);
        using PreparedRows rows = client.Prepare(batch);
        int together = client.RowClassFor(rows.Count) ?? client.RowClasses[^1];
        context.Output.Say($"{rows.Count} rows in queries of {together}; {CostEntry.Of(new CostOracle(context.Time).Estimate(compiled.Choice, together)).Sentence}");
        ScoredRow[] scored = await context.Output.ProgressAsync(
            "rows", rows.Count, progress => Task.Run(() => Score(compiled, client, rows, together, progress, cancellationToken), cancellationToken)).ConfigureAwait(false);
        return Table(scored);
    }

    private static ScoredRow[] Score(
        CompiledModel compiled, CardClient client, PreparedRows rows, int together, IProgress<long> progress, CancellationToken cancellationToken)
    {
        using RandomSourceFactory randomness = RandomSourceFactory.FromOperatingSystem();
        ParameterChoice choice = compiled.Choice;
        using var miner = new KeylessModel(
            client.Hash, choice.Parameters, choice.Form.Classes, choice.Form.Weights, (long)choice.DeclaredBound, randomness);
        using IRandomSource source = randomness.Create();
        byte[] master = new byte[KeylessSeeds.MasterBytes];
        var scored = new List<ScoredRow>(rows.Count);
        for (int first = 0; first < rows.Count; first += together)
        {
            cancellationToken.ThrowIfCancellationRequested();
            source.Fill(master);
            using PendingQuery pending = client.Encrypt(rows.Take(first, Math.Min(together, rows.Count - first)), master);
            KeylessRefusal refusal = miner.TryAnswer(pending.Query.Span, out byte[]? reply, cancellationToken);
            if (refusal != KeylessRefusal.None)
            {
                throw new CircuitException($"an honest query was refused ({refusal}); report this as a bug.");
            }

            scored.AddRange(pending.Decrypt(reply));
            progress.Report(scored.Count);
        }

        return [.. scored];
    }

    private static (string[] Columns, string[][] Rows) Table(ScoredRow[] scored)
    {
        int scores = scored.Length == 0 ? 1 : scored[0].Scores.Length;
        bool calibrated = scored.Any(row => row.Probability is not null);
        bool labelled = scored.Any(row => row.LabelText.Length > 0);
        string[] columns = [
            .. scores == 1 ? ["Score"] : Enumerable.Range(0, scores).Select(k => $"Score.{k}"),
            .. calibrated ? ["Probability"] : Array.Empty<string>(),
            .. labelled ? ["PredictedLabel"] : Array.Empty<string>(),
            "Margin"];
        return (columns, [.. scored.Select(row => Row(row, calibrated, labelled))]);
    }

    private static string[] Row(ScoredRow row, bool calibrated, bool labelled) => [
        .. row.Scores.Select(Number),
        .. calibrated ? [row.Probability is float probability ? Number(probability) : ""] : Array.Empty<string>(),
        .. labelled ? [row.LabelText] : Array.Empty<string>(),
        Number(row.Margin)];

    private static string Number(float value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}
