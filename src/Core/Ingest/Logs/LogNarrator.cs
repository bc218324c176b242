using System.Text;
using Dashboard.Core.Retries;
using Dashboard.Core.Ticks;

namespace Dashboard.Core.Ingest.Logs;

/// <summary>Makes of lines, and of entries whose traceback was read, what happened to processes, jobs and attempts.</summary>
internal sealed class LogNarrator(LogSubject subject, string file)
{
    private const string Main = "MainThread";
    private static readonly TimeSpan JobSilence = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(60);
    private readonly TickKeeper ticks = new(subject);
    private readonly StreakTeller streaks = new(subject);
    private readonly NameCache names = new();

    /// <summary>The file, which events are named by.</summary>
    public string File { get; } = file;

    /// <summary>What was told and not taken.</summary>
    public List<RetryEvent> Events => streaks.Events;

    /// <summary>Ticks that changed.</summary>
    public IReadOnlyList<Tick> TakeTicks(ReaderState state) => ticks.Take(state.Process);

    /// <summary>An entry for lines that have none before them.</summary>
    public EntryState Nothing(ReaderState state, DateTimeOffset at, long offset) =>
        new() { Saying = state.Said, Thread = state.Speaker ?? Main, At = at, Place = Place(offset) };

    /// <summary>Takes a line in the shape of the log.</summary>
    public void Hear(ReaderState state, in LogLine line, LogSaying saying, DateTimeOffset at, long offset)
    {
        (state.Said, state.Speaker) = (LogSaying.Other, null);
        if (state.Process is not { } process || saying is LogSaying.AppName or LogSaying.AppVersion or LogSaying.Configuration or LogSaying.RunningAll)
        {
            process = Begin(state, in line, saying, at, offset);
        }

        if (process.Tick is { } tick)
        {
            tick.HeardAt = at;
        }

        if (saying == LogSaying.Other)
        {
            Hear(state, process, in line, at, offset);
            return;
        }

        if (saying is LogSaying.AppName or LogSaying.AppVersion or LogSaying.Configuration or LogSaying.RunningAll)
        {
            (state.Said, state.Speaker) = (saying, names.Of(line.Thread));
            return;
        }

        var name = names.Of(line.Thread);
        var thread = ThreadOf(state, name);
        if (saying is LogSaying.AboutToRun or LogSaying.Skipping && IsAnother(process, thread, at))
        {
            process = Begin(state, process.App, at, offset);
            thread = ThreadOf(state, name);
        }

        process.Starting = false;
        thread.Heard = at;
        if (saying is LogSaying.Eligible or LogSaying.Unrecoverable or LogSaying.Raised or LogSaying.ErrorRunning)
        {
            if (saying == LogSaying.ErrorRunning)
            {
                thread.Job = Text(LogSayings.Job(saying, line.Message)) ?? thread.Job;
            }

            state.Entry = new EntryState { Saying = saying, Level = line.Level, Thread = name, Resource = Resource(saying, in line), At = at, Place = Place(offset) };
            return;
        }

        (state.Said, state.Speaker) = (saying, name);
        var who = new Speaker(process, name, thread);
        switch (saying)
        {
            case LogSaying.RetryIn:
                streaks.Retry(who, LogSayings.Delay(line.Message), at);
                break;
            case LogSaying.Waiting:
                streaks.Flush(who);
                streaks.Waiting(who, Resource(saying, in line), LogSayings.Waited(line.Message), at, Place(offset));
                break;
            default:
                streaks.Flush(who);
                Step(process, who, saying, Text(LogSayings.Job(saying, line.Message)), at, offset);
                break;
        }

        if (thread.Idle)
        {
            state.Threads.Remove(name);
        }
    }

    /// <summary>Tells what an entry was, now that its traceback was read.</summary>
    public void Tell(ReaderState state, EntryState entry)
    {
        if (state.Process is not { } process)
        {
            return;
        }

        var thread = ThreadOf(state, entry.Thread);
        var who = new Speaker(process, entry.Thread, thread);
        streaks.Flush(who);
        var died = entry.Traceback;
        if (entry.Death)
        {
            if (died.Type is not null)
            {
                streaks.Failed(who, died.LastType, died.Value, entry.At, entry.Place, atTheEnd: true);
                TickKeeper.Died(process, died.Type, entry.At);
                (thread.Job, process.Ended) = (null, true);
            }
        }
        else
        {
            switch (entry.Saying)
            {
                case LogSaying.Eligible:
                    thread.Pending = new PendingFailure
                    {
                        Resource = entry.Resource ?? StreakTeller.Unnamed, At = entry.At, Place = entry.Place, Type = died.Type, Value = died.Value,
                    };
                    break;
                case LogSaying.Unrecoverable:
                    streaks.NotRetryable(who, entry);
                    break;
                case LogSaying.Raised:
                    streaks.Raised(who, entry);
                    break;
                case LogSaying.ErrorRunning:
                    streaks.Failed(who, died.Type, died.Value, entry.At, entry.Place, atTheEnd: false);
                    TickKeeper.Failed(process);
                    (thread.Job, thread.RunsJobs) = (null, true);
                    break;
                case LogSaying.Other when entry.Level >= LogLevel.Error && died.Type is not null:
                    streaks.Failed(who, died.Type, died.Value, entry.At, entry.Place, atTheEnd: false);
                    break;
                case LogSaying.Other when entry.Level >= LogLevel.Error:
                    streaks.Weak(who, entry.At, entry.Place);
                    break;
            }
        }

        if (thread.Idle)
        {
            state.Threads.Remove(entry.Thread);
        }
    }

    /// <summary>Tells a failure that waits for its delay, without one.</summary>
    public void Flush(ReaderState state, string name, ThreadState thread)
    {
        if (state.Process is { } process)
        {
            streaks.Flush(new Speaker(process, name, thread));
        }
    }

    private void Hear(ReaderState state, ProcessState process, in LogLine line, DateTimeOffset at, long offset)
    {
        if (process.Starting && line.Level == LogLevel.Info)
        {
            ExecutorSettings.Note(process, line.Message);
        }

        if (state.Threads.Count == 0 || !state.Threads.TryGetValue(names.Of(line.Thread), out var thread))
        {
            return;
        }

        thread.Heard = at;
        if (thread.Pending is null && thread.Streaks.Count == 0)
        {
            return;
        }

        var name = names.Of(line.Thread);
        if (line.Level >= LogLevel.Error)
        {
            state.Entry = new EntryState { Level = line.Level, Thread = name, At = at, Place = Place(offset) };
            return;
        }

        var who = new Speaker(process, name, thread);
        streaks.Flush(who);
        streaks.Weak(who, at, Place(offset));
        if (thread.Idle)
        {
            state.Threads.Remove(name);
        }
    }

    private void Step(ProcessState process, Speaker who, LogSaying saying, string? job, DateTimeOffset at, long offset)
    {
        var locked = streaks.Through(who, at, Place(offset));
        if (saying != LogSaying.Done)
        {
            ticks.Open(process);
        }

        (who.State.Job, who.State.RunsJobs) = (saying == LogSaying.AboutToRun ? job : null, who.State.RunsJobs || saying != LogSaying.Done);
        switch (saying)
        {
            case LogSaying.AboutToRun:
                ticks.Running(process, job);
                break;
            case LogSaying.Ran:
                TickKeeper.Succeeded(process);
                break;
            case LogSaying.Ongoing:
                TickKeeper.Locked(process, locked);
                break;
            case LogSaying.Done:
                TickKeeper.Done(process, at);
                process.Ended = true;
                break;
        }
    }

    private ProcessState Begin(ReaderState state, in LogLine line, LogSaying saying, DateTimeOffset at, long offset)
    {
        if (state.Process is { } known && ((saying == LogSaying.AppVersion && known is { Starting: true, Versioned: false }) || (saying == LogSaying.Configuration && known.Starting)))
        {
            known.Versioned = true;
            return known;
        }

        var app = saying == LogSaying.AppName ? Text(line.Message["app_name: "u8.Length..])
            : !line.App.IsEmpty ? Text(line.App)
            : state.Process?.App;
        var process = Begin(state, app is { Length: > 0 and <= 100 } ? app : "crontabber", at, offset);
        process.Starting = saying is LogSaying.AppName or LogSaying.AppVersion or LogSaying.Configuration;
        process.Versioned = process.Starting && saying != LogSaying.AppName;
        if (saying == LogSaying.RunningAll || process is { Starting: true, App: "crontabber" })
        {
            ticks.Open(process);
        }

        return process;
    }

    // What the process before left open stays open: nobody said how it ended.
    private ProcessState Begin(ReaderState state, string app, DateTimeOffset at, long offset)
    {
        foreach (var (name, thread) in state.Threads)
        {
            Flush(state, name, thread);
        }

        state.Threads.Clear();
        ticks.Leave(state.Process);
        return state.Process = new ProcessState { App = app, Began = at, Place = Place(offset) };
    }

    // Of a process that was killed there is no last line; the next one may have no first.
    private static bool IsAnother(ProcessState process, ThreadState thread, DateTimeOffset at)
    {
        if (process.Ended)
        {
            return true;
        }

        if (thread.Heard == default)
        {
            return false;
        }

        var due = thread.Streaks.Max(streak => streak.Next) ?? thread.Heard;
        return at - (due > thread.Heard ? due : thread.Heard) >= (thread.Job is not null && thread.Streaks.Count == 0 ? JobSilence : Silence);
    }

    private static ThreadState ThreadOf(ReaderState state, string name)
    {
        if (state.Threads.TryGetValue(name, out var thread))
        {
            return thread;
        }

        if (state.Threads.Count >= ReaderState.MostThreads)
        {
            state.Threads.Remove(state.Threads.MinBy(each => each.Value.Heard).Key);
        }

        return state.Threads[name] = new ThreadState();
    }

    private string? Resource(LogSaying saying, in LogLine line) => LogSayings.Resource(saying, line.Message) is { IsEmpty: false } name ? names.Of(name) : null;

    private LogPlace Place(long offset) => new(File, offset);

    private static string? Text(ReadOnlySpan<byte> bytes) => bytes.IsEmpty ? null : LogText.Of(bytes);
}
