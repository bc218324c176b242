using System.CommandLine;
using Dashboard.Core.Access;

namespace Dashboard.Web.Commands;

/// <summary><c>./run login</c>: a fresh link into a dashboard that runs.</summary>
internal static class LoginVerb
{
    public static Command Create()
    {
        var url = new Option<string>("--url") { Description = "Where the dashboard is reached.", DefaultValueFactory = _ => "http://127.0.0.1:7080" };
        var name = new Option<string>("--name") { Description = "Whom it is for, as the audit will call them.", DefaultValueFactory = _ => Environment.UserName };
        var role = new Option<string>("--role") { Description = "What they may: viewer reads, operator acts, admin says who may come in.", DefaultValueFactory = _ => Role.Admin.Name() };
        role.AcceptOnlyFromAmong([.. Roles.Names]);
        var command = new Command("login", "Makes a link that logs one browser in, once.") { url, name, role };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var storage = await Verbs.OwnRecordsAsync(cancellationToken);
            var token = await new LoginTokenQueries(storage.Own).IssueAsync(parsed.GetRequiredValue(name), Roles.Find(parsed.GetRequiredValue(role))!.Value, cancellationToken);
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"{parsed.GetRequiredValue(url).TrimEnd('/')}/login?token={token.Text}");
            await parsed.InvocationConfiguration.Error.WriteLineAsync($"Works once, within {LoginTokenQueries.Life.TotalMinutes:0} minutes.");
        });
        return command;
    }
}
