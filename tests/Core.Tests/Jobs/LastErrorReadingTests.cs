using System.Text.Json;
using Dashboard.Core.Jobs;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Dashboard.Core.Tests.Jobs;

public sealed class LastErrorReadingTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData(" {} ")]
    [InlineData("null")]
    public void Nothing_is_no_error(string? text) => Assert.Null(LastErrorReading.Of(text));

    [Theory]
    [InlineData("""{'type': <class 'labcmds.base.LabError'>, 'value': 'it\'s "both"', 'traceback': '  File "x"\n'}""", "labcmds.base.LabError", "it's \"both\"", "  File \"x\"\n")]
    [InlineData("""{'type': <type 'exceptions.ValueError'>, 'value': u'd\xe9j\xe0 \u2603 \U0001f600', 'traceback': ''}""", "exceptions.ValueError", "déjà ☃ 😀", "")]
    [InlineData("""{'type': <class 'a.<locals>.Err'>, 'value': b'd\xc3\xa9', 'traceback': None}""", "a.<locals>.Err", "dé", "")]
    [InlineData("""{"type": "<class 'x.Y'>", "value": "a\u0000b \ud83d", "traceback": "t"}""", "x.Y", "a\\u0000b \\ud83d", "t")]
    [InlineData("""{"value": "only"}""", "", "only", "")]
    public void Each_writers_shape_is_read(string text, string type, string value, string traceback) =>
        Assert.Equal(new JobError(type, value, traceback), LastErrorReading.Of(text));

    [Theory]
    [InlineData("[1]")]
    [InlineData("{")]
    [InlineData("{'type'")]
    [InlineData("{\"type\": \"x\", \"val")]
    [InlineData("{\"type\": \"x\"} and more")]
    [InlineData("Traceback (most recent call last):")]
    public void What_has_no_shape_is_kept_whole(string text)
    {
        var error = LastErrorReading.Of(text);
        Assert.Equal(new JobError(string.Empty, text, string.Empty, Readable: false), error);
    }

    [Property(MaxTest = 2_000)]
    public Property No_text_makes_it_throw() => Prop.ForAll(
        Gen.Elements("{", "}", "'", "\"", "\\", "\\u", "\\ud83d", "\\x4", "\\U00110000", ":", ",", "<class '", "'>", "None", "type", "value", "b'", "u\"", "\0", "é", "😀", "\n", "[", ")")
            .ListOf().Select(parts => string.Concat(parts)).ToArbitrary(),
        text => LastErrorReading.Of(text) is var error && LastErrorReading.Of(text, cut: true) is var cut
            && (error is null || !error.Value.Contains('\0', StringComparison.Ordinal)) && (cut is null || cut.Cut));

    [Property(MaxTest = 500)]
    public bool What_json_can_hold_comes_back_as_it_was(NonNull<string> value, NonNull<string> traceback)
    {
        var (expected, frames) = (value.Get.Replace("\0", "?", StringComparison.Ordinal), traceback.Get.Replace("\0", "?", StringComparison.Ordinal));
        if (expected.Any(char.IsSurrogate) || frames.Any(char.IsSurrogate))
        {
            return true;
        }

        var json = JsonSerializer.Serialize(new { type = "<class 'x.Y'>", value = expected, traceback = frames });
        return LastErrorReading.Of(json) == new JobError("x.Y", expected, frames);
    }

    // Quadratic work on four million characters would take hours, not the seconds this is given.
    [Theory(Timeout = 60_000)]
    [InlineData("{")]
    [InlineData("\\")]
    [InlineData("'")]
    [InlineData("{'a':'")]
    [InlineData("{'a':{")]
    [InlineData("<class '")]
    public async Task Four_megabytes_of_anything_are_read_in_one_pass(string part) =>
        Assert.NotNull(await Task.Run(() => LastErrorReading.Of("{'value': " + string.Concat(Enumerable.Repeat(part, 4_000_000 / part.Length))), TestContext.Current.CancellationToken));

    [Theory]
    [InlineData("ValueError('bad value',)", "bad value")]
    [InlineData("ValueError(\"it's\")", "it's")]
    [InlineData("AssertionError()", "")]
    [InlineData("IOError(2, 'No such file or directory')", "IOError(2, 'No such file or directory')")]
    [InlineData("no repr at all", "no repr at all")]
    [InlineData("ValueError('before\\x00after')", "before\\u0000after")]
    public void An_exceptions_repr_becomes_its_message_where_it_has_one(string repr, string message) => Assert.Equal(message, PythonException.Message(repr));
}
