namespace TransferLens.Vision.Transforms;

/// <summary>Values of an image, counted channel by channel and row by row, that lie side by side before they move and after.</summary>
/// <param name="From">The first of them before.</param>
/// <param name="To">The first of them after.</param>
/// <param name="Length">How many.</param>
internal readonly record struct ImageRun(int From, int To, int Length)
{
    /// <summary>The way back.</summary>
    public ImageRun Backward => new(To, From, Length);

    /// <summary>The same in pieces, none of which is of two channels before it moves.</summary>
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
