using System.CommandLine;
using System.Globalization;
using Dashboard.Core.Database;
using Dashboard.Core.Retries.Executor;
using Dashboard.Core.Stores;
using Dashboard.Core.Stores.Copying;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.Health;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dashboard.Web.Commands;

/// <summary><c>./run copy-crash FROM TO ID…</c>: repairs what a comparison found missing, crash by crash, whether a copy of its day is done or not.</summary>
internal static class CopyCrashVerb
{
    public static Command Create(Func<IConfiguration> configuration, TimeProvider clock)
    {
        var from = new Argument<string>("FROM") { Description = $"The store that has them: {StoreAddress.Forms}" };
        var to = new Argument<string>("TO") { Description = "The store that is to have them" };
        var ids = new Argument<CrashId[]>("ID")
        {
            Description = "A crash, as often as wanted",
            Arity = ArgumentArity.OneOrMore,
            CustomParser = result => [.. result.Tokens.Select(token =>
            {
                if (!CrashId.TryParse(token.Value, out var id))
                {
                    result.AddError($"'{token.Value}' is no id of a crash.");
                }

                return id;
            })],
        };
        var command = new Command(
            "copy-crash",
            "Copies what one store keeps of some crashes and the other has not: what a comparison found missing. Nothing is overwritten and nothing is removed. Exit code 0 when the other store has all of it, else 1.")
        {
            from, to, ids,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var storage = await DashboardStorage.VisitAsync(configuration(), clock, cancellationToken);
            await using var telling = await StoreTelling.BeginAsync(configuration(), storage.Own, clock, cancellationToken);
            var pace = new CopyPace(1, clock, telling.Retries);
            var context = new StoreContext(ExecutorIdentity.OfThisProcess("copy-crash", "stores"), pace, clock, NullLoggerFactory.Instance);
            await using var source = new MeteredStore(StoreVerbs.Open(parsed.GetValue(from)!, context, configuration()), telling.Meter);
            await using var target = new MeteredStore(StoreVerbs.Open(parsed.GetValue(to)!, context, configuration()), telling.Meter);
            var copier = new Copier(source, target, new CopyLedger(storage.Own), pace, clock, "copy-crash");
            var whole = true;
            foreach (var id in parsed.GetValue(ids)!)
            {
                var copied = await StoreVerbs.TryAsync(() => copier.CopyOneAsync(id, cancellationToken));
                var found = copied.Created + copied.Present + copied.Failures.Count > 0;
                whole &= found && copied.Failures.Count == 0;
                await parsed.InvocationConfiguration.Output.WriteLineAsync(found
                    ? string.Create(CultureInfo.InvariantCulture, $"{id}: {copied.Created:N0} copied, {copied.Present:N0} there already{string.Concat(copied.Failures.Select(failure => $"; {failure.Item} {Why(failure)}"))}")
                    : $"{id}: not in {source.Name}");
            }

            return whole ? 0 : 1;
        });
        return command;
    }

    private static string Why(CopyFailure failure) => failure.Outcome switch
    {
        CopyFailureKind.Conflict => "is something else there, and stays",
        CopyFailureKind.Torn => "is named and not there",
        _ => $"could not be copied: {failure.Error}",
    };
}
