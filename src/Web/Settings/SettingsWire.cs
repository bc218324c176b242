using Dashboard.Core.Configuration;
using Dashboard.Core.Configuration.Layers;
using Dashboard.Core.Configuration.Readings;
using Dashboard.Core.Configuration.Reload;

namespace Dashboard.Web.Settings;

/// <summary>The configuration in use.</summary>
/// <param name="Generation">1 for what the program was started with; each accepted reload is one more.</param>
/// <param name="LoadedAt">Since when it is in use.</param>
/// <param name="Options">Every option.</param>
/// <param name="Warnings">What was said and is no option.</param>
/// <param name="Reloads">The reloads since the start, the newest first.</param>
public sealed record SettingsWire(long Generation, DateTimeOffset LoadedAt, IReadOnlyList<SettingWire> Options, IReadOnlyList<ConfigurationFault> Warnings, IReadOnlyList<ReloadWire> Reloads)
{
    internal static SettingsWire Of(ConfigurationSnapshot snapshot) => new(
        snapshot.Generation, snapshot.LoadedAt, [.. snapshot.Reading.Options.Select(SettingWire.Of)], snapshot.Reading.Warnings, [.. snapshot.Reloads.Select(ReloadWire.Of)]);
}

/// <summary>One option.</summary>
/// <param name="Path">Sections and name with <c>:</c> between.</param>
/// <param name="Value">What it says; of a secret only that there is one.</param>
/// <param name="Default">What it says when nobody says anything.</param>
/// <param name="Layer">Which layer said it.</param>
/// <param name="From">Where exactly: file and line, variable, or option of the command line.</param>
/// <param name="Overruled">Where else something was said that counts less.</param>
/// <param name="Secret">Whether its value is shown nowhere.</param>
/// <param name="TakesEffectAlive">Whether a reload takes a new value over.</param>
/// <param name="Doc">What it is for.</param>
public sealed record SettingWire(
    string Path, string? Value, string? Default, LayerKind Layer, string From, IReadOnlyList<string> Overruled, bool Secret, bool TakesEffectAlive, string Doc)
{
    internal static SettingWire Of(ResolvedOption option) => new(
        option.Path, option.Shown, option.Option.Default, option.Origin.Kind, option.Origin.ToString(), [.. option.Overruled.Select(origin => origin.ToString())], option.Option.IsSecret, option.Option.TakesEffectAlive, option.Option.Doc);
}

/// <summary>One reload.</summary>
/// <param name="At">When it was over.</param>
/// <param name="Who">Who asked for it, or the signal.</param>
/// <param name="Outcome">accepted, unchanged or rejected.</param>
/// <param name="Generation">The generation in use afterwards.</param>
/// <param name="Reasons">Why it was rejected, each with its place.</param>
/// <param name="Changes">What it changed, or would have.</param>
/// <param name="Prepared">How long it took to read, build and probe, in seconds; meanwhile all went on.</param>
/// <param name="Swapped">How long the exchange took, in seconds.</param>
/// <param name="Drained">Whether the old generation is over; null while it is waited for.</param>
public sealed record ReloadWire(
    DateTimeOffset At, string Who, ReloadOutcome Outcome, long Generation, IReadOnlyList<string> Reasons, IReadOnlyList<OptionChange> Changes, TimeSpan Prepared, TimeSpan? Swapped, bool? Drained)
{
    internal static ReloadWire Of(ReloadReport report) =>
        new(report.At, report.Who, report.Outcome, report.Generation, report.Reasons, report.Changes, report.Prepared, report.Swapped, report.Drained);
}
