using System.Collections.Immutable;
using System.Text.Json;

namespace TransferLens.Studies.Settings;

/// <summary>
/// The words for the values of an enumeration in study files, options and results: their names in snake_case.
/// </summary>
/// <typeparam name="T">The enumeration.</typeparam>
internal static class EnumWords<T>
    where T : struct, Enum
{
    /// <summary>The words, the default first.</summary>
    public static ImmutableArray<string> All { get; } = [.. Enum.GetValues<T>().Select(Of)];

    /// <summary>The word for a value.</summary>
    public static string Of(T value) => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    /// <summary>The value of a word.</summary>
    public static T Parse(string word) => Enum.GetValues<T>()[All.IndexOf(word)];
}
