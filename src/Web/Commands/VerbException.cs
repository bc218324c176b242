namespace Dashboard.Web.Commands;

/// <summary>Why a verb did not do what was asked; the message is for the terminal.</summary>
internal sealed class VerbException(string message) : Exception(message);
