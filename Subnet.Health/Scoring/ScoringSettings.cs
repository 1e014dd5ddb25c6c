namespace Subnet.Health.Scoring;

/// <summary>How many patients and validators, how long each step may take, and how the score is made public.</summary>
/// <param name="Patients">Patients of a batch, at least 256; for pairs a multiple of 128.</param>
/// <param name="Validators">Validators drawn, at least 2.</param>
/// <param name="Publication">How scores are published.</param>
/// <param name="Timetable">Deadlines.</param>
internal sealed record ScoringSettings(int Patients, int Validators, ScorePublication Publication, ScoringTimetable Timetable)
{
    /// <summary>Fewest patients of a batch: below, even a coarse score says too much of one patient.</summary>
    public const int LeastPatients = 256;

    /// <summary>Fewest validators: the word of one is nobody's.</summary>
    public const int LeastValidators = 2;

    /// <summary>Blocks between the anchor of a window and its beacon.</summary>
    public const int BeaconDelay = 10;

    /// <summary>256 patients, three validators, rounded to 1/64.</summary>
    public static ScoringSettings Default { get; } = new(LeastPatients, 3, ScorePublication.Rounded, ScoringTimetable.Default);
}

/// <summary>Time for each step, counted from the batch's opening: whoever is late is at fault, and the others go on.</summary>
/// <param name="Outputs">Until validators have sent outputs.</param>
/// <param name="Commit">Until the clinic has logged its commitment.</param>
/// <param name="Seeds">Until validators have opened their seeds.</param>
/// <param name="Open">Until the clinic has opened.</param>
internal sealed record ScoringTimetable(TimeSpan Outputs, TimeSpan Commit, TimeSpan Seeds, TimeSpan Open)
{
    /// <summary>Ten minutes for the outputs, then five for each step.</summary>
    public static ScoringTimetable Default { get; } =
        new(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(20), TimeSpan.FromMinutes(25));

    /// <summary>How far a batch's time may be ahead of another party's clock.</summary>
    public static TimeSpan ClockSkew => TimeSpan.FromMinutes(1);
}

/// <summary>The block whose hash decides which cases and validators are drawn.</summary>
/// <param name="Height">Its height: ten above the block that anchors the window's entry.</param>
/// <param name="Hash">Its hash.</param>
/// <param name="Validators">Hotkeys that the ledger lets validate at this height.</param>
internal sealed record ScoringBeacon(long Height, ReadOnlyMemory<byte> Hash, IReadOnlyList<ReadOnlyMemory<byte>> Validators);
