using System.Collections.Immutable;

namespace TransferLens.Analyses.Mistakes;

/// <summary>Images that one of two trainings gets wrong, its most confident mistakes first.</summary>
/// <param name="OnlyFirst">Those that only the first gets wrong.</param>
/// <param name="OnlySecond">Those that only the second gets wrong.</param>
internal sealed record MistakeImages(ImmutableArray<MistakeImage> OnlyFirst, ImmutableArray<MistakeImage> OnlySecond);

/// <summary>An image, what it is and what it was taken for.</summary>
/// <param name="Name">The image's name in its set.</param>
/// <param name="Class">Its class.</param>
/// <param name="Answer">The wrong answer.</param>
/// <param name="Confidence">Softmax probability of that answer, or null.</param>
/// <param name="Png">The image.</param>
internal sealed record MistakeImage(string Name, string Class, string Answer, double? Confidence, byte[] Png);
