using System.Collections.Immutable;
using static TorchSharp.torch;

namespace TransferLens.Vision.Images;

/// <summary>
/// Some images of a set, in a given order; an image may occur several times. It does not own the set.
/// </summary>
/// <param name="set">The set, which must live as long.</param>
/// <param name="indices">Indices of images of the set, at least one.</param>
internal sealed class ImageSubset(ImageSet set, ImmutableArray<int> indices) : ImageSet
{
    /// <inheritdoc/>
    public override int Channels => set.Channels;

    /// <inheritdoc/>
    public override int Height => set.Height;

    /// <inheritdoc/>
    public override int Width => set.Width;

    /// <inheritdoc/>
    public override ScalarType ValueType => set.ValueType;

    /// <inheritdoc/>
    public override ImmutableArray<string> Classes => set.Classes;

    /// <inheritdoc/>
    public override ImageLabels Labels { get; } = set.Labels.At(indices);

    /// <inheritdoc/>
    public override ImmutableArray<string> Names =>
        field.IsDefault ? field = [.. indices.Select(i => set.Names[i])] : field;

    /// <inheritdoc/>
    public override Tensor Read(ReadOnlySpan<int> chosen)
    {
        var inside = new int[chosen.Length];
        for (var i = 0; i < inside.Length; i++)
        {
            inside[i] = indices[chosen[i]];
        }

        return set.Read(inside);
    }

    /// <inheritdoc/>
    internal override void Visit(int[] chosen, Visitor visitor) =>
        set.Visit(Array.ConvertAll(chosen, i => indices[i]), visitor);
}
