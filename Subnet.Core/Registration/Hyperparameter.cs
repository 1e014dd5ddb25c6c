using Subnet.Core.State;

namespace Subnet.Core.Registration;

/// <summary>Whether a value may be set, given the subnet's parameters, the network's and the number of neurons.</summary>
public delegate bool HyperparameterRange(Hyperparameters subnet, GlobalParameters network, int neurons, Int128 value);

/// <summary>One setting of a subnet.</summary>
/// <param name="Number">Its number in calls; never reused.</param>
/// <param name="Name">Its name in files and commands.</param>
/// <param name="Get">Reads it.</param>
/// <param name="Set">Replaces it with a value in range.</param>
/// <param name="RootRange">What a vote or the administrator may set.</param>
/// <param name="OwnerRange">What the subnet's owner may set; null where it is not the owner's to set.</param>
public sealed record Hyperparameter(
    ushort Number,
    string Name,
    Func<Hyperparameters, Int128> Get,
    Func<Hyperparameters, Int128, Hyperparameters> Set,
    HyperparameterRange RootRange,
    HyperparameterRange? OwnerRange)
{
    /// <summary>Whether only a vote or the administrator may set it.</summary>
    public bool IsRootOnly => OwnerRange is null;
}
