using System.Collections.Immutable;

namespace TransferLens.Studies.Settings;

/// <summary>
/// An option of a <see cref="DataFormat"/>: a key of a data set in a study file, and a name in
/// <see cref="DataSource.Options"/>, whose values are text.
/// </summary>
/// <param name="Name">The key.</param>
/// <param name="Summary">What it sets, in one line, with its default.</param>
public abstract record DataOption(string Name, string Summary)
{
    /// <summary>Whether every data set of the format must set it.</summary>
    public bool IsRequired { get; init; }
}

/// <summary>The path of an existing folder; in a study file relative to the study file's folder.</summary>
public sealed record FolderOption(string Name, string Summary) : DataOption(Name, Summary);

/// <summary>Free text.</summary>
public sealed record TextOption(string Name, string Summary) : DataOption(Name, Summary);

/// <summary>
/// One or more texts, a list in a study file; joined by <see cref="Separator"/> in <see cref="DataSource.Options"/>.
/// </summary>
public sealed record TextListOption(string Name, string Summary) : DataOption(Name, Summary)
{
    /// <summary>Separates the texts.</summary>
    public const char Separator = ';';
}

/// <summary>One of a few words.</summary>
/// <param name="Name">The key.</param>
/// <param name="Summary">What it sets, in one line, with its default.</param>
/// <param name="Choices">The words; the first is the default unless the option is required.</param>
public sealed record ChoiceOption(string Name, string Summary, ImmutableArray<string> Choices)
    : DataOption(Name, Summary);

/// <summary><c>true</c> or <c>false</c>.</summary>
/// <param name="Name">The key.</param>
/// <param name="Summary">What it sets, in one line, with its default.</param>
/// <param name="Default">The value where it is not set.</param>
public sealed record FlagOption(string Name, string Summary, bool Default) : DataOption(Name, Summary);

/// <summary>An integer.</summary>
/// <param name="Name">The key.</param>
/// <param name="Summary">What it sets, in one line, with its default.</param>
/// <param name="Minimum">The least value.</param>
/// <param name="Maximum">The greatest value.</param>
public sealed record IntegerOption(string Name, string Summary, int Minimum, int Maximum = int.MaxValue)
    : DataOption(Name, Summary)
{
    /// <summary>Whether a study sets it to the side of the study's images where the data set does not set it.</summary>
    public bool DefaultsToImageSize { get; init; }
}
