using Npgsql;

namespace Dashboard.Core.Sources;

/// <summary>
/// Carries out the operator's install and uninstall commands on an observed database: plans from its catalogue, then runs one statement at a time, and
/// after each proves that the scheduler's own writing still works; where it does not, takes everything back.
/// </summary>
public sealed class SourceInstaller(Source source, TimeProvider clock)
{
    private const int Attempts = 20;
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(250);

    /// <summary>The role to connect as instead of the watching one, usually the owner of the tables; its password comes from PGPASSWORD or .pgpass.</summary>
    public string? User { get; init; }

    /// <summary>What a wish would do, without doing it.</summary>
    public async Task<InstallPlan> PlanAsync(InstallWish wish, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await ConnectAsync(cancellationToken);
            return (await PlanAsync(connection, wish, cancellationToken)).Plan;
        }
        catch (Exception cause) when (cause is NpgsqlException or NothingToObserveException or TimeoutException)
        {
            return new([], [SourceTrouble.Sentence(cause, source)], []);
        }
    }

    /// <summary>Runs the plan of a wish; tells each step before it is taken.</summary>
    /// <returns>What went wrong, in one sentence; null when all is done.</returns>
    public async Task<string?> RunAsync(InstallWish wish, Action<InstallStep> tell, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await ConnectAsync(cancellationToken);
            var (plan, ground) = await PlanAsync(connection, wish, cancellationToken);
            return plan.Obstacles.Count > 0 ? string.Join(" ", plan.Obstacles) : await RunAsync(connection, plan, ground, tell, cancellationToken);
        }
        catch (Exception cause) when (cause is NpgsqlException or NothingToObserveException or TimeoutException)
        {
            return SourceTrouble.Sentence(cause, source);
        }
    }

    private async Task<string?> RunAsync(NpgsqlConnection connection, InstallPlan plan, SourceGround ground, Action<InstallStep> tell, CancellationToken cancellationToken)
    {
        var proof = new SchedulerProof(ground);
        try
        {
            await proof.RunAsync(connection, cancellationToken);
        }
        catch (PostgresException cause)
        {
            return $"Nothing was done: the scheduler's own writing could not be tried as role {ground.Server.Role} ({cause.SqlState}: {cause.MessageText}).";
        }

        var done = new Stack<InstallStep>();
        foreach (var step in plan.Steps)
        {
            tell(step);
            try
            {
                await TakeAsync(connection, step.Sql, step.Concurrently, cancellationToken);
                done.Push(step);
                await proof.RunAsync(connection, cancellationToken);
            }
            catch (PostgresException cause)
            {
                var left = await TakeBackAsync(connection, done, tell, step.Concurrently ? step.Undo : null);
                return $"Stopped at '{step.Sql}' ({cause.SqlState}: {cause.MessageText}); {left}.";
            }
        }

        return null;
    }

    private async Task<string> TakeBackAsync(NpgsqlConnection connection, Stack<InstallStep> done, Action<InstallStep> tell, string? first)
    {
        var undo = done.Where(step => step.Undo is not null).Select(step => new InstallStep(step.Undo!, "Taking back.") { Concurrently = step.Concurrently }).ToList();
        if (first is not null)
        {
            undo.Insert(0, new InstallStep(first, "Taking back.") { Concurrently = true });
        }

        foreach (var step in undo)
        {
            tell(step);
            await TakeAsync(connection, step.Sql, step.Concurrently, CancellationToken.None);
        }

        return undo.Count > 0 ? "what was done before is taken back" : "what was done before stays; run the command again to finish";
    }

    // A lock that is not granted within 200 ms is given up, so that nobody queues up behind us, and asked for again a little later.
    private async Task TakeAsync(NpgsqlConnection connection, string sql, bool concurrently, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await ExecuteAsync(connection, concurrently ? "set lock_timeout = 0; set statement_timeout = 0" : "reset lock_timeout; reset statement_timeout", cancellationToken);
                await ExecuteAsync(connection, sql, cancellationToken);
                return;
            }
            catch (PostgresException cause) when (cause.SqlState == PostgresErrorCodes.LockNotAvailable && attempt < Attempts)
            {
                await Task.Delay(BetweenAttempts, clock, cancellationToken);
            }
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<(InstallPlan Plan, SourceGround Ground)> PlanAsync(NpgsqlConnection connection, InstallWish wish, CancellationToken cancellationToken)
    {
        var (_, ground) = CapabilityRule.Judge(await CapabilityProbe.LookAsync(connection, cancellationToken), source);
        var plan = InstallRule.For(wish, ground, await InstallFacts.ReadAsync(connection, ground, cancellationToken));
        return (ground.Pooled ? plan with { Obstacles = [.. plan.Obstacles, "Installing needs a direct connection, not one through a pooler."] } : plan, ground);
    }

    private async Task<NpgsqlConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(source.ConnectionString)
        {
            ApplicationName = "dash-install",
            Pooling = false,
            Timeout = 5,
            CommandTimeout = 30,
            Enlist = false,
            IncludeErrorDetail = false,
            PersistSecurityInfo = false,
            Options = "-c lock_timeout=200ms -c statement_timeout=10s",
        };
        if (User is not null && User != settings.Username)
        {
            settings.Username = User;
            settings.Password = null;
        }

        var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
