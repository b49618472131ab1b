namespace TransferLens.Studies.Inputs;

/// <summary>
/// The request was wrong: a file, an option, a study. The message is one sentence for the user that says what is
/// wrong, where, and what to do. The command prints it and exits with code 2.
/// </summary>
public sealed class InputException : Exception
{
    /// <summary>Makes the error.</summary>
    /// <param name="message">One sentence: what, where, what to do.</param>
    public InputException(string message)
        : base(Shown(message)) { }

    /// <summary>Makes the error, keeping what led to it for <c>--verbose</c>.</summary>
    /// <param name="message">One sentence: what, where, what to do.</param>
    /// <param name="cause">What led to it.</param>
    public InputException(string message, Exception cause)
        : base(Shown(message), cause) { }

    // Names of files and classes are other people's; none of them steers the terminal that shows it.
    private static string Shown(string message) =>
        message.Any(char.IsControl)
            ? string.Concat(message.ReplaceLineEndings(" ").Select(c => char.IsControl(c) ? '?' : c))
            : message;
}
