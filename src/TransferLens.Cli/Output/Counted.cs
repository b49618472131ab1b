namespace TransferLens.Cli.Output;

/// <summary>Numbers with the word for what they count.</summary>
internal static class Counted
{
    /// <summary>"1 class", "10 classes".</summary>
    public static string Classes(long count) => Text(count, "class", "classes");

    /// <summary>A number and a word in the singular or the plural.</summary>
    public static string Text(long count, string one, string many) => $"{count} {(count == 1 ? one : many)}";
}
