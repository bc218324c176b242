using System.Text;
using Dashboard.Core.Retries;
using Dashboard.Core.Ticks;

namespace Dashboard.Core.Ingest.Logs;

/// <summary>
/// Reads a log of crontabber, or of any program that uses its executors, into what the executors did. The log has no line for "recovered" and none for
/// "exhausted": both follow from what the same thread says next. A streak nothing more is said of stays open; whoever keeps the events calls it lost.
/// </summary>
/// <remarks>
/// Which bytes come together does not matter, and it may stop after any line and go on with <see cref="State"/>. Time is linear in the bytes, memory bounded.
/// The rules of inference, in short: a line of a running job proves nothing, for a retried job begins from its top; the end of the
/// job, the next job or, in a thread that runs no jobs, any ordinary line after the wait proves that an attempt got through, unless the last one allowed
/// had failed; a failure followed by the first delay again began another sequence.
/// </remarks>
public sealed class ExecutorLogReader
{
    /// <summary>How many unreadable lines are shown.</summary>
    public const int MostSamples = 5;

    // Lines in a traceback that look like the log's own but are older than it.
    private const int MostQuoted = 64;
    private readonly LogLines lines;
    private readonly LogClock clock;
    private readonly LogNarrator narrator;
    private readonly List<string> samples = [];
    private readonly ReaderState state;

    /// <summary>Reads from the beginning of a file.</summary>
    /// <param name="subject">Whose log it is.</param>
    /// <param name="file">The file, as of <see cref="LogPosition.File"/>; what events are named by.</param>
    public ExecutorLogReader(LogSubject subject, string file)
        : this(subject, file, 0, [])
    {
    }

    /// <summary>Goes on where another stopped.</summary>
    /// <param name="subject">Whose log it is.</param>
    /// <param name="file">The file.</param>
    /// <param name="offset">Where to go on: <see cref="Offset"/> of the other, or 0 in the next file of the same log.</param>
    /// <param name="stopped"><see cref="State"/> of the other.</param>
    public ExecutorLogReader(LogSubject subject, string file, long offset, byte[] stopped)
    {
        ArgumentNullException.ThrowIfNull(subject);
        ArgumentNullException.ThrowIfNull(stopped);
        state = ReaderState.Read(stopped);
        narrator = new LogNarrator(subject, file);
        clock = new LogClock(subject.Zone) { Last = state.Last };
        lines = new LogLines(Take);
        lines.Seek(offset);
    }

    /// <summary>Where the first line begins that was not read.</summary>
    public long Offset => lines.Offset;

    /// <summary>Where the next bytes to give begin.</summary>
    public long Reached => lines.Reached;

    /// <summary>What events are named by.</summary>
    public string File => narrator.File;

    /// <summary>Whether something waits for a next line: an entry, or a failure without its delay.</summary>
    public bool Unsettled => state.Entry is not null || InLine || state.Threads.Values.Any(thread => thread.Pending is not null);

    /// <summary>Whether bytes were given that are no whole line yet.</summary>
    public bool InLine => lines.Begun;

    /// <summary>Lines read since the last <see cref="Drain"/>.</summary>
    public long Lines { get; private set; }

    /// <summary>Of these, how many nobody could read.</summary>
    public long Unreadable { get; private set; }

    /// <summary>Of these, how many were longer than is read.</summary>
    public long Cut { get; private set; }

    /// <summary>Events that wait for <see cref="Drain"/>.</summary>
    public int Waiting => narrator.Events.Count;

    /// <summary>What it is in the middle of.</summary>
    public byte[] State()
    {
        state.Last = clock.Last;
        return state.Write();
    }

    /// <summary>Reads the next bytes.</summary>
    public void Read(ReadOnlySpan<byte> bytes) => lines.Feed(bytes);

    /// <summary>The file ends here, and the log goes on in another: bytes without the end of a line are one as well.</summary>
    public void EndLine() => lines.End();

    /// <summary>Nothing follows, or not soon: what waited for a next line is told as it stands.</summary>
    /// <param name="lineToo">Whether bytes without the end of a line are one as well.</param>
    public void Settle(bool lineToo)
    {
        if (lineToo)
        {
            lines.End();
        }

        Close();
        foreach (var (name, thread) in state.Threads)
        {
            narrator.Flush(state, name, thread);
        }
    }

    /// <summary>What was read since the last time, and where that left the log.</summary>
    /// <param name="log">The log: as of <see cref="LogPosition.Log"/>.</param>
    public RetryBatch Drain(string log)
    {
        var batch = new RetryBatch
        {
            Events = [.. narrator.Events],
            Ticks = narrator.TakeTicks(state),
            Position = new LogPosition(log, narrator.File, Offset, State(), Lines, Unreadable, [.. samples]),
        };
        narrator.Events.Clear();
        samples.Clear();
        (Lines, Unreadable, Cut) = (0, 0, 0);
        return batch;
    }

    private void Take(ReadOnlySpan<byte> line, long offset, bool cut)
    {
        Lines++;
        Cut += cut ? 1 : 0;
        if (!LogLine.TryParse(line, out var parsed) || !clock.TryRead(parsed.Time, out var time))
        {
            Continue(line, offset);
            return;
        }

        var saying = LogSayings.Of(parsed.Message);
        if (state.Entry is { } entry)
        {
            // Python writes an entry and its traceback at once: an older line inside it is one that somebody quoted. Where clocks repeat an hour it is none.
            if (entry.Traceback.Begun && time.At < entry.At && !time.Twice && saying is not (LogSaying.AppName or LogSaying.AppVersion) && entry.Traceback.Quoted < MostQuoted)
            {
                entry.Traceback.Quoted++;
                Continue(line, offset);
                return;
            }

            Close();
        }

        clock.Last = time.At;
        narrator.Hear(state, in parsed, saying, time.At, offset);
    }

    private void Continue(ReadOnlySpan<byte> line, long offset)
    {
        var entry = state.Entry ??= narrator.Nothing(state, clock.Last, offset);
        var expected = entry.Saying is LogSaying.Eligible or LogSaying.Unrecoverable or LogSaying.Raised or LogSaying.ErrorRunning;
        var begun = entry.Traceback.Begun;
        switch (entry.Traceback.Take(line, expected))
        {
            case TracebackPart.Another:
                Close();
                state.Entry = narrator.Nothing(state, clock.Last, offset);
                state.Entry.Death = true;
                state.Entry.Traceback.Take("Traceback (most recent call last):"u8, expected: false);
                state.Entry.Traceback.Take(line, expected: false);
                break;
            case TracebackPart.None when !line.IsEmpty:
                Unreadable++;
                if (samples.Count < MostSamples)
                {
                    samples.Add(LogText.Sample(line));
                }

                break;
            case TracebackPart.Read when !begun && entry.Saying is not LogSaying.Other && !expected:
                // None of these lines comes with a traceback: it is the interpreter's own, on its way out.
                entry.Death = true;
                break;
        }
    }

    private void Close()
    {
        if (state.Entry is { } entry)
        {
            state.Entry = null;
            narrator.Tell(state, entry);
        }
    }
}
