using Dashboard.Core.Dependencies;
using Dashboard.Core.Jobs;
using Dashboard.Core.Runs;
using Dashboard.Core.Schedules;
using Dashboard.Core.Verdicts;
using FsCheck.Xunit;

namespace Dashboard.Core.Tests.Dependencies;

/// <summary>Whatever the graph and the rows: the order keeps parents before children, and a tick stepped row by row does what the rule said.</summary>
public sealed class TickPropertyTests
{
    private static readonly DateTimeOffset Now = new(2014, 9, 5, 9, 0, 30, TimeSpan.Zero);

    [Property(MaxTest = 300)]
    public void Every_parent_comes_before_its_children(byte count, (byte, byte)[] edges)
    {
        var book = BookOf(count, edges, acyclic: false);
        var order = RunOrder.Of(book.Jobs.Select(job => new JobNode(job.Name, job.DependsOn)));
        if (order.Error is not null)
        {
            Assert.True(order.Cycle is not null || book.Jobs.All(job => job.DependsOn.Count > 0));
            return;
        }

        var place = order.Names.Select((name, i) => (name, i)).ToDictionary(pair => pair.name, pair => pair.i);
        Assert.Equal(book.Jobs.Select(job => job.Name).Order(), order.Names.Order());
        Assert.All(book.Jobs, job => Assert.All(job.DependsOn.Where(parent => parent != job.Name && place.ContainsKey(parent)), parent => Assert.True(place[parent] < place[job.Name])));
    }

    [Property(MaxTest = 500)]
    public void A_tick_in_which_every_run_succeeds_does_what_was_said(byte count, (byte, byte)[] edges, byte[] states)
    {
        var book = BookOf(count, edges, acyclic: true);
        var rows = RowsOf(book, states);
        var tick = Captured.Tick(book, Now, rows.Values);

        var real = Stepped(book, rows, succeeds: _ => true);

        Assert.Equal(real.Started, tick.Jobs.Where(job => job.Outcome == TickOutcome.Runs).Select(job => job.Name));
        Assert.Equal(real.EndsAt, tick.EndsAt);
    }

    [Property(MaxTest = 500)]
    public void A_tick_in_which_runs_fail_starts_exactly_those_whose_conditions_were_met(byte count, (byte, byte)[] edges, byte[] states, byte[] luck)
    {
        var book = BookOf(count, edges, acyclic: true);
        var rows = RowsOf(book, states);
        var tick = Captured.Tick(book, Now, rows.Values);
        bool Succeeds(string name) => luck is not { Length: > 0 } || luck[Number(name) % luck.Length] % 3 != 0;

        var real = Stepped(book, rows, Succeeds);

        // Everybody that was started was said to run, and whoever was not had a parent, named as a condition, that did not succeed.
        // A lock that would have ended the tick does not when its parent fails first; what then happens behind it is what was said of a tick that comes so far.
        var started = real.Started.ToHashSet();
        Assert.All(tick.Jobs.TakeWhile(job => job.Name != real.EndsAt), job => Assert.Equal(
            job.Otherwise == TickOutcome.Runs && job.After.All(parent => started.Contains(parent) && Succeeds(parent)), started.Contains(job.Name)));
    }

    [Property(MaxTest = 1_000)]
    public void What_is_asked_again_after_a_change_is_what_a_walk_from_nothing_finds(byte count, (byte, byte)[] edges, byte[] states, (byte Job, byte State, byte Minutes)[] changes, bool own, bool configured)
    {
        var book = BookOf(count, edges, acyclic: false);
        book = configured ? book : book with { IsConfigured = false };
        var known = RowsOf(book, states).Values.ToDictionary(row => row.Name);
        var (now, before) = (Now, TickSnapshot.Empty("test"));
        var runner = new TickRunner { IsOwn = own };
        foreach (var (job, state, minutes) in changes.Prepend(((byte)0, (byte)255, (byte)0)))
        {
            var name = book.Jobs[job % book.Jobs.Count].Name;
            var place = book.Jobs.Select((each, i) => (each.Name, i)).First(each => each.Name == name).i;
            if (RowsOf(book, [.. Enumerable.Repeat(state, place + 1)]).TryGetValue(name, out var row) && state != 255)
            {
                known[name] = row;
            }

            now += TimeSpan.FromMinutes(minutes % 8 == 7 ? minutes : 0);
            var rows = Captured.Rows(known.Values.OrderBy(each => each.Name, StringComparer.Ordinal));
            before = TickRule.Next(before, book, rows, Runs, now, runner);
            var anew = TickRule.Next(TickSnapshot.Empty("test"), book, rows, Runs, now, runner);

            Assert.Equal(anew.Jobs.Select(Told), before.Jobs.Select(Told));
            Assert.Equal(anew.Ends, before.Ends);
            Assert.True(before.Until <= anew.Until && before.Until >= now);
        }
    }

    [Property(MaxTest = 500)]
    public void Standings_folded_on_from_the_last_ones_are_those_folded_from_nothing(byte count, (byte, byte)[] edges, byte[] states, (byte Job, byte State, byte Else)[] changes)
    {
        var book = BookOf(count, edges, acyclic: false);
        var known = RowsOf(book, states).Values.ToDictionary(row => row.Name);
        var (now, tick, runs, before) = (Now, TickSnapshot.Empty("test"), Runs, StandingsSnapshot.Empty("test"));
        foreach (var (job, state, otherwise) in changes)
        {
            // A row of another state or none, then perhaps a run, a definition, or time.
            var name = book.Jobs[job % book.Jobs.Count].Name;
            if (RowsOf(book, [.. Enumerable.Repeat(state, (job % book.Jobs.Count) + 1)]).TryGetValue(name, out var row))
            {
                known[name] = row;
            }
            else if (state % 2 == 0)
            {
                known.Remove(name);
            }

            runs = otherwise % 5 == 0 ? runs with { ByJob = new Dictionary<string, JobHistory>(runs.ByJob) { [name] = JobHistory.None with { LongDuration = TimeSpan.FromMinutes(state) } } } : runs;
            book = otherwise % 5 == 1 ? book with { Jobs = [.. book.Jobs.Select(each => each.Name == name ? each with { } : each)] } : book;
            now += TimeSpan.FromMinutes(otherwise % 5 == 2 ? state : 0);
            var rows = Captured.Rows(known.Values.OrderBy(each => each.Name, StringComparer.Ordinal));
            tick = TickRule.Next(tick, book, rows, runs, now);

            before = StandingsFold.Next(before, tick, runs, now, book);

            var anew = StandingsFold.Next(StandingsSnapshot.Empty("test"), tick, runs, now, book);
            Assert.Equal(anew.Jobs, before.Jobs);
            Assert.All(before.Jobs, standing => Assert.True(
                ReferenceEquals(standing.History, runs.Of(standing.Job.Name)) && ReferenceEquals(standing.Definition, book.Find(standing.Job.Name)) && ReferenceEquals(standing.Tick, tick.Find(standing.Job.Name))));
        }
    }

    [Fact]
    public void A_lock_does_not_end_the_tick_when_its_parent_fails_first()
    {
        var book = Captured.BookOf([Captured.Job("first", "1h"), Captured.Job("locked", "1h", null, "first"), Captured.Job("other", "1h", null, "first")]);
        var rows = new[] { Captured.Row("first", Now.AddHours(-1)), Captured.Row("locked", Now.AddHours(-1), Now.AddHours(-11)), Captured.Row("other", Now.AddHours(-1)) }.ToDictionary(row => row.Name);

        var tick = Captured.Tick(book, Now, rows.Values);

        Assert.Equal((TickOutcome.Runs, TickOutcome.Locked, TickOutcome.Starved), (tick.Find("first")!.Outcome, tick.Find("locked")!.Outcome, tick.Find("other")!.Outcome));
        Assert.Contains("unless its parent first fails", tick.Find("locked")!.Because, StringComparison.Ordinal);
        Assert.Null(Stepped(book, rows, succeeds: _ => false).EndsAt);
        Assert.Equal("locked", Stepped(book, rows, succeeds: _ => true).EndsAt);
    }

    private static readonly RunsSnapshot Runs = RunsSnapshot.Empty("test");

    private static string Told(JobTick tick) => $"{tick with { After = [] }} {string.Join(',', tick.After)} {tick.Facts}";

    // crontabber's run_all over these rows, by its own rules.
    private static (List<string> Started, string? EndsAt) Stepped(ScheduleBook book, Dictionary<string, Job> rows, Func<string, bool> succeeds)
    {
        rows = new Dictionary<string, Job>(rows);
        var started = new List<string>();
        foreach (var name in RunOrder.Of(book.Jobs.Select(job => new JobNode(job.Name, job.DependsOn))).Names)
        {
            var job = book.Find(name)!;
            if (!DueRule.Ask(job.Schedule!, rows.GetValueOrDefault(name), Now).Value.IsDue)
            {
                continue;
            }

            var parents = ParentRule.Ask(job.DependsOn, rows.GetValueOrDefault, Now);
            if (parents.Error is not null)
            {
                return (started, name);
            }

            if (parents.Value is not null)
            {
                continue;
            }

            if (LockRule.Ask(rows.GetValueOrDefault(name)?.Ongoing, book.Settings, Now).Outcome == LockOutcome.Refused)
            {
                return (started, name);
            }

            started.Add(name);
            var run = succeeds(name) ? new EndedRun(Now, Now, null) : new EndedRun(Now, null, new JobError("ValueError", "no luck", ""));
            rows[name] = NextRunRule.After(rows.GetValueOrDefault(name), name, job.DependsOn, job.Schedule!, book.Settings, run).Value;
        }

        return (started, null);
    }

    private static ScheduleBook BookOf(byte count, (byte, byte)[]? edges, bool acyclic)
    {
        var jobs = (count % 12) + 1;
        var pairs = (edges ?? []).Select(edge => (Parent: edge.Item1 % (jobs + 1), Child: edge.Item2 % jobs)).Where(edge => !acyclic || edge.Parent < edge.Child || edge.Parent == jobs).ToList();
        return Captured.BookOf([.. Enumerable.Range(0, jobs).Select(child =>
            Captured.Job($"job-{child}", child % 4 == 0 ? "1d" : "1h", child % 4 == 0 ? "05:00" : null, [.. pairs.Where(edge => edge.Child == child && child > 0).Select(edge => $"job-{edge.Parent}").Distinct()]))]);
    }

    // No row, due, not due, failing, locked for eleven or thirteen hours, killed in the first run, never again.
    private static Dictionary<string, Job> RowsOf(ScheduleBook book, byte[]? states) => book.Jobs
        .Select((job, i) => ((states is { Length: > 0 } ? states[i % states.Length] : i) % 9) switch
        {
            0 => null,
            1 or 2 => Captured.Row(job.Name, Now.AddHours(-1)),
            3 or 4 => Captured.Row(job.Name, Now.AddHours(1)),
            5 => Captured.Row(job.Name, Now.AddMinutes(-1)) with { LastError = new JobError("ValueError", "why", ""), ErrorCount = 2 },
            6 => Captured.Row(job.Name, Now.AddMinutes(4)) with { LastError = new JobError("ValueError", "why", ""), ErrorCount = 1 },
            7 => Captured.Row(job.Name, Now.AddHours(-12), i % 2 == 0 ? Now.AddHours(-11) : Now.AddHours(-13)),
            _ => Captured.Row(job.Name, null, i % 2 == 0 ? Now.AddHours(-11) : null),
        })
        .OfType<Job>()
        .ToDictionary(row => row.Name);

    private static int Number(string name) => int.Parse(name["job-".Length..], System.Globalization.CultureInfo.InvariantCulture);
}
