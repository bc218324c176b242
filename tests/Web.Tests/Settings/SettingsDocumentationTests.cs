using Dashboard.Core.Configuration.Options;
using Dashboard.Core.Configuration.Writing;
using Dashboard.Web.Commands;
using Dashboard.Web.Settings;

namespace Dashboard.Web.Tests.Settings;

/// <summary>The documentation says what the declarations say.</summary>
public sealed class SettingsDocumentationTests
{
    private static IEnumerable<(string Path, OptionDefinition Option)> All =>
        SettingsCatalog.New() is var catalog ? [.. catalog.Sections.SelectMany(section => section.Options.Select(option => ($"{section.Path}:{option.Name}", option))), .. catalog.Classes.All.SelectMany(each => each.Options.Select(option => ($"{each.Name}:{option.Name}", option)))] : [];

    [Fact]
    public async Task The_page_on_configuration_lists_every_option_as_it_is_declared()
    {
        var documented = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Documentation", "configuration.md"), TestContext.Current.CancellationToken);
        var declared = OptionHelp.ForDocumentation(SettingsCatalog.New());

        // What the page should have is left beside the test, to be copied.
        await File.WriteAllTextAsync(Path.Combine(AppContext.BaseDirectory, "configuration.actual.md"), declared, TestContext.Current.CancellationToken);
        Assert.Contains("## Every option", documented, StringComparison.Ordinal);
        Assert.Equal(declared.Trim(), documented[(documented.IndexOf("## Every option", StringComparison.Ordinal) + "## Every option".Length)..].Trim());
    }

    [Fact]
    public void Every_option_says_what_it_is_for() => Assert.Empty(All.Where(each => each.Option.Doc.Length < 8).Select(each => each.Path));

    [Fact]
    public void What_sounds_like_a_secret_is_one() => Assert.Empty(All
        .Where(each => !each.Option.IsSecret && each.Option.Type == OptionType.Text && (each.Option.Name.Contains("secret", StringComparison.OrdinalIgnoreCase) || each.Option.Name.Contains("password", StringComparison.OrdinalIgnoreCase) || each.Option.Name.Contains("connectionstring", StringComparison.OrdinalIgnoreCase) || each.Option.Name.EndsWith("key", StringComparison.OrdinalIgnoreCase)))
        .Select(each => each.Path).Except(["Access:Oidc:ClientSecretFile", "Access:Proxy:SecretFile", "Access:Proxy:SecretHeader", "S3Store:access_key", "RabbitStore:routing_key"]));

    [Fact]
    public void Every_default_is_what_its_own_declaration_allows() => Assert.All(All.Where(each => each.Option.Default is not null), each =>
    {
        Assert.NotNull(OptionText.Parse(each.Option, each.Option.Default!, out var expected));
        Assert.Null(expected);
    });

    [Fact]
    public void Help_lists_every_option()
    {
        var help = OptionHelp.ForTerminal(SettingsCatalog.New());
        Assert.All(All, each => Assert.Contains($"{each.Option.Name}=", help, StringComparison.Ordinal));
        Assert.All(help.Split('\n'), line => Assert.True(line.Length <= 120, line));
        Assert.True(Verbs.Asked(["--help"]));
        Assert.True(Verbs.Asked(["--admin.plugins=plugins", "-h"]));
        Assert.False(Verbs.Asked(["--admin.strict"]));
    }
}
