using TransferLens.Studies.Inputs;

namespace TransferLens.Speed;

/// <summary>The measured part of docs/performance.md.</summary>
internal static class Document
{
    private const string Begin = "<!-- measured: written by benchmarks/run --write -->",
        End = "<!-- end of what was measured -->";

    /// <summary>Puts lines between the two marks, in place of those that are there.</summary>
    /// <exception cref="InputException">The marks are not there.</exception>
    public static void Write(string file, IEnumerable<string> lines)
    {
        var text = File.ReadAllText(file);
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        if (begin < 0 || end < begin)
        {
            throw new InputException(
                $"The document '{file}' has not the two marks '{Begin}' and '{End}', between which the table goes; put them back."
            );
        }

        File.WriteAllText(file, $"{text[..(begin + Begin.Length)]}\n\n{string.Join('\n', lines)}\n\n{text[end..]}");
    }
}
