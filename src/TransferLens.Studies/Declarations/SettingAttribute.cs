namespace TransferLens.Studies.Declarations;

/// <summary>
/// Declares a property of a settings record as a setting. The property's type, its value in a new record (the default), the
/// range given here and the one line of documentation are all that the study reader, <c>--set</c>, the command's option, the
/// JSON Schema and the template of <c>init</c> know of it.
/// </summary>
/// <param name="summary">One line: what it does, with its unit. No full stop.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SettingAttribute(string summary) : Attribute
{
    /// <summary>One line: what it does.</summary>
    public string Summary => summary;

    /// <summary>Smallest number allowed.</summary>
    public double Minimum { get; init; } = double.NegativeInfinity;

    /// <summary>Largest number allowed.</summary>
    public double Maximum { get; init; } = double.PositiveInfinity;

    /// <summary>Whether <see cref="Minimum"/> itself is too small.</summary>
    public bool AboveMinimum { get; init; }

    /// <summary>Whether <see cref="Maximum"/> itself is too large.</summary>
    public bool BelowMaximum { get; init; }

    /// <summary>The words allowed, separated by spaces; empty for any.</summary>
    public string Words { get; init; } = "";

    /// <summary>What holds when it is left out and the default is null or an empty list, for example <c>all of them</c>.</summary>
    public string Default { get; init; } = "";
}
