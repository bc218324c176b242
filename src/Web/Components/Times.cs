using System.Globalization;

namespace Dashboard.Web.Components;

/// <summary>How instants and lengths are written. <c>wwwroot/js/moments.js</c> keeps the relative form ticking with the same words.</summary>
internal static class Times
{
    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    /// <summary><c>2014-09-05 09:00:30Z</c>.</summary>
    public static string Absolute(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", Plain);

    /// <summary><c>5 Sep 09:00Z</c>, for dense tables; a year other than the present one is added.</summary>
    public static string Short(DateTimeOffset moment, DateTimeOffset now) =>
        moment.UtcDateTime.ToString(moment.UtcDateTime.Year == now.UtcDateTime.Year ? "d MMM HH:mm'Z'" : "d MMM yyyy HH:mm'Z'", Plain);

    /// <summary><c>09:00:30Z</c>.</summary>
    public static string Clock(DateTimeOffset moment) => moment.UtcDateTime.ToString("HH:mm:ss'Z'", Plain);

    /// <summary>For <c>datetime</c> attributes.</summary>
    public static string Machine(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", Plain);

    /// <summary><c>4 min ago</c>, <c>in 3 h</c>, <c>now</c>.</summary>
    public static string Relative(DateTimeOffset moment, DateTimeOffset now)
    {
        var distance = moment - now;
        var words = Rough(distance.Duration());
        return words.Length == 0 ? "now" : distance > TimeSpan.Zero ? $"in {words}" : $"{words} ago";
    }

    /// <summary><c>12 s</c>, <c>4 min</c>, <c>3 h</c>, <c>9 days</c>: one unit, cut off; empty below a second.</summary>
    public static string Rough(TimeSpan length) => Math.Floor(length.TotalSeconds) switch
    {
        < 1 => "",
        < 60 and var seconds => string.Create(Plain, $"{seconds} s"),
        < 3600 and var seconds => string.Create(Plain, $"{Math.Floor(seconds / 60)} min"),
        < 48 * 3600 and var seconds => string.Create(Plain, $"{Math.Floor(seconds / 3600)} h"),
        var seconds => string.Create(Plain, $"{Math.Floor(seconds / 86400)} days"),
    };

    /// <summary>How long a run took: <c>4 ms</c>, <c>1.2 s</c>, <c>3 min 12 s</c>, <c>25 h 4 min</c>.</summary>
    public static string Length(TimeSpan length) => length switch
    {
        { TotalSeconds: < 0 } => $"-{Length(length.Negate())}",
        { TotalMilliseconds: < 1 } => string.Create(Plain, $"{length.TotalMilliseconds:0.##} ms"),
        { TotalSeconds: < 1 } => string.Create(Plain, $"{length.TotalMilliseconds:0} ms"),
        { TotalSeconds: < 10 } => string.Create(Plain, $"{length.TotalSeconds:0.0} s"),
        { TotalMinutes: < 1 } => string.Create(Plain, $"{length.TotalSeconds:0} s"),
        { TotalHours: < 1 } => string.Create(Plain, $"{length.Minutes} min {length.Seconds:00} s"),
        _ => string.Create(Plain, $"{Math.Floor(length.TotalHours)} h {length.Minutes:00} min"),
    };

    /// <summary>Milliseconds since 1970, for the script that ticks.</summary>
    public static string Unix(DateTimeOffset moment) => moment.ToUnixTimeMilliseconds().ToString(Plain);
}
