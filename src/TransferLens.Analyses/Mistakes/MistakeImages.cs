using System.Collections.Immutable;

namespace TransferLens.Analyses.Mistakes;

/// <summary>Images that only one of two models gets wrong, most confident mistakes first.</summary>
/// <param name="OnlyFirst">Images that only the first gets wrong.</param>
/// <param name="OnlySecond">Images that only the second gets wrong.</param>
internal sealed record MistakeImages(ImmutableArray<MistakeImage> OnlyFirst, ImmutableArray<MistakeImage> OnlySecond);

/// <summary>An image with its class and its prediction.</summary>
/// <param name="Name">The image's name in its set.</param>
/// <param name="Class">Its class.</param>
/// <param name="Answer">The wrong prediction.</param>
/// <param name="Confidence">Probability of that prediction; null when it is undefined.</param>
/// <param name="Png">The image as PNG.</param>
internal sealed record MistakeImage(string Name, string Class, string Answer, double? Confidence, byte[] Png);
