using Dashboard.Core.Actions;
using Dashboard.Core.Backfill;
using Dashboard.Core.Database;
using Dashboard.Core.Dependencies;
using Dashboard.Core.Failures;
using Dashboard.Core.Jobs;
using Dashboard.Core.Ledger;
using Dashboard.Core.Notifications;
using Dashboard.Core.Pings;
using Dashboard.Core.Retries;
using Dashboard.Core.Runner;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Sources;
using Dashboard.Core.Stores;
using Dashboard.Core.Stores.Trees;
using Dashboard.Core.Verdicts;
using Dashboard.Web;
using Dashboard.Web.Access;
using Dashboard.Web.Actions;
using Dashboard.Web.Actions.Operations;
using Dashboard.Web.Api;
using Dashboard.Web.Backfill;
using Dashboard.Web.Commands;
using Dashboard.Web.Dependencies;
using Dashboard.Web.Failures;
using Dashboard.Web.Health;
using Dashboard.Web.Ingest;
using Dashboard.Web.Jobs;
using Dashboard.Web.Layout;
using Dashboard.Web.Ledger;
using Dashboard.Web.Live;
using Dashboard.Web.Pings;
using Dashboard.Web.Schedules;
using Dashboard.Web.Security;
using Dashboard.Web.Settings;
using Dashboard.Web.Sources;
using Dashboard.Web.Stores;
using Dashboard.Web.Verdicts;

if (Verbs.Asked(args))
{
    return await Verbs.RunAsync(args);
}

var settings = SettingsStart.Read(SourceArguments.Expand(args));
settings.Cover();
if (await settings.AnsweredAsync(Console.Out, Console.Error, CancellationToken.None) is { } answered)
{
    return answered;
}

if (settings.Exposed is { } exposed)
{
    await Console.Error.WriteLineAsync(exposed);
}

var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = SourceArguments.Expand(args), ContentRootPath = ContentRoot.Find() });
settings.Apply(builder);
builder.WebHost.UseStaticWebAssets();
if (StartRule.Refusal(builder.Configuration) is { } refusal)
{
    await Console.Error.WriteLineAsync(refusal);
    return StartRule.ExitCode;
}

if (await StoreTree.RefusalAsync(settings.First) is { } wrongStores)
{
    await Console.Error.WriteLineAsync(wrongStores);
    return StartRule.ExitCode;
}

builder.AddLogFormat();
builder.Services.AddSingleton(TimeProvider.System);

await using var storage = await Storage.OpenAsync(builder.Configuration);
if (storage is null)
{
    return Storage.ExitCode;
}

builder.Services.AddSettings(settings);
builder.Services.AddDatabase(storage).AddHostedService<RunningSign>();
builder.Services.AddSources(storage.Sources(SourceOptions.Read(builder.Configuration)));
builder.Services.AddJobs();
builder.Services.AddRuns();
builder.Services.AddSchedules();
builder.Services.AddDependencies();
builder.Services.AddBackfill();
builder.Services.AddFailures();
builder.Services.AddVerdicts();
builder.Services.AddLedger();
builder.Services.AddNotifications();
builder.Services.AddRetries();
builder.Services.AddPings();
builder.Services.AddStores();
builder.Services.AddActions();

builder.AddAccess();
builder.Services.AddApi();
builder.Services.AddSourceApi();
builder.Services.AddBackfillPages();
builder.Services.AddSingleton<IngestGate>();
builder.Services.AddLive();
builder.Services.AddHealth();
builder.Services.AddPages();
builder.Services.AddRunner(storage);

var app = builder.Build();
app.UseApiErrors();
app.UsePageErrors();
app.UseAccess();
app.MapStaticAssets().AllowAnonymous();
app.MapLogin();
app.MapPages();
app.MapActionForms();
app.MapLedgerForms();
app.MapVerdictFeeds();
app.MapApi().MapSources().MapSchedules().MapJobs().MapVerdicts().MapRuns().MapGraph().MapBackfill().MapFailures().MapRetries().MapStores().MapAccess().MapIngest().MapPingsRead().MapActions().MapOperations().MapActivity().MapLedger().MapSettings();
app.MapPings();
app.MapMonitoring();
app.MapApiDescription();
app.MapLive();
app.MapHealth();
await app.RunAsync();
return 0;

/// <summary>The dashboard.</summary>
public partial class Program;
