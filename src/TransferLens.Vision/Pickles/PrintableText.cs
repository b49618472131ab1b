namespace TransferLens.Vision.Pickles;

/// <summary>Text from a file, as a message may contain it.</summary>
internal static class PrintableText
{
    private const int Longest = 100;

    /// <summary>At most 100 characters, without control characters.</summary>
    public static string Create(string text) =>
        string.Concat(text.Take(Longest).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c))
        + (text.Length > Longest ? "..." : "");
}
