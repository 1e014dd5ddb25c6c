namespace Subnet.Health.Models.Evaluation;

/// <summary>What a lane holds for each row.</summary>
internal enum LaneKind
{
    /// <summary>float; also truth values and 0/1 masks.</summary>
    Single,

    /// <summary>double.</summary>
    Double,

    /// <summary>long; unsigned numbers keep their bits.</summary>
    Integer,

    /// <summary>string, never null.</summary>
    Text,

    /// <summary>int: 0 is missing, k is the k-th value.</summary>
    Key,
}

/// <summary>One register of a <see cref="LaneProgram"/>: a value for each row of the block at hand.</summary>
/// <param name="Kind">Which array it lives in.</param>
/// <param name="Index">Position in units of a whole lane.</param>
internal readonly record struct Lane(LaneKind Kind, int Index);
