namespace TransferLens.Runs;

/// <summary>The command that exports a model of a study, run in the folder of its report.</summary>
internal static class ExportLine
{
    /// <summary>Creates the line for a POSIX shell.</summary>
    /// <param name="model">What users call the model.</param>
    /// <param name="target">Name of the target.</param>
    /// <param name="isOnly">Whether the study has no other target.</param>
    public static string Create(string model, string target, bool isOnly)
    {
        var named = isOnly ? "" : $" --target {Quoted(target)}";
        return $"transferlens export .{named} --model {model} --output {FileName($"{target}-{model}")}.onnx";
    }

    private static string FileName(string text) => string.Concat(text.Select(c => IsPlain(c) ? c : '_'));

    private static string Quoted(string text) =>
        text.All(IsPlain) ? text : $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-';
}
