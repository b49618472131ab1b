namespace TransferLens.Vision.Weights;

/// <summary>A tensor of a kind that cannot be read, which matters only if a network needs it.</summary>
/// <param name="Shape">Its shape, or an empty one if unknown.</param>
/// <param name="Problem">Why, as a clause such as "has the type float8_e4m3fn".</param>
internal sealed record UnreadableTensor(long[] Shape, string Problem);
