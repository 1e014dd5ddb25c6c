namespace Subnet.Health.Clinic;

/// <summary>Why a clinic's request was not carried out.</summary>
public enum ClinicFault
{
    /// <summary>Inputs are missing or implausible; nothing was sent.</summary>
    InputRefused,

    /// <summary>The gateway's policy does not allow the request; nothing was sent.</summary>
    PolicyRefused,

    /// <summary>No miner serves such a model.</summary>
    ModelNotFound,

    /// <summary>No usable token is in the wallet.</summary>
    NoToken,

    /// <summary>The token issuer refuses, or cannot be reached.</summary>
    IssuerRefused,

    /// <summary>No miner that was asked answered.</summary>
    NoAnswer,

    /// <summary>Miners disagree on an exact answer.</summary>
    Disagreement,

    /// <summary>There is no such event in the local history.</summary>
    EventNotFound,

    /// <summary>The gateway's log or store cannot be written; nothing was sent after that.</summary>
    StoreFailed,
}

/// <summary>A request of a clinic that was not carried out. The message names features and miners, never a patient's values.</summary>
public sealed class ClinicException : Exception
{
    /// <summary>A request that was not carried out.</summary>
    /// <param name="fault">Why.</param>
    /// <param name="message">What and why, one sentence.</param>
    /// <param name="fix">What to do next.</param>
    /// <param name="inner">The cause, or null.</param>
    public ClinicException(ClinicFault fault, string message, string fix, Exception? inner = null)
        : base(message, inner)
    {
        Fault = fault;
        Fix = fix;
    }

    /// <summary>Why.</summary>
    public ClinicFault Fault { get; }

    /// <summary>What to do next.</summary>
    public string Fix { get; }

    /// <summary>With <see cref="ClinicFault.InputRefused"/>: every input at fault.</summary>
    public IReadOnlyList<ClinicInputProblem> Problems { get; init; } = [];
}

/// <summary>An input that is missing or implausible.</summary>
/// <param name="Row">The row, from 1.</param>
/// <param name="Input">The input's name on the card.</param>
/// <param name="Reason">What is wrong with it, without its value.</param>
public sealed record ClinicInputProblem(int Row, string Input, string Reason);
