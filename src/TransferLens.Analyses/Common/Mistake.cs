namespace TransferLens.Analyses.Common;

/// <summary>One image that one classifier gets wrong and the other right.</summary>
/// <param name="Image">Which image: its place in the set.</param>
/// <param name="Label">What it is; of several labels, the one that was decided on.</param>
/// <param name="Answer">What it was taken for; of several labels, the same label where the image has it not, and <see cref="No"/> where it has it.</param>
/// <param name="Confidence">Probability of that answer; null when the logits give none.</param>
public sealed record Mistake(int Image, int Label, int Answer, double? Confidence)
{
    /// <summary>The answer that an image has not the label that it has.</summary>
    public const int No = -1;

    /// <summary>What the image is and what it was taken for, for example <c>cat</c> and <c>dog</c>, or <c>no cat</c> and <c>cat</c>.</summary>
    /// <param name="many">Whether images may show several labels.</param>
    /// <param name="name">Names of the classes.</param>
    public (string Is, string TakenFor) Words(bool many, Func<int, string> name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return !many ? (name(Label), name(Answer))
            : Answer == No ? (name(Label), $"no {name(Label)}")
            : ($"no {name(Label)}", name(Label));
    }
}
