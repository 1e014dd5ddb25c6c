namespace Subnet.Health.Scoring;

/// <summary>A clock that stands still during a step: at the moment the step began, or at the one a journal says it began.</summary>
internal sealed class StepClock(TimeProvider inner) : TimeProvider
{
    private DateTimeOffset? at;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => at ?? inner.GetUtcNow();

    /// <summary>Stops at a moment, or with null runs on.</summary>
    public void StopAt(DateTimeOffset? moment) => at = moment;
}
