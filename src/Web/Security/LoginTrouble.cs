namespace Dashboard.Web.Security;

/// <summary>Why a login failed: names that go through an address, and the words for each. Nothing else from an address is ever shown.</summary>
internal static class LoginTrouble
{
    public const string NoRole = "no-role";
    public const string Barred = "barred";
    public const string Provider = "provider";
    public const string Records = "records";
    public const string UsedUp = "That token was used before, is too old or never was one.";
    public const string TooMany = "That token does not work, nor did others that came from your address: more of them are refused for a minute. One that works is let in at once.";
    public const string Crowded = "Too many tokens from your address are being looked at; try again in a moment.";
    public const string OutOfReach = "The dashboard's own database is out of reach, so nobody can be let in. Browsers that are logged in go on working.";
    public const string NotFromHere = "The form was not sent from this page; try again.";

    public const string NotLeft = "The dashboard's own database is out of reach, so the session could not be ended. Try again in a moment.";

    /// <summary>The words for a name; null when it is none.</summary>
    public static string? Words(string? name) => name switch
    {
        NoRole => "You were recognised, but nothing gives you a role here. Ask an admin of the dashboard to add one of your groups.",
        Barred => "You were shut out of this dashboard. Ask one of its admins.",
        Provider => "Logging in through the provider failed or was refused. Try again; if it stays so, the dashboard's log says more.",
        Records => OutOfReach,
        _ => null,
    };
}
