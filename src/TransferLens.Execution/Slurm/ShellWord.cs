namespace TransferLens.Execution.Slurm;

/// <summary>Words of a shell command.</summary>
internal static class ShellWord
{
    /// <summary>A word that the shell reads as the given text, whatever characters it contains.</summary>
    public static string Quote(string text) =>
        text.Length > 0 && text.All(IsPlain) ? text : $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    /// <summary>Whether a character has no special meaning for the shell.</summary>
    public static bool IsPlain(char c) =>
        char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or ':' or ',' or '+' or '=' or '%' or '@';
}
