using System.Text;
using Dashboard.Core.Stores.Composites;
using Dashboard.Core.Stores.Crashes;

namespace Dashboard.Core.Tests.Stores;

public sealed class CrashPartsTests
{
    private static readonly CrashId Id = CrashId.Parse("0bba929f-8721-460c-dead-a43c20150331");

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public void Redacting_takes_deep_keys_and_leaves_the_crash_it_was_given_whole()
    {
        var whole = ProcessedCrash.Parse("""{"uuid":"x","url":"http://a","json_dump":{"sensitive":{"exploitability":"high"},"threads":[1]},"memory_info":5}""");

        var redacted = Redactor.Default.Redact(whole);

        Assert.Equal("""{"uuid":"x","json_dump":{"threads":[1]}}""", redacted.ToString());
        Assert.Contains("http://a", whole.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_forbidden_key_that_leads_through_a_text_is_passed_over_where_the_original_failed() =>
        Assert.Equal("""{"json_dump":"none"}""", Redactor.Default.Redact(ProcessedCrash.Parse("""{"json_dump":"none"}""")).ToString());

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("")]
    public void What_is_no_json_object_is_no_crash(string json) => Assert.Throws<FormatException>(() => RawCrash.Parse(json));

    [Fact]
    public void A_processed_crash_is_found_by_either_name_of_its_id()
    {
        Assert.Equal(Id, ProcessedCrash.Parse($$"""{"uuid":"{{Id}}"}""").Id);
        Assert.Equal(Id, ProcessedCrash.Parse($$"""{"crash_id":"{{Id}}"}""").Id);
        Assert.Throws<FormatException>(() => ProcessedCrash.Parse($$"""{"crash_id":"{{Id}}","uuid":"other"}""").Id);
        Assert.Throws<FormatException>(() => ProcessedCrash.Parse("{}").Id);
    }

    [Fact]
    public void The_first_dump_has_one_name_whatever_it_was_sent_under()
    {
        Assert.All([null, "", "dump", "upload_file_minidump"], name => Assert.Equal("dump", DumpName.Canonical(name)));
        Assert.Throws<FormatException>(() => new Dumps([KeyValuePair.Create("dump", Dump.Of(default)), KeyValuePair.Create("upload_file_minidump", Dump.Of(default))]));
    }

    [Theory]
    [InlineData("../etc/passwd")]
    [InlineData(".hidden")]
    [InlineData("a/b")]
    [InlineData("a b")]
    public void A_name_that_would_lead_elsewhere_is_no_name_of_a_dump(string name) => Assert.Throws<FormatException>(() => DumpName.Canonical(name));

    [Fact]
    public async Task Dumps_become_files_that_say_they_are_temporary()
    {
        var folder = Directory.CreateTempSubdirectory("dashboard-test-dumps-");
        try
        {
            var paths = await SampleCrashes.Dumps.ToFilesAsync(Id, folder.FullName, ".dump", Now);

            Assert.Equal(Path.Combine(folder.FullName, $"{Id}.upload_file_minidump.TEMPORARY.dump"), paths["dump"]);
            Assert.Equal("MDMP of flash", await File.ReadAllTextAsync(paths["upload_file_minidump_flash1"], Now));
            var again = new Dumps(paths.Select(one => KeyValuePair.Create(one.Key, Dump.OfFile(one.Value))));
            Assert.Equal("MDMP the first", Encoding.UTF8.GetString((await (await again.InMemoryAsync(Now))["dump"].BytesAsync(Now)).Span));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Names_of_dumps_are_read_as_any_store_wrote_them()
    {
        Assert.Equal(["dump", "upload_file_minidump_flash1"], DumpNames.Read("""["upload_file_minidump_flash1", "upload_file_minidump"]"""u8));
        Assert.Throws<FormatException>(() => DumpNames.Read("{}"u8));
    }

    [Theory]
    [InlineData("legacy_processing", """{"legacy_processing": 1}""", true)]
    [InlineData("legacy_processing", """{"legacy_processing": 0}""", false)]
    [InlineData("legacy_processing", "{}", false)]
    [InlineData("""lambda crash: crash.get("legacy_processing")""", """{"legacy_processing": true}""", true)]
    [InlineData("not legacy_processing", "{}", true)]
    [InlineData("ProductName == \"Fennec\"", """{"ProductName": "Fennec"}""", true)]
    [InlineData("ProductName != 'Fennec'", """{"ProductName": "Fennec"}""", false)]
    [InlineData("throttle == 2", """{"throttle": 2.0}""", true)]
    [InlineData("throttle == 2", """{"throttle": "2"}""", false)]
    [InlineData("always", "{}", true)]
    [InlineData("never", "{}", false)]
    public void A_crash_is_put_off_by_a_rule_that_is_read_where_the_original_ran_it(string rule, string crash, bool expected) =>
        Assert.Equal(expected, DeferralRule.Parse(rule).Defers(RawCrash.Parse(crash)));

    [Theory]
    [InlineData("lambda crash: __import__('os').system('true')")]
    [InlineData("a == b")]
    [InlineData("")]
    public void Any_other_rule_is_refused(string rule) => Assert.Throws<FormatException>(() => DeferralRule.Parse(rule));
}
