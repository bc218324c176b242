using System.Text;
using System.Text.Json;
using Dashboard.Core.Failures;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runner;
using Dashboard.Core.Runner.Jobs;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Dashboard.Core.Tests.Runner.Jobs;

/// <summary>What holds for any text whatever.</summary>
public sealed class JobProperties
{
    private static readonly SubprocessRunner Runner = new(TimeProvider.System);

    private static readonly Gen<string> Argument = Gen.OneOf(
        Gen.Elements("a", " ", "'", "\"", "\\", "\n", "\t", "$HOME", "`id`", "$(id)", ";", "|", "*", "?", "-", "--", "é", "日本", "😀", "=", "%s", "{}", "#", ",", "\u0001").ArrayOf().Select(string.Concat),
        Gen.Elements("", "--help", "-n", "[", "]"));

    [Property(MaxTest = 60)]
    public Property Any_list_of_arguments_reaches_the_program_as_it_is() => Prop.ForAll(Argument.ListOf().Select(list => list.ToArray()).ToArbitrary(), arguments =>
    {
        // "x" first: a list of none is printed too.
        var result = Runner.RunAsync(new SubprocessCommand(["/usr/bin/printf", @"%s\036", "x", .. arguments, "end"]), Runs.Of("job"), CancellationToken.None).GetAwaiter().GetResult();
        return result.ExitCode == 0 && result.Output == string.Concat(arguments.Prepend("x").Append("end").Select(each => each + "\u001e"));
    });

    [Property(MaxTest = 500)]
    public Property Any_list_of_arguments_can_be_configured() => Prop.ForAll(Argument.ListOf().Select(list => list.ToArray()).ToArbitrary(), arguments =>
    {
        using var services = Runs.Services();
        string[] command = ["/bin/echo", .. arguments];
        var json = JsonSerializer.Serialize(command);
        var job = Runs.One($"[crontabber]\njobs='''say|1d'''\n[[class-say]]\nkind = subprocess\ncommand = '''{json}'''\n", services);
        return ((SubprocessBody)job.Body).Command.Arguments.SequenceEqual(command, StringComparer.Ordinal);
    });

    [Property(MaxTest = 2_000)]
    public Property What_is_written_of_a_failure_is_read_the_same_from_row_and_log() => Prop.ForAll(Argument.ToArbitrary(), message =>
    {
        var failure = RunFailure.Of(new FormatException(message));
        var row = LastErrorReading.Of(RunFailure.Json(failure.Error))!;
        return row.Readable && row.Type == "System.FormatException" && row.Value == failure.Error.Value
            && PythonException.Message(failure.Value) == failure.Error.Value && PythonStr.Of("FormatException", failure.Value) == failure.Error.Value
            && !failure.Value.Contains('\0', StringComparison.Ordinal);
    });

    [Property(MaxTest = 300)]
    public Property The_tail_is_the_end_of_what_was_said_in_whatever_pieces() => Prop.ForAll(
        Gen.Choose(0, 9_000).ListOf().Select(sizes => sizes.ToArray()).ToArbitrary(),
        sizes =>
        {
            var (tail, all) = (new OutputTail(), new StringBuilder());
            foreach (var size in sizes)
            {
                var piece = new string([.. Enumerable.Range(all.Length, size).Select(at => (char)('a' + (at % 23)))]);
                all.Append(piece);
                tail.Add(Encoding.UTF8.GetBytes(piece));
            }

            var text = tail.Text();
            return tail.Total == all.Length && text.Length == Math.Min(all.Length, OutputTail.Shown) && all.ToString().EndsWith(text, StringComparison.Ordinal);
        });
}
