using System.CommandLine;
using Dashboard.Core.Sources;

namespace Dashboard.Web.Commands;

/// <summary><c>./run sources</c>: the databases the configuration names.</summary>
internal static class SourcesVerb
{
    public static Command Create()
    {
        var command = new Command("sources", "The observed databases, as configured, without their secrets.");
        command.SetAction(async (parsed, _) =>
        {
            var sources = SourceOptions.Read(Verbs.Configuration());
            var output = parsed.InvocationConfiguration.Output;
            if (sources.Count == 0)
            {
                await output.WriteLineAsync("None is configured: the living sample and the demo in the embedded PostgreSQL are shown. Add one: ./run --source \"Host=…;Database=…\", or the section Sources of appsettings.json");
            }

            foreach (var source in sources)
            {
                var mode = source.Capture is { } capture ? $"{capture}".ToLowerInvariant() : "by default";
                await output.WriteLineAsync($"{source.Name}  {source.Address}  schema {source.Schema ?? "looked for"}  changes noticed: {mode}");
            }
        });
        return command;
    }
}
