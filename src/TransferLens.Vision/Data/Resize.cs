namespace TransferLens.Data;

/// <summary>
/// Brings a picture to the study's square: the shorter side is resized with an antialiased bilinear filter, then the
/// centre is cut out. Equal to Pillow's <c>resize</c> (fixed-point, 8 bits between the two passes) under torchvision's
/// <c>Resize</c> and <c>CenterCrop</c>, bit for bit.
/// </summary>
internal static class Resize
{
    private const int Precision = 32 - 8 - 2; // Pillow's PRECISION_BITS, libImaging/Resample.c

    /// <summary>The picture as channels x size x size bytes.</summary>
    public static byte[] ToSquare(DecodedPicture picture, int resize, int size)
    {
        var (width, height) = (picture.Width, picture.Height);
        var (newWidth, newHeight) = width <= height ? (resize, (int)((long)resize * height / width)) : ((int)((long)resize * width / height), resize);
        var pixels = picture.Pixels;
        if (newWidth != width)
        {
            pixels = Pass(pixels, height, width, newWidth, stride: 3, lineStride: width * 3, outStride: 3, outLineStride: newWidth * 3);
        }

        if (newHeight != height)
        {
            pixels = Pass(pixels, newWidth, height, newHeight, stride: newWidth * 3, lineStride: 3, outStride: newWidth * 3, outLineStride: 3);
        }

        // torchvision's CenterCrop: Python's round, halves to even.
        var top = (int)Math.Round((newHeight - size) / 2.0, MidpointRounding.ToEven);
        var left = (int)Math.Round((newWidth - size) / 2.0, MidpointRounding.ToEven);
        var square = new byte[3 * size * size];
        for (var y = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++)
            {
                var from = (((y + top) * newWidth) + x + left) * 3;
                for (var c = 0; c < 3; c++)
                {
                    square[(((c * size) + y) * size) + x] = pixels[from + c];
                }
            }
        }

        return square;
    }

    // One pass along one axis. The filter is a triangle whose half-width is one output pixel, at least one input pixel.
    private static byte[] Pass(byte[] pixels, int lines, int length, int newLength, int stride, int lineStride, int outStride, int outLineStride)
    {
        var result = new byte[lines * newLength * 3];
        var scale = (double)length / newLength;
        var support = Math.Max(scale, 1.0);
        for (var i = 0; i < newLength; i++)
        {
            var centre = (i + 0.5) * scale;
            var first = Math.Max(0, (int)(centre - support + 0.5));
            var last = Math.Min(length, (int)(centre + support + 0.5));
            var weights = new double[last - first];
            for (var k = 0; k < weights.Length; k++)
            {
                weights[k] = Math.Max(0, 1 - Math.Abs((k + first - centre + 0.5) / support));
            }

            var sum = weights.Sum();
            var factors = Array.ConvertAll(weights, weight => (int)((weight / sum * (1 << Precision)) + 0.5));
            for (var line = 0; line < lines; line++)
            {
                var from = (line * lineStride) + (first * stride);
                var to = (line * outLineStride) + (i * outStride);
                for (var c = 0; c < 3; c++)
                {
                    var value = 1 << (Precision - 1);
                    for (var k = 0; k < factors.Length; k++)
                    {
                        value += pixels[from + (k * stride) + c] * factors[k];
                    }

                    result[to + c] = (byte)Math.Clamp(value >> Precision, 0, 255);
                }
            }
        }

        return result;
    }
}
