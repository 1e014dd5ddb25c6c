using Subnet.Health.Clinic;

namespace Subnet.Health.Cli.Errors;

/// <content>Codes of the clinic's and the miner's commands.</content>
internal static partial class ErrorCodes
{
    public static readonly ErrorCode InputRefused =
        new("input-refused", ExitCode.CouldNot, "Inputs of a patient are missing or implausible; all are named and nothing was sent.");

    public static readonly ErrorCode PolicyRefused = new("policy-refused", ExitCode.No, "The gateway's policy or log schema does not allow the request; nothing was sent.");

    public static readonly ErrorCode ModelNotServed = new("model-not-served", ExitCode.CouldNot, "No miner that may be asked serves the model.");

    public static readonly ErrorCode TokenMissing = new("token-missing", ExitCode.CouldNot, "The wallet has no usable token for the query; nothing was sent.");

    public static readonly ErrorCode IssuerRefused = new("issuer-refused", ExitCode.No, "The token issuer or the ledger refuses a purchase.");

    public static readonly ErrorCode NoAnswer = new("no-answer", ExitCode.CouldNot, "No miner that was asked answered; every attempt is in the log.");

    public static readonly ErrorCode MinersDisagree = new("miners-disagree", ExitCode.No, "Miners of one model gave different exact answers.");

    public static readonly ErrorCode TooFewOutcomes = new("too-few-outcomes", ExitCode.CouldNot, "Fewer patients' outcomes are known than a batch needs; nothing was sent.");

    public static readonly ErrorCode EventNotFound = new("event-not-found", ExitCode.No, "The local history has no such query.");

    public static readonly ErrorCode GatewayStoreFailed =
        new("gateway-store-failed", ExitCode.CouldNot, "The gateway's log, history or wallet cannot be written or opened.");

    public static readonly ErrorCode MinerUnfit = new("miner-unfit", ExitCode.CouldNot, "The miner cannot start: its bounds, its models, or what the ledger says of them.");

    /// <summary>The code of a clinic's fault.</summary>
    public static ErrorCode Of(ClinicFault fault) => fault switch
    {
        ClinicFault.InputRefused => InputRefused,
        ClinicFault.PolicyRefused => PolicyRefused,
        ClinicFault.ModelNotFound => ModelNotServed,
        ClinicFault.NoToken => TokenMissing,
        ClinicFault.IssuerRefused => IssuerRefused,
        ClinicFault.NoAnswer => NoAnswer,
        ClinicFault.Disagreement => MinersDisagree,
        ClinicFault.EventNotFound => EventNotFound,
        _ => GatewayStoreFailed,
    };
}
