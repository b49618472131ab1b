using TorchSharp;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Runtime;
using static TorchSharp.torch;

namespace TransferLens.Vision.Transforms;

/// <summary>
/// torchvision's <c>RandomAffine</c> without shear, drawn for each image of a batch. Pixels are those of the nearest
/// position, its default. With a rotation equal to Pillow's <c>transform</c> (fixed point with 16 binary digits), bit
/// for bit.
/// </summary>
internal static class AffineChange
{
    private const int Digits = 16; // libImaging/Geometry.c, affine_fixed

    /// <summary>The changed images.</summary>
    /// <param name="batch">Square images (n, channels, size, size) of any type and on any device.</param>
    /// <param name="settings">
    /// The ranges of the change; the fill is in [0, 255], divided by 255 for float images.
    /// </param>
    /// <param name="generator">A CPU generator; each image takes <see cref="AffineDraw.Draws"/> of its numbers.</param>
    public static Tensor Apply(Tensor batch, AffineSettings settings, Generator generator)
    {
        using var drawn = rand(batch.shape[0], AffineDraw.Draws, dtype: ScalarType.Float64, generator: generator);
        var size = (int)batch.shape[2];
        var numbers = drawn.data<double>().ToArray().Chunk(AffineDraw.Draws);
        Scalar fill = batch.is_floating_point() ? settings.Fill / 255.0 : settings.Fill;
        return Apply(batch, [.. numbers.Select(image => AffineDraw.From(image, size, settings))], fill);
    }

    /// <summary>The images changed as drawn; what comes from outside an image is <paramref name="fill"/>.</summary>
    public static Tensor Apply(Tensor batch, IReadOnlyList<AffineDraw> draws, Scalar fill)
    {
        using var scope = NewDisposeScope();
        var (count, channels, size) = (batch.shape[0], batch.shape[1], batch.shape[2]);
        var inverses = draws.Select(draw => Inverse(draw, size)).ToList();
        var x = arange(size, device: batch.device).view(1, 1, -1);
        var y = arange(size, device: batch.device).view(1, -1, 1);
        var digits = full([1], (long)Digits, ScalarType.Int64, batch.device);
        var (right, down) = (Along(0), Along(3));
        var inside = right
            .ge(0)
            .logical_and_(right.lt(size))
            .logical_and_(down.ge(0))
            .logical_and_(down.lt(size))
            .view(count, 1, size * size);
        var from = down.clamp_(0, size - 1)
            .mul_(size)
            .add_(right.clamp_(0, size - 1))
            .view(count, 1, size * size)
            .expand(count, channels, size * size);
        return batch
            .reshape(count, channels, size * size)
            .gather(2, from)
            .masked_fill_(inside.logical_not(), fill)
            .view(batch.shape)
            .MoveToOuterDisposeScope();

        // The coordinate, along one axis, that each pixel is taken from.
        Tensor Along(int first)
        {
            var (a, b, c) = (Factor(first), Factor(first + 1), Factor(first + 2));
            return (a * x).add(b * y).add_(c).bitwise_right_shift_(digits);
        }

        Tensor Factor(int i)
        {
            var factors = tensor(inverses.ConvertAll(inverse => inverse[i]).ToArray());
            return DevicePath.Upload(factors, batch.device).view(-1, 1, 1);
        }
    }

    // From a pixel to the position that it is taken from, (a x + b y + c, d x + e y + f) for its centre, in fixed
    // point.
    private static long[] Inverse(AffineDraw draw, long size)
    {
        var (angle, middle) = (draw.Angle * Math.PI / 180, size * 0.5);
        var (cos, sin) = (Math.Cos(angle) / draw.Scale, Math.Sin(angle) / draw.Scale);
        var c = (cos * (-middle - draw.Right)) + (sin * (-middle - draw.Down)) + middle;
        var f = (-sin * (-middle - draw.Right)) + (cos * (-middle - draw.Down)) + middle;
        return
        [
            Fixed(cos),
            Fixed(sin),
            Fixed(c + (cos * 0.5) + (sin * 0.5)),
            Fixed(-sin),
            Fixed(cos),
            Fixed(f + (-sin * 0.5) + (cos * 0.5)),
        ];

        static long Fixed(double value) => (long)Math.Floor((value * (1 << Digits)) + 0.5);
    }
}
