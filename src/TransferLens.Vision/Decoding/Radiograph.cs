namespace TransferLens.Vision.Decoding;

/// <summary>
/// Prepares a radiograph as the paper's released code does: grey, histogram equalization, the longer side resized
/// bilinearly without antialiasing, padded on the right and below with the pixel mean, then blurred by 1/4, 1/2, 1/4
/// along both axes. Source: Neyshabur, Sedghi, Zhang 2020, after Ye et al. 2020 (jfhealthcare/Chexpert).
/// </summary>
/// <remarks>
/// Equal to OpenCV's <c>equalizeHist</c>, <c>resize</c> (INTER_LINEAR) and <c>GaussianBlur</c> ((3, 3), 0) bit for bit:
/// bytes until the histogram is equalized, 32-bit floating point afterwards. The result is rounded to bytes once at the
/// end, which the released code does not do.
/// </remarks>
internal static class Radiograph
{
    private const float PixelMean = 128;

    /// <summary>
    /// Width x Height grey values, 0.299 red + 0.587 green + 0.114 blue; grey images keep their values.
    /// </summary>
    public static byte[] ToGrey(DecodedImage image)
    {
        var grey = new byte[image.Width * image.Height];
        for (var i = 0; i < grey.Length; i++)
        {
            // OpenCV's weights, whose sum is 2^15.
            var pixel = image.Pixels.AsSpan(3 * i, 3);
            var luma = (9798 * pixel[0]) + (19235 * pixel[1]) + (3735 * pixel[2]);
            grey[i] = (byte)((luma + (1 << 14)) >> 15);
        }

        return grey;
    }

    /// <summary>
    /// Equalizes the histogram: the darkest value becomes 0, the brightest 255. A constant image stays as it is.
    /// </summary>
    public static byte[] Equalize(byte[] grey)
    {
        var histogram = new int[256];
        foreach (var value in grey)
        {
            histogram[value]++;
        }

        var darkest = Array.FindIndex(histogram, count => count > 0);
        if (histogram[darkest] == grey.Length)
        {
            return grey;
        }

        var (scale, brighter, table) = (255f / (grey.Length - histogram[darkest]), 0, new byte[256]);
        for (var value = darkest + 1; value < 256; value++)
        {
            brighter += histogram[value];
            table[value] = (byte)Math.Clamp(MathF.Round(brighter * scale), 0, 255);
        }

        return Array.ConvertAll(grey, value => table[value]);
    }

    /// <summary>The prepared image as 3 x size x size bytes, all channels equal.</summary>
    public static byte[] ToSquare(DecodedImage image, int size)
    {
        var (width, height) = (image.Width, image.Height);
        var (newWidth, newHeight) = height >= width ? (Shorter(height, width), size) : (size, Shorter(width, height));
        var resized = ResizeBilinear(Equalize(ToGrey(image)), width, height, newWidth, newHeight);
        var padded = new float[size * size];
        Array.Fill(padded, PixelMean);
        for (var y = 0; y < newHeight; y++)
        {
            resized.AsSpan(y * newWidth, newWidth).CopyTo(padded.AsSpan(y * size));
        }

        var square = Array.ConvertAll(Blur(Blur(padded, size, 1), size, size), value => (byte)MathF.Round(value));
        return [.. square, .. square, .. square];

        int Shorter(int longer, int shorter) => Math.Max(1, (int)Math.Round(size / ((double)longer / shorter)));
    }

    private static float[] ResizeBilinear(byte[] pixels, int width, int height, int newWidth, int newHeight)
    {
        var (columns, rows) = (Samples(width, newWidth), Samples(height, newHeight));
        var wide = new float[height * newWidth];
        for (var i = 0; i < wide.Length; i++)
        {
            var (at, next, weight) = columns[i % newWidth];
            var line = i / newWidth * width;
            wide[i] = (pixels[line + at] * (1 - weight)) + (pixels[line + next] * weight);
        }

        var result = new float[newHeight * newWidth];
        for (var i = 0; i < result.Length; i++)
        {
            var (at, next, weight) = rows[i / newWidth];
            var column = i % newWidth;
            result[i] = (wide[(at * newWidth) + column] * (1 - weight)) + (wide[(next * newWidth) + column] * weight);
        }

        return result;
    }

    // The two pixels next to the centre of each new one, and the weight of the second.
    private static (int At, int Next, float Weight)[] Samples(int length, int newLength) =>
        [
            .. Enumerable
                .Range(0, newLength)
                .Select(i =>
                {
                    var position = (float)(((i + 0.5) * (1 / ((double)newLength / length))) - 0.5);
                    var at = (int)MathF.Floor(position);
                    return at < 0 ? (0, 0, 0)
                        : at >= length - 1 ? (length - 1, length - 1, 0f)
                        : (at, at + 1, position - at);
                }),
        ];

    // Blurs along one axis. Step is the distance of neighbours: 1 in a row, the size in a column. The border reflects
    // the image without repeating its outermost pixels.
    private static float[] Blur(float[] pixels, int size, int step)
    {
        var result = new float[pixels.Length];
        var reflected = Math.Min(size - 1, 1) * step;
        for (var i = 0; i < pixels.Length; i++)
        {
            var at = i / step % size;
            var before = at > 0 ? i - step : i + reflected;
            var after = at < size - 1 ? i + step : i - reflected;
            result[i] = (pixels[i] * 0.5f) + ((pixels[before] + pixels[after]) * 0.25f);
        }

        return result;
    }
}
