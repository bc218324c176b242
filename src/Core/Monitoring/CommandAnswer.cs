namespace Dashboard.Core.Monitoring;

/// <summary>What a command prints and ends with.</summary>
/// <param name="Output">Standard output, line feeds included.</param>
/// <param name="Error">Standard error, line feeds included.</param>
/// <param name="ExitCode">The exit code.</param>
public sealed record CommandAnswer(string Output, string Error, int ExitCode);
