using TransferLens.Studies.Settings;
using static TorchSharp.torch;

namespace TransferLens.Vision.Transforms;

/// <summary>One image's rotation about its centre, change of size and shift, in this order.</summary>
/// <param name="Angle">In degrees, clockwise.</param>
/// <param name="Right">Shift to the right, in pixels.</param>
/// <param name="Down">Shift downwards, in pixels.</param>
/// <param name="Scale">Size after by size before.</param>
internal readonly record struct AffineDraw(double Angle, int Right, int Down, double Scale)
{
    /// <summary>Numbers that one image takes.</summary>
    public const int Draws = 4;

    /// <summary>What the numbers of one image, uniform in [0, 1), decide; shifts are rounded to whole pixels as torchvision does.</summary>
    public static AffineDraw From(ReadOnlySpan<double> drawn, int size, AffineSettings settings) =>
        new(
            Between(drawn[0], settings.Rotation),
            (int)Math.Round(Between(drawn[1], settings.Shift * size)),
            (int)Math.Round(Between(drawn[2], settings.Shift * size)),
            1 + Between(drawn[3], settings.Scale)
        );

    private static double Between(double drawn, double limit) => ((2 * drawn) - 1) * limit;
}

/// <summary>
/// torchvision's <c>RandomAffine</c> without shear, of every image of a batch by itself. Pixels are those of the nearest
/// place, as that takes them by default: equal to Pillow's <c>transform</c> (16 binary digits of a pixel), bit for bit, where
/// there is a rotation.
/// </summary>
internal static class AffineChange
{
    private const int Digits = 16; // libImaging/Geometry.c, affine_fixed

    /// <summary>The changed images.</summary>
    /// <param name="batch">Images (n, channels, size, size), of any type, on any device.</param>
    /// <param name="settings">How far.</param>
    /// <param name="generator">A CPU generator; each image takes <see cref="AffineDraw.Draws"/> of its numbers.</param>
    public static Tensor Apply(Tensor batch, AffineSettings settings, Generator generator)
    {
        using var drawn = rand(batch.shape[0], AffineDraw.Draws, dtype: ScalarType.Float64, generator: generator);
        return Apply(
            batch,
            [
                .. drawn
                    .data<double>()
                    .ToArray()
                    .Chunk(AffineDraw.Draws)
                    .Select(own => AffineDraw.From(own, (int)batch.shape[2], settings)),
            ],
            settings.Fill
        );
    }

    /// <summary>The images changed as said, where nothing of an image comes to lie filled with <paramref name="fill"/>.</summary>
    public static Tensor Apply(Tensor batch, IReadOnlyList<AffineDraw> draws, int fill)
    {
        using var scope = NewDisposeScope();
        var (count, channels, size) = (batch.shape[0], batch.shape[1], batch.shape[2]);
        var places = draws.Select(draw => Inverse(draw, size)).ToList();
        var (x, y) = (
            arange(size, device: batch.device).view(1, 1, -1),
            arange(size, device: batch.device).view(1, -1, 1)
        );
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

        // The pixel that each one is taken from, along one axis.
        Tensor Along(int first)
        {
            Tensor Each(int i) =>
                tensor(places.ConvertAll(place => place[first + i]).ToArray(), device: batch.device).view(-1, 1, 1);
            return (Each(0) * x)
                .add(Each(1) * y)
                .add_(Each(2))
                .bitwise_right_shift_(tensor((long)Digits, device: batch.device));
        }
    }

    // From a pixel's place to the place that it is taken from, (a x + b y + c, d x + e y + f) for its centre, in fixed point.
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
