using Subnet.Core.State;

namespace Subnet.Core.Ledger.Calls;

/// <summary>Changes a hyperparameter of an own subnet.</summary>
/// <param name="Netuid">Subnet; 0 is root.</param>
/// <param name="Parameter">Its number.</param>
/// <param name="Value">Its new value.</param>
public sealed record SetHyperparameterCall(ushort Netuid, ushort Parameter, Int128 Value) : LedgerCall
{
    /// <inheritdoc/>
    public override CallTag Tag => CallTag.SetHyperparameter;

    internal override void WriteBody(CanonicalWriter writer)
    {
        writer.U16(Netuid);
        writer.U16(Parameter);
        writer.I128(Value);
    }

    internal static SetHyperparameterCall ReadBody(ref CanonicalReader reader) =>
        new(reader.U16(), reader.U16(), reader.I128());
}
