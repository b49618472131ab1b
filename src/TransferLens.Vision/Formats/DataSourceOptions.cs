using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;

namespace TransferLens.Vision.Formats;

/// <summary>Reads the options of a data source.</summary>
internal static class DataSourceOptions
{
    /// <summary>Whether <c>split</c> says <c>train</c>; without it, or with <c>test</c>, the test images are meant.</summary>
    /// <exception cref="InputException">It says something else.</exception>
    public static bool IsTraining(this DataSource source) =>
        source.Options.GetValueOrDefault("split", "test") switch
        {
            "train" => true,
            "test" => false,
            var other => throw new InputException(
                $"The split '{other}' of the format '{source.Format}' is not known; write train or test."
            ),
        };

    /// <summary>Refuses options that the format does not know; <c>split</c> is taken by all.</summary>
    /// <exception cref="InputException">One is not known.</exception>
    public static void Allow(this DataSource source, params string[] known)
    {
        if (source.Options.Keys.FirstOrDefault(name => name != "split" && !known.Contains(name)) is { } other)
        {
            throw new InputException(
                $"The option '{other}' of the format '{source.Format}' is not known; its options are {string.Join(", ", known.Append("split").Order(StringComparer.Ordinal))}."
            );
        }
    }

    /// <summary>The value of an option that is a whole number.</summary>
    /// <exception cref="InputException">It is not one, or it lies outside [<paramref name="least"/>, <paramref name="most"/>].</exception>
    public static int Number(this DataSource source, string name, int otherwise, int least, int most)
    {
        if (!source.Options.TryGetValue(name, out var text))
        {
            return otherwise;
        }

        return int.TryParse(text, out var value) && value >= least && value <= most
            ? value
            : throw new InputException(
                $"The option '{name}' of the format '{source.Format}' is '{text}'; write a whole number from {least} to {most}."
            );
    }

    /// <summary>The value of an option that is one of some words, the first of them unless given.</summary>
    /// <exception cref="InputException">It is another word.</exception>
    public static string OneOf(this DataSource source, string name, params string[] words)
    {
        var value = source.Options.GetValueOrDefault(name, words[0]);
        return words.Contains(value)
            ? value
            : throw new InputException(
                $"The option '{name}' of the format '{source.Format}' is '{value}'; write {string.Join(", ", words[..^1])} or {words[^1]}."
            );
    }

    /// <summary>Runs what reads files of the source, turning the system's errors into one sentence.</summary>
    /// <exception cref="InputException">A file cannot be read.</exception>
    public static T Reading<T>(this DataSource source, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new InputException($"The images of '{source.Location}' cannot be read: {failure.Message}", failure);
        }
    }
}
