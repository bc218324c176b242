using System.CommandLine;
using Dashboard.Core.Conformance;

namespace Dashboard.Web.Commands;

/// <summary><c>./run conformance PATH…</c>: puts recorded questions to the real programs to our rules and counts the answers that agree.</summary>
internal static class ConformanceVerb
{
    public static Command Create()
    {
        var paths = new Argument<string[]>("path")
        {
            Description = "Vectors files, {\"about\": …, \"cases\": […]}, or folders of them",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new Command("conformance", "Compares the scheduler's rules with recorded answers of the real programs; 0 when all agree.") { paths };
        command.SetAction(async (parsed, cancellationToken) =>
            await RunAsync(parsed.GetValue(paths)!, parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string[] paths, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        var (passed, failed, unread) = (0, 0, 0);
        foreach (var path in paths.SelectMany(Files))
        {
            try
            {
                var report = await VectorFile.RunAsync(path, cancellationToken);
                (passed, failed) = (passed + report.Passed, failed + report.Failed);
                await output.WriteLineAsync($"{path} ({report.Format}): {report.Passed} passed, {report.Failed} failed");
                foreach (var each in report.Cases.Where(each => !each.Passed))
                {
                    await output.WriteLineAsync($"  FAILED {each.Name}: {each.Difference}");
                }
            }
            catch (UnknownVectorsException cause)
            {
                unread++;
                await error.WriteLineAsync(cause.Message);
            }
        }

        await output.WriteLineAsync($"{passed} passed, {failed} failed");
        if (passed + failed == 0)
        {
            await error.WriteLineAsync("Nothing was compared.");
        }

        return failed == 0 && unread == 0 && passed > 0 ? 0 : 1;
    }

    private static IEnumerable<string> Files(string path) =>
        Directory.Exists(path) ? Directory.EnumerateFiles(path, "*.json").Order(StringComparer.Ordinal) : [path];
}
