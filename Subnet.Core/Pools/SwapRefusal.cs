namespace Subnet.Core.Pools;

/// <summary>Why a pool does not trade.</summary>
public enum SwapRefusal
{
    /// <summary>Nothing was put in once the fee is off.</summary>
    NothingIn,

    /// <summary>More than 1,000 times the reserve was put in.</summary>
    TooMuchIn,

    /// <summary>The reserve of what is asked for is below 1,000,000.</summary>
    ReserveTooLow,

    /// <summary>The trade would pay out nothing.</summary>
    NothingOut,

    /// <summary>The limit price is already passed.</summary>
    LimitPassed,

    /// <summary>The whole amount does not fit under the limit price.</summary>
    LimitExceeded,
}
