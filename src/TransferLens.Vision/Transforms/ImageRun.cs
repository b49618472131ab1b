namespace TransferLens.Vision.Transforms;

/// <summary>
/// Adjacent values of an image, counted channel by channel and row by row, that a shuffle moves together.
/// </summary>
/// <param name="From">Index of the first of them before the move.</param>
/// <param name="To">Index of the first of them after the move.</param>
/// <param name="Length">Number of values.</param>
internal readonly record struct ImageRun(int From, int To, int Length)
{
    /// <summary>The inverse move.</summary>
    public ImageRun Inverse => new(To, From, Length);

    /// <summary>The same move in pieces, each of one channel before the move.</summary>
    /// <param name="area">Values of a channel.</param>
    public IEnumerable<ImageRun> Within(int area)
    {
        var done = 0;
        while (done < Length)
        {
            var length = Math.Min(Length - done, area - ((From + done) % area));
            yield return new(From + done, To + done, length);
            done += length;
        }
    }
}
