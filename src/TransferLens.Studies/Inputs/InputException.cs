namespace TransferLens.Studies.Inputs;

/// <summary>
/// A file, an option or a study that a user provided is wrong. The message tells the user what is wrong, where, and
/// what to do. The command prints it and exits with code 2.
/// </summary>
public sealed class InputException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What is wrong, where, and what to do; one or two sentences.</param>
    public InputException(string message)
        : base(Printable(message)) { }

    /// <summary>Creates the error with its cause, which the command prints on request.</summary>
    /// <param name="message">What is wrong, where, and what to do; one or two sentences.</param>
    /// <param name="cause">The exception behind it.</param>
    public InputException(string message, Exception cause)
        : base(Printable(message), cause) { }

    // Messages quote names from other people's files; control characters in them must not reach the terminal.
    private static string Printable(string message) =>
        message.Any(char.IsControl)
            ? string.Concat(message.ReplaceLineEndings(" ").Select(c => char.IsControl(c) ? '?' : c))
            : message;
}
