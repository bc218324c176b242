using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Dashboard.Core.Access;
using Dashboard.Core.Actions.Audit;
using Dashboard.Core.Database;
using Dashboard.Web.Security;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dashboard.Web.Commands;

/// <summary><c>./run key create|list|revoke</c>: the keys by which machines come in.</summary>
internal static class KeyVerb
{
    public static Command Create() => new("key", "Keys by which programs read the API and the hub.") { CreateKey(), ListKeys(), RevokeKey() };

    private static Command CreateKey()
    {
        var name = new Option<string>("--name") { Description = "What the key is for; unique among those that work.", Required = true };
        var expires = new Option<TimeSpan?>("--expires") { Description = "How long it works, such as 12h or 90d; for ever without.", CustomParser = Life };
        var role = new Option<string>("--role") { Description = "What it may do: viewer reads; ingest tells events and reads nothing; operator does both.", DefaultValueFactory = _ => KeyRoles.Viewer };
        role.AcceptOnlyFromAmong(KeyRoles.All);
        var command = new Command("create", "Makes a key and shows it, this once.") { name, role, expires };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var storage = await Verbs.OwnRecordsAsync(cancellationToken);
            var wanted = parsed.GetRequiredValue(name);
            var secret = await new ApiKeyQueries(storage.Own).CreateAsync(wanted, parsed.GetRequiredValue(role), parsed.GetValue(expires), Environment.UserName, cancellationToken)
                ?? throw new VerbException($"There is a working key named '{wanted}' already. Revoke it first (./run key revoke --name '{wanted}') or choose another name.");
            await Record(storage).ChangedAsync(Actor.AtTerminal(Environment.UserName), "make-key", $"Made the key '{wanted}' for {parsed.GetRequiredValue(role)}{(parsed.GetValue(expires) is null ? "; it does not expire" : "")}.", cancellationToken);
            await parsed.InvocationConfiguration.Output.WriteLineAsync(secret.Text);
            await parsed.InvocationConfiguration.Error.WriteLineAsync("Keep it: only its hash is stored. Send it as 'Authorization: Bearer KEY'.");
        });
        return command;
    }

    private static Command ListKeys()
    {
        var command = new Command("list", "Every key ever made, without the keys themselves.");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var storage = await Verbs.OwnRecordsAsync(cancellationToken);
            var keys = await new ApiKeyQueries(storage.Own).AllAsync(cancellationToken);
            var output = parsed.InvocationConfiguration.Output;
            if (keys.Count == 0)
            {
                await output.WriteLineAsync("There are no keys. Make one: ./run key create --name NAME");
            }

            foreach (var key in keys)
            {
                var end = key switch
                {
                    { RevokedAt: { } revoked } => $"revoked {At(revoked)}",
                    { ExpiresAt: { } expires } => $"expires {At(expires)}",
                    _ => "does not expire",
                };
                await output.WriteLineAsync($"{key.Name}  {key.Role}  made {At(key.CreatedAt)}  {(key.LastUsedAt is { } used ? $"last used {At(used)}" : "never used")}  {end}");
            }
        });
        return command;
    }

    private static Command RevokeKey()
    {
        var name = new Option<string>("--name") { Description = "The key to end.", Required = true };
        var command = new Command("revoke", "Ends a key.") { name };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var storage = await Verbs.OwnRecordsAsync(cancellationToken);
            var wanted = parsed.GetRequiredValue(name);
            if (!await new ApiKeyQueries(storage.Own).RevokeAsync(wanted, Environment.UserName, cancellationToken))
            {
                throw new VerbException($"There is no working key named '{wanted}'. Those there are: ./run key list");
            }

            await Record(storage).ChangedAsync(Actor.AtTerminal(Environment.UserName), "revoke-key", $"Revoked the key '{wanted}'.", cancellationToken);
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"The key '{wanted}' no longer works.");
        });
        return command;
    }

    private static AccessRecord Record(DashboardStorage storage) => new(new AuditQueries(storage.Own), NullLogger<AccessRecord>.Instance);

    private static TimeSpan? Life(ArgumentResult argument)
    {
        var text = argument.Tokens[0].Value;
        var unit = text.Length > 1 ? text[^1] : ' ';
        if (unit is 'h' or 'd' && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 36_500)
        {
            return unit == 'h' ? TimeSpan.FromHours(number) : TimeSpan.FromDays(number);
        }

        argument.AddError($"'{text}' is no length of time: a number and h or d was expected, such as 12h or 90d.");
        return null;
    }

    private static string At(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
