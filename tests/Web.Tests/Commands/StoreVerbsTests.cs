using System.CommandLine;
using Dashboard.Core.Stores;
using Dashboard.Core.Stores.Crashes;
using Dashboard.Core.Stores.Files;
using Dashboard.Kit;
using Dashboard.Web.Commands;
using Microsoft.Extensions.Configuration;

namespace Dashboard.Web.Tests.Commands;

/// <summary><c>./run migrate-store</c>, <c>compare-stores</c> and <c>probe-store</c>, from the words on the command line to crashes in files.</summary>
public sealed class StoreVerbsTests : IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dashboard-store-verbs-");
    private readonly CrashId id = CrashId.Parse("0bba929f-8721-460c-dead-a43c22150331");
    private string database = "";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Old => $"files:{Path.Combine(folder.FullName, "old")}";

    private string New => $"files:{Path.Combine(folder.FullName, "new")}";

    public async ValueTask InitializeAsync()
    {
        database = await (await TestPostgres.SharedAsync()).NewDatabaseAsync();
        folder.CreateSubdirectory("old");
        folder.CreateSubdirectory("new");
        await using var store = Store("old");
        await store.SaveRawCrashAsync(RawCrash.Parse("""{"ProductName":"Firefox"}"""), new Dumps([KeyValuePair.Create("dump", Dump.Of("MDMP"u8.ToArray()))]), id, Stop);
    }

    public ValueTask DisposeAsync()
    {
        folder.Delete(recursive: true);
        return default;
    }

    [Fact]
    public async Task A_copy_is_made_once_and_the_comparison_says_how_sure_it_is()
    {
        var before = await AskAsync("compare-stores", Old, New, "--from", "2015-03-31", "--to", "2015-03-31");
        var copied = await AskAsync("migrate-store", Old, New, "--from", "2015-03-31", "--to", "2015-03-31");
        var again = await AskAsync("migrate-store", Old, New, "--from", "2015-03-31", "--to", "2015-03-31");
        var after = await AskAsync("compare-stores", Old, New, "--from", "2015-03-31", "--to", "2015-03-31", "--sample", "1");

        Assert.Equal(1, before.Code);
        Assert.Contains($"{id} raw crash: missing", before.Output, StringComparison.Ordinal);
        Assert.Equal((0, 0, 0), (copied.Code, again.Code, after.Code));
        Assert.StartsWith("16 of 16 parts done: 1 crash, 2 things copied (0.0 MB), 1 there already.", copied.Output, StringComparison.Ordinal);
        Assert.Equal(copied.Output, again.Output);
        Assert.Contains("3 things were drawn by chance and read, 0 differed: of those in both at most 6.3E-1 differ at 95 % confidence", after.Output, StringComparison.Ordinal);
        await using var store = Store("new");
        Assert.Equal("Firefox", (await store.GetRawCrashAsync(id, Stop)).Text("ProductName"));
    }

    [Fact]
    public async Task What_is_something_else_in_the_target_stays_and_is_said()
    {
        await using (var store = Store("new"))
        {
            await store.SaveRawCrashAsync(RawCrash.Parse("""{"ProductName":"Fennec"}"""), Dumps.None, id, Stop);
        }

        var copied = await AskAsync("migrate-store", Old, New, "--from", "2015-03-31", "--to", "2015-03-31");

        Assert.Equal(1, copied.Code);
        Assert.Contains("1 something else in the target, where it stays", copied.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_taken_away_after_the_copy_of_its_day_was_done_is_copied_by_its_id()
    {
        await AskAsync("migrate-store", Old, New, "--from", "2015-03-31", "--to", "2015-03-31");
        await using (var store = Store("new"))
        {
            await store.RemoveAsync(id, Stop);
        }

        var nowhere = CrashId.New(new DateOnly(2015, 3, 31));
        var copied = await AskAsync("copy-crash", Old, New, id.Value);
        var again = await AskAsync("copy-crash", Old, New, id.Value, nowhere.Value);

        Assert.Equal((0, $"{id}: 2 copied, 1 there already\n"), (copied.Code, copied.Output));
        Assert.Equal((1, $"{id}: 0 copied, 3 there already\n{nowhere}: not in {Old}\n"), (again.Code, again.Output));
        Assert.Equal(0, (await AskAsync("compare-stores", Old, New, "--from", "2015-03-31", "--to", "2015-03-31")).Code);
    }

    [Fact]
    public async Task A_store_that_works_and_one_that_is_not_there_are_told_apart()
    {
        var works = await AskAsync("probe-store", Old, "--deadline", "60");
        var gone = await AskAsync("probe-store", "files:/proc/no/such/place");

        Assert.Equal(0, works.Code);
        Assert.Equal(["put", "get", "list", "says", "creates", "lists", "tells", "tells"], works.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0]));
        Assert.Equal(1, gone.Code);
        Assert.StartsWith("put      failed", gone.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_somebody_vouches_for_stands_in_the_checklist_with_its_line_in_the_audit()
    {
        var unsaid = await AskAsync("cut-over", Old, New);
        var vouched = await AskAsync("cut-over", Old, New, "--vouch", "drill", "--because", "killed it twice on Monday");
        var tried = await AskAsync("cut-over", Old, New, "--marker", Path.Combine(folder.FullName, "nothing.ini"));

        Assert.Equal((1, 1, 1), (unsaid.Code, vouched.Code, tried.Code));
        Assert.Contains("unsaid    drill      Faults were rehearsed on the new store: refusals, hanging, a killed process. Nobody has said so.", unsaid.Output, StringComparison.Ordinal);
        Assert.Contains($"ready     drill      Faults were rehearsed on the new store: refusals, hanging, a killed process. killed it twice on Monday ({Environment.UserName}, line 1 of the audit)", vouched.Output, StringComparison.Ordinal);
        Assert.Contains("not yet   marker ", tried.Output, StringComparison.Ordinal);
        Assert.Contains("ready     drill ", tried.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--vouch takes --because: how you know.", "cut-over", "files:/a", "files:/b", "--vouch", "drill")]
    [InlineData("--vouch takes one of budget, capacity, drill.", "cut-over", "files:/a", "files:/b", "--vouch", "parity", "--because", "I looked")]
    [InlineData("'31.3.2015' is no day; one is written as 2015-03-31.", "compare-stores", "files:/a", "files:/b", "--from", "31.3.2015", "--to", "2015-03-31")]
    [InlineData("Option '--to' is required.", "migrate-store", "files:/a", "files:/b", "--from", "2015-03-31")]
    [InlineData("--sample takes a number from 0 to 1.", "compare-stores", "files:/a", "files:/b", "--from", "2015-03-31", "--to", "2015-03-31", "--sample", "nan")]
    [InlineData("--parallel takes a number from 1 to 1000.", "migrate-store", "files:/a", "files:/b", "--from", "2015-03-31", "--to", "2015-03-31", "--parallel", "0")]
    [InlineData("--deadline takes seconds, more than 0 and at most 3600.", "probe-store", "files:/a", "--deadline", "0")]
    [InlineData("'a' is no address of a store", "probe-store", "a")]
    [InlineData("'me' is no id of a crash.", "copy-crash", "files:/a", "files:/b", "me")]
    [InlineData("There is no secret for nobody: set StoreSecrets__nobody", "probe-store", "s3:http://nobody@127.0.0.1:1/crashes")]
    public async Task Arguments_that_mean_nothing_are_refused_before_anything_is_opened(string complaint, params string[] arguments)
    {
        var (code, _, error) = await AskAsync(arguments);

        Assert.Equal(1, code);
        Assert.Contains(complaint, error, StringComparison.Ordinal);
    }

    private FileStore Store(string name) => new(name, new FileTree(Path.Combine(folder.FullName, name)), StoreContext.Silent);

    private async Task<(int Code, string Output, string Error)> AskAsync(params string[] arguments)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("ConnectionStrings:Dashboard", database)]).Build();
        var root = new RootCommand();
        foreach (var verb in StoreVerbs.Create(() => settings, TimeProvider.System))
        {
            root.Add(verb);
        }

        await using var output = new StringWriter();
        await using var error = new StringWriter();
        try
        {
            var code = await root.Parse(arguments).InvokeAsync(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false }, Stop);
            return (code, output.ToString(), error.ToString());
        }
        catch (VerbException cause)
        {
            // As the program says it.
            return (1, output.ToString(), $"{error}{cause.Message}\n");
        }
    }
}
