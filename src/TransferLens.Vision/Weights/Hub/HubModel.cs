using System.Text.RegularExpressions;
using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Weights.Hub;

/// <summary>A model on the Hugging Face hub, written <c>hf:OWNER/NAME</c> or <c>hf:OWNER/NAME@REVISION</c>.</summary>
/// <param name="Owner">The owner.</param>
/// <param name="Name">The name.</param>
/// <param name="Revision">A branch, tag or commit.</param>
public sealed partial record HubModel(string Owner, string Name, string Revision)
{
    /// <summary>What such a model begins with.</summary>
    public const string Prefix = "hf:";

    private const string DefaultRevision = "main";

    /// <summary>Whether a text names a model on the hub and not a file.</summary>
    /// <param name="text">The text.</param>
    public static bool IsNamed(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.StartsWith(Prefix, StringComparison.Ordinal);
    }

    /// <summary>Reads the text.</summary>
    /// <param name="text">The text, with its prefix.</param>
    /// <exception cref="InputException">It is not of this form.</exception>
    public static HubModel Parse(string text) =>
        IsNamed(text) && Form().Match(text[Prefix.Length..]) is { Success: true } match
            ? new(
                match.Groups["owner"].Value,
                match.Groups["name"].Value,
                match.Groups["revision"] is { Success: true } revision ? revision.Value : DefaultRevision
            )
            : throw new InputException(
                $"'{Sentence.Short(text)}' names no model of the hub; write hf:OWNER/NAME or hf:OWNER/NAME@REVISION."
            );

    /// <summary>Whether the revision is a commit, which never changes.</summary>
    internal bool IsCommit => Commit().IsMatch(Revision);

    /// <summary>As it is written, without a revision that is the default.</summary>
    public override string ToString() =>
        $"{Prefix}{Owner}/{Name}{(Revision == DefaultRevision ? "" : $"@{Revision}")}";

    // No part can lead out of a folder: none begins with a dot, and two dots never follow each other.
    [GeneratedRegex(
        @"\A(?!.*\.\.)(?<owner>[A-Za-z0-9_-][A-Za-z0-9._-]{0,95})/(?<name>[A-Za-z0-9_-][A-Za-z0-9._-]{0,95})"
            + @"(@(?<revision>[A-Za-z0-9_-][A-Za-z0-9._/-]{0,127}))?\z"
    )]
    private static partial Regex Form();

    [GeneratedRegex(@"\A[0-9a-f]{40}\z")]
    private static partial Regex Commit();
}
