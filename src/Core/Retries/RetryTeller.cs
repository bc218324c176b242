namespace Dashboard.Core.Retries;

/// <summary>Who tells, and of what: one process, thread and resource has at most one streak open at a time.</summary>
/// <param name="Source">The source the program works for.</param>
/// <param name="Host">The machine.</param>
/// <param name="Process">The program and its number, <c>crontabber/4711</c>; from a log its name and where its process began.</param>
/// <param name="Thread">The thread, by its name.</param>
/// <param name="Resource">What was used: <c>postgres breakpad@db1</c>, <c>crontabber.connection_factory</c>. Without secrets.</param>
public sealed record RetryTeller(string Source, string Host, string Process, string Thread, string Resource);
