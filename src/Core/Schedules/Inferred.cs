namespace Dashboard.Core.Schedules;

/// <summary>Something told by a job's row and runs.</summary>
/// <param name="Value">What; null when it cannot be told.</param>
/// <param name="Evidence">What shows it, or why it cannot be told, in one sentence.</param>
/// <typeparam name="T">What kind of thing.</typeparam>
public sealed record Inferred<T>(T? Value, string Evidence)
    where T : struct
{
    /// <summary>How it is known.</summary>
    public Knowledge Known => Value is null ? Knowledge.Unknown : Knowledge.Inferred;
}

/// <summary>How often and at what time, as far as it was inferred.</summary>
/// <param name="Interval">How often.</param>
/// <param name="Time">At what time of day; null for none.</param>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
public readonly record struct InferredCadence(TimeSpan Interval, TimeOnly? Time);
