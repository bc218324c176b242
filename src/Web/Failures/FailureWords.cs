using Dashboard.Core.Failures;

namespace Dashboard.Web.Failures;

/// <summary>The kinds of failures in words, and what each means for whoever was woken.</summary>
internal static class FailureWords
{
    /// <summary>All kinds, in the order they are listed.</summary>
    public static IReadOnlyList<FailureClass> All { get; } = Enum.GetValues<FailureClass>();

    /// <summary>As people say it.</summary>
    public static string Word(this FailureClass kind) => kind switch
    {
        FailureClass.Network => "transient network",
        FailureClass.Busy => "busy",
        FailureClass.Full => "full",
        FailureClass.Auth => "not let in",
        FailureClass.Configuration => "configuration",
        FailureClass.Code => "code",
        FailureClass.Data => "data",
        FailureClass.Killed => "killed",
        FailureClass.Lock => "locked",
        _ => "unknown kind",
    };

    /// <summary>What heals it, in one sentence.</summary>
    public static string Meaning(this FailureClass kind) => kind switch
    {
        FailureClass.Network => "Heals by itself as soon as the other end answers again.",
        FailureClass.Busy => "Usually heals by itself when the load or the lock is gone.",
        FailureClass.Full => "Heals when someone or something frees disk or memory.",
        FailureClass.Auth => "Does not heal by itself: somebody has to give a right, or the right password.",
        FailureClass.Configuration => "Does not heal by itself: something is not where the configuration says.",
        FailureClass.Code => "Does not heal by itself: the code needs a change.",
        FailureClass.Data => "Heals when the data changes, or the code that reads it.",
        FailureClass.Killed => "The run was ended from outside; the next tick runs it again.",
        FailureClass.Lock => "Another run has the lock; the job itself did not fail.",
        _ => "Nothing in it says what heals it: read the message.",
    };

    /// <summary>As in a URL and on the wire.</summary>
    public static string Slug(this FailureClass kind) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString());

    /// <summary>The kind a URL names, or null.</summary>
    public static FailureClass? Parse(string slug) => All.Cast<FailureClass?>().FirstOrDefault(kind => kind!.Value.Slug() == slug);
}
