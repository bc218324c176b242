using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json;
using Dashboard.Core.Access;
using Dashboard.Core.Actions;
using Dashboard.Core.Actions.Operations;
using Dashboard.Core.Ledger;
using Dashboard.Kit;
using Dashboard.Web.Settings;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.JSInterop;
using Npgsql;

namespace Dashboard.Web.Tests.Security;

/// <summary>
/// Whatever a circuit or a hub could be made to call, found by reflection so that nothing is missing: what acts asks the service with a fresh look at who that is, and what a
/// component can reach beside that only reads.
/// </summary>
public sealed class ForgedCallsTests(SharedDashboard shared)
{
    /// <summary>The services that change something, or say who may.</summary>
    private static readonly Type[] Acting = [typeof(OperatorActions), typeof(OperatorOperations), typeof(OperatorVerdicts), typeof(AccessDesk), typeof(SettingsDesk)];

    /// <summary>What else components are given: feeds and readers, what draws, and what leads to another page. Anything new here has to be argued for.</summary>
    private static readonly string[] Reading =
    [
        "AuditQueries", "Feed<MovesSnapshot>", "Feed<PingsSnapshot>", "Feed<RetriesSnapshot>", "Feed<StoresSnapshot>", "FrameRule", "IAuthority", "IJSRuntime", "ILedgerReader", "JobSlots", "LivePage", "NavigationManager", "RunHistories", "ShownSources",
        "TimeProvider", "ConfigurationReload",
    ];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private RunningDashboard Dashboard => shared.Running;

    [Fact]
    public void A_component_is_given_nothing_that_acts_but_what_asks_first()
    {
        var components = typeof(Program).Assembly.GetTypes().Where(type => type.IsAssignableTo(typeof(ComponentBase))).ToList();
        var given = components
            .SelectMany(type => type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(property => property.GetCustomAttribute<InjectAttribute>() is not null)
            .Select(property => Name(property.PropertyType))
            .ToHashSet(StringComparer.Ordinal);

        Assert.InRange(components.Count, 50, int.MaxValue);
        Assert.Empty(given.Except(Reading).Except(Acting.Select(Name)));
    }

    [Fact]
    public void Scripts_can_call_nothing_but_the_rows_of_the_list()
    {
        var called = typeof(Program).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(method => method.GetCustomAttribute<JSInvokableAttribute>() is not null)
            .Select(method => $"{method.DeclaringType!.Name}.{method.Name}");

        Assert.Equal(["JobTable.InSight"], called);
    }

    /// <summary>An actor made up by whoever calls, with a role to his liking and a session that never was.</summary>
    [Fact]
    public async Task Whatever_role_a_caller_claims_each_method_of_what_acts_asks_the_records()
    {
        var before = await RowsAsync();
        var forged = new Actor("mallory", Role.Admin, ActorVia.Link, "203.0.113.7") { Session = Guid.NewGuid() };
        var called = new List<string>();
        foreach (var type in Acting)
        {
            var service = Dashboard.Services.GetRequiredService(type);
            foreach (var method in type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly).Where(method => !method.IsSpecialName))
            {
                var name = $"{type.Name}.{method.Name}";
                Assert.True(method.GetParameters().FirstOrDefault()?.ParameterType == typeof(Actor), $"{name} does not say for whom.");
                var answer = await ResultAsync(method.Invoke(service, [.. method.GetParameters().Select(parameter => Argument(parameter, forged))])!);
                Assert.True(IsRefusal(answer), $"{name} let somebody through: {answer}");
                called.Add(name);
            }
        }

        Assert.InRange(called.Count, 20, int.MaxValue);
        Assert.Equal(before, await RowsAsync());
    }

    [Fact]
    public async Task A_program_that_calls_whatever_it_likes_changes_no_row_and_an_action_leaves_a_line()
    {
        var before = await RowsAsync();
        await using var hub = new HubConnectionBuilder()
            .WithUrl(new Uri(Dashboard.Url, "/hubs/live"), options => options.AccessTokenProvider = () => Task.FromResult<string?>(Dashboard.Key))
            .Build();
        await hub.StartAsync(Stop);
        var hubs = typeof(Program).Assembly.GetTypes().Where(type => type.IsAssignableTo(typeof(Hub)) && !type.IsAbstract).ToList();
        Assert.Equal(["LiveHub"], hubs.Select(type => type.Name));
        Assert.Equal(["Resync", "Verdicts", "Watch"], hubs[0].GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly).Where(method => !method.IsVirtual).Select(method => method.Name).Order(StringComparer.Ordinal));
        foreach (var name in Acting.SelectMany(type => type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly)).Select(method => method.Name)
            .Concat(["DispatchEventAsync", "BeginInvokeDotNetFromJS", "StartCircuit", "OnConnectedAsync", "Dispose", "Replace"]).Distinct(StringComparer.Ordinal))
        {
            await Assert.ThrowsAnyAsync<HubException>(() => hub.InvokeCoreAsync(name, [], Stop));
        }

        // As a program of a viewer's, over plain requests: refused, and kept.
        using var viewer = Dashboard.NewClient();
        viewer.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Dashboard.Key);
        using var made = await viewer.PostAsJsonAsync("/api/v1/plans", new { kind = "reset", app_name = "ftpscraper" }, Stop);
        var id = JsonDocument.Parse(await made.Content.ReadAsStringAsync(Stop)).RootElement.GetProperty("id").GetGuid();
        using var refused = await viewer.PostAsJsonAsync($"/api/v1/plans/{id}/commit", new { reason = "mine now", name = "ftpscraper" }, Stop);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Equal(before, await RowsAsync());
        var denied = JsonDocument.Parse(await viewer.GetStringAsync(new Uri("/api/v1/activity?event=denied&job=ftpscraper", UriKind.Relative), Stop)).RootElement.GetProperty("lines");
        Assert.Contains(denied.EnumerateArray(), line => line.GetProperty("kind").GetString() == "reset");
    }

    private static bool IsRefusal(object? answer) => answer switch
    {
        null => true,
        AccessOutcome outcome => !outcome.Done,
        _ => answer.GetType().GetProperty("IsDenied")?.GetValue(answer) is true || answer.GetType().GetProperty("Granted")?.GetValue(answer) is false,
    };

    private static object? Argument(ParameterInfo parameter, Actor forged) => parameter.ParameterType switch
    {
        var type when type == typeof(Actor) => forged,
        var type when type == typeof(CancellationToken) => Stop,
        var type when type == typeof(string) => "ftpscraper",
        var type when type == typeof(Guid) => Guid.NewGuid(),
        var type when type == typeof(ActionWish) => new ActionWish(ActionKind.Reset, "demo", "ftpscraper"),
        var type when type == typeof(IReadOnlyCollection<string>) => (string[])["ftpscraper"],
        var type when type == typeof(TimeSpan) => TimeSpan.FromDays(1),
        var type when type == typeof(DateTimeOffset) => DateTimeOffset.UnixEpoch.AddYears(90),
        var type when type == typeof(Barred) => new Barred(ActorVia.Proxy, "mallory", "mallory", DateTimeOffset.UnixEpoch, "mallory"),
        var type when type.IsValueType => Activator.CreateInstance(type),
        _ => null,
    };

    private static async Task<object?> ResultAsync(object pending)
    {
        if (pending is not Task task)
        {
            return pending;
        }

        await task;
        return task.GetType().GetProperty("Result")?.GetValue(task);
    }

    private static string Name(Type type) => type.IsGenericType ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(argument => argument.Name))}>" : type.Name;

    private async Task<string> RowsAsync()
    {
        await using var source = NpgsqlDataSource.Create(Dashboard.Sources[0].ConnectionString);
        await using var command = source.CreateCommand("select string_agg(xmin::text || crontabber::text, '|' order by app_name) from crontabber");
        return (string)(await command.ExecuteScalarAsync(Stop))!;
    }
}
