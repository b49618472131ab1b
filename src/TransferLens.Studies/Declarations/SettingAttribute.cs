namespace TransferLens.Studies.Declarations;

/// <summary>
/// Declares a property of a settings record as a setting. The study reader, the command's option, the JSON Schema and
/// the template of <c>init</c> are derived from the property's name and type, its value in a new record (the default),
/// and the range and documentation given here.
/// </summary>
/// <param name="summary">What it sets, with its unit: one line without a full stop.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SettingAttribute(string summary) : Attribute
{
    /// <summary>What it sets, in one line.</summary>
    public string Summary => summary;

    /// <summary>The smallest allowed number.</summary>
    public double Minimum { get; init; } = double.NegativeInfinity;

    /// <summary>The largest allowed number.</summary>
    public double Maximum { get; init; } = double.PositiveInfinity;

    /// <summary>Whether <see cref="Minimum"/> itself is excluded.</summary>
    public bool AboveMinimum { get; init; }

    /// <summary>Whether <see cref="Maximum"/> itself is excluded.</summary>
    public bool BelowMaximum { get; init; }

    /// <summary>The allowed words, separated by spaces; empty if any text is allowed.</summary>
    public string Words { get; init; } = "";

    /// <summary>Describes the default if that is null or an empty list, for example <c>all of them</c>.</summary>
    public string Default { get; init; } = "";
}
