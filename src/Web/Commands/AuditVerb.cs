using System.CommandLine;
using System.Text.Json;
using Dashboard.Core.Actions.Audit;
using Dashboard.Web.Actions;
using Dashboard.Web.Api;

namespace Dashboard.Web.Commands;

/// <summary><c>./run audit verify|export</c>: whether the record of who did what is whole, and the record itself.</summary>
internal static class AuditVerb
{
    public static Command Create() => new("audit", "The record of who did what.") { Verify(), Export() };

    private static Command Verify()
    {
        var heads = new Option<string[]>("--head")
        {
            Description = "A place noted outside of the database, SEQ:HASH, as an earlier run or the dashboard's log printed it; as often as wanted. Without one nobody can tell that the end was cut off.",
            AllowMultipleArgumentsPerToken = true,
        };
        var command = new Command("verify", "Goes through every line and says what was changed, taken out or moved. Exit code 0 when nothing was, else 1.") { heads };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var anchors = (parsed.GetValue(heads) ?? []).Select(text => AuditAnchor.Parse(text) ?? throw new VerbException($"'{text}' is no place in the audit; expected SEQ:HASH with 64 hexadecimal digits.")).ToList();
            await using var storage = await Verbs.OwnRecordsAsync(cancellationToken);
            var report = await AuditVerification.RunAsync(new AuditQueries(storage.Own), anchors, cancellationToken);
            var output = parsed.InvocationConfiguration.Output;
            foreach (var fault in report.Faults)
            {
                await output.WriteLineAsync(fault.Text);
            }

            await output.WriteLineAsync(report.Faults.Count == 0
                ? $"{report.Lines:N0} line{(report.Lines == 1 ? "" : "s")}, each bound to the one before it.{(report.Head is { } head ? $" Head {head}" : "")}"
                : $"{report.Lines:N0} line{(report.Lines == 1 ? "" : "s")}; the record was tampered with.");
            return report.Faults.Count == 0 ? 0 : 1;
        });
        return command;
    }

    private static Command Export()
    {
        const int Page = 1_000;
        var command = new Command("export", "Prints every line as JSON, oldest first.");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var storage = await Verbs.OwnRecordsAsync(cancellationToken);
            var queries = new AuditQueries(storage.Own);
            for (var after = 0L; ;)
            {
                var lines = await queries.OnwardAsync(after, Page, cancellationToken);
                foreach (var line in lines)
                {
                    await parsed.InvocationConfiguration.Output.WriteLineAsync(JsonSerializer.Serialize(ActivityWire.Of(line), WireJson.Options));
                }

                if (lines.Count < Page)
                {
                    return;
                }

                after = lines[^1].Sequence;
            }
        });
        return command;
    }
}
