using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Sources;
using Dashboard.Core.Verdicts;
using Dashboard.Web;
using Dashboard.Web.Jobs;
using Dashboard.Web.Layout;
using Dashboard.Web.Live;
using Dashboard.Web.Security;

var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = ContentRoot.Find() });
builder.WebHost.UseStaticWebAssets();
builder.Services.AddSingleton(TimeProvider.System);

builder.Services.AddSources(SourceOptions.Read(builder.Configuration));
builder.Services.AddJobs();
builder.Services.AddRuns();
builder.Services.AddVerdicts();

builder.Services.AddAccess();
builder.Services.AddLive();
builder.Services.AddPages();

var app = builder.Build();
app.UseAccess();
app.MapStaticAssets();
app.MapPages();
app.MapJobs();
app.MapLive();
app.Run();

/// <summary>The dashboard.</summary>
public partial class Program;
