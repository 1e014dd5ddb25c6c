using System.Collections.Immutable;
using Subnet.Health.Models;

namespace Subnet.Health.Circuits;

/// <summary>What becomes of a row in which a value is missing.</summary>
internal enum MissingRule
{
    /// <summary>The row is refused before anything is sent.</summary>
    Refused,

    /// <summary>The public feature map puts a constant from training in its place.</summary>
    Imputed,

    /// <summary>The model knows missing values and has an answer for them.</summary>
    Allowed,
}

/// <summary>A code by which a record may carry a value.</summary>
/// <param name="System">The code system's address.</param>
/// <param name="Code">The code.</param>
internal readonly record struct CardCode(string System, string Code);

/// <summary>What stands for a word of a coded feature.</summary>
/// <param name="Word">As the feature's extraction gives it: <c>male</c>, <c>former</c>.</param>
/// <param name="Value">As the model's column takes it.</param>
internal readonly record struct CardWord(string Word, string Value);

/// <summary>Where a clinical record has the value of a slot (fhir-mapping 2).</summary>
/// <param name="Feature">The feature's name in the catalogue.</param>
/// <param name="Unit">UCUM unit of the extracted number; empty for a word or a truth value.</param>
/// <param name="Factor">The column holds factor times the extracted number.</param>
/// <param name="Codes">In order of preference.</param>
/// <param name="Words">For coded features.</param>
internal sealed record CardSource(string Feature, string Unit, decimal Factor, ImmutableArray<CardCode> Codes, ImmutableArray<CardWord> Words)
{
    /// <summary>The largest limit of age, in days: a century and a half.</summary>
    public const int MostDays = 54_787;

    /// <summary>An observation more days old than this counts as missing; null for no limit.</summary>
    public int? OldestDays { get; init; }
}

/// <summary>One value that a card asks for.</summary>
/// <param name="Lowest">Smallest value admitted; null where anything is (texts).</param>
/// <param name="Highest">Largest value admitted.</param>
/// <param name="Missing">What happens without one.</param>
/// <param name="Source">Where a record has it; null for what the clinic enters by itself.</param>
internal sealed record CardSlot(double? Lowest, double? Highest, MissingRule Missing, CardSource? Source);

/// <summary>An input column of a card.</summary>
/// <param name="Column">Name, type and width.</param>
/// <param name="Slots">As many as the column is wide.</param>
internal sealed record CardInput(ModelColumn Column, ImmutableArray<CardSlot> Slots)
{
    /// <summary>Name of the column.</summary>
    public string Name => Column.Name;

    /// <summary>Name of a slot in tables and messages.</summary>
    public string NameOf(int slot) => Column.IsVector ? $"{Name}.{slot}" : Name;
}
