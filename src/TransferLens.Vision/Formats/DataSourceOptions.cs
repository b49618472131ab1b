using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;

namespace TransferLens.Vision.Formats;

/// <summary>Reads the options of a data source as its format declares them.</summary>
public static class DataSourceOptions
{
    /// <summary>
    /// Whether <c>split</c> is <c>train</c>; without it, or with <c>test</c> or <c>validation</c>, other images are
    /// read.
    /// </summary>
    /// <exception cref="InputException">It is something else.</exception>
    public static bool IsTraining(this DataSource source) => source.Part() == DataPart.Train;

    /// <summary>The part that <c>split</c> names; the test images without it.</summary>
    /// <exception cref="InputException">It is something else.</exception>
    public static DataPart Part(this DataSource source) =>
        source.Options.GetValueOrDefault(DataFormat.SplitOption, "test") switch
        {
            "train" => DataPart.Train,
            "test" => DataPart.Test,
            "validation" => DataPart.Validation,
            var other => throw new InputException(
                $"The split '{other}' of the format '{source.Format}' is invalid; write train, validation or test."
            ),
        };

    /// <summary>The text of an option; null where it is not set.</summary>
    public static string? Value(this DataSource source, TextOption option) =>
        source.Options.GetValueOrDefault(option.Name);

    /// <summary>The path of a folder as it is written; null where it is not set.</summary>
    public static string? Value(this DataSource source, FolderOption option) =>
        source.Options.GetValueOrDefault(option.Name);

    /// <summary>The texts of an option, without blanks around them; none where it is not set.</summary>
    public static string[] Value(this DataSource source, TextListOption option) =>
        source
            .Options.GetValueOrDefault(option.Name, "")
            .Split(TextListOption.Separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The value of an option; its first choice where it is not set.</summary>
    /// <exception cref="InputException">It is not among the choices, or it is required and not set.</exception>
    public static string Value(this DataSource source, ChoiceOption option)
    {
        var value = source.Options.GetValueOrDefault(option.Name, option.IsRequired ? "" : option.Choices[0]);
        if (option.Choices.Contains(value))
        {
            return value;
        }

        var choices = $"{string.Join(", ", option.Choices[..^1])} or {option.Choices[^1]}";
        throw new InputException(
            value.Length == 0
                ? $"The format '{source.Format}' needs the option '{option.Name}'; set it to {choices}."
                : Invalid(source, option.Name, value, choices)
        );
    }

    /// <summary>The value of an option; its default where it is not set.</summary>
    /// <exception cref="InputException">It is neither <c>true</c> nor <c>false</c>.</exception>
    public static bool Value(this DataSource source, FlagOption option) =>
        source.Options.GetValueOrDefault(option.Name) switch
        {
            null => option.Default,
            "true" => true,
            "false" => false,
            var other => throw new InputException(Invalid(source, option.Name, other, "true or false")),
        };

    /// <summary>The value of an option; null where it is not set.</summary>
    /// <exception cref="InputException">It is not an integer, or out of range.</exception>
    public static int? Value(this DataSource source, IntegerOption option)
    {
        if (!source.Options.TryGetValue(option.Name, out var text))
        {
            return null;
        }

        var range = $"an integer from {option.Minimum} to {option.Maximum}";
        return int.TryParse(text, out var value) && value >= option.Minimum && value <= option.Maximum
            ? value
            : throw new InputException(Invalid(source, option.Name, text, range));
    }

    /// <summary>
    /// Runs a function that reads files of the source, and turns input errors of the system into one sentence.
    /// </summary>
    /// <exception cref="InputException">A file cannot be read.</exception>
    internal static T Reading<T>(this DataSource source, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            var why = Sentence.Cause(failure);
            throw new InputException($"The images of '{source.Location}' cannot be read: {why}.", failure);
        }
    }

    /// <summary>The same for an action.</summary>
    /// <exception cref="InputException">A file cannot be read.</exception>
    internal static void Reading(this DataSource source, Action read) =>
        source.Reading(() =>
        {
            read();
            return true;
        });

    private static string Invalid(DataSource source, string option, string value, string valid) =>
        $"The option '{option}' of the format '{source.Format}' is '{value}'; write {valid}.";
}
