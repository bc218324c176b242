using Microsoft.Extensions.Logging.Console;

namespace Dashboard.Web;

/// <summary>
/// How the log is written: to standard error, as lines for a person at a terminal and as JSON for whatever collects it otherwise. Standard output is for
/// what the person who started the dashboard is told. See docs/decisions/0005-built-in-log.md.
/// </summary>
internal static class LogFormat
{
    public static WebApplicationBuilder AddLogFormat(this WebApplicationBuilder builder)
    {
        var console = builder.Configuration["Logging:Console:FormatterName"];
        builder.Logging.AddJsonConsole(json =>
        {
            json.UseUtcTimestamp = true;
            json.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
        });
        builder.Logging.AddSimpleConsole(simple =>
        {
            simple.SingleLine = true;
            simple.UseUtcTimestamp = true;
            simple.TimestampFormat = "HH:mm:ss'Z' ";
        });
        builder.Services.PostConfigure<ConsoleLoggerOptions>(options =>
        {
            options.FormatterName = console ?? (Console.IsErrorRedirected ? ConsoleFormatterNames.Json : ConsoleFormatterNames.Simple);
            options.LogToStandardErrorThreshold = LogLevel.Trace;
        });
        return builder;
    }
}
