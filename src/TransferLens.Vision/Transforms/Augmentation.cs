using TransferLens.Studies.Settings;
using static TorchSharp.torch;

namespace TransferLens.Vision.Transforms;

/// <summary>
/// Random changes of training images, drawn for each image by itself and applied to the whole batch at once: crop after
/// padding, then resized crop, then mirroring, then an affine change. Every random number comes from the generator that is handed in.
/// </summary>
public static class Augmentation
{
    /// <summary>The changed images; the same generator state gives the same bits.</summary>
    /// <param name="batch">Images (n, channels, size, size), uint8 or floating point, on any device. Padding is zero: black before normalization.</param>
    /// <param name="settings">Which changes.</param>
    /// <param name="generator">A CPU generator; each image takes the same share of its numbers under any settings, and some more for an affine change.</param>
    /// <returns>A new tensor of the same shape, type and device.</returns>
    public static Tensor Apply(Tensor batch, AugmentSettings settings, Generator generator)
    {
        using var scope = NewDisposeScope();
        var size = (int)batch.shape[2];
        var windows = Windows((int)batch.shape[0], size, settings, generator);
        var result = batch;
        if (settings.CropPadding > 0 || (settings.HorizontalFlip && !settings.ResizedCrop))
        {
            result = Shift(result, settings.CropPadding, windows, mirror: !settings.ResizedCrop);
        }

        if (settings.ResizedCrop)
        {
            result = Zoom(result, windows);
        }

        if (settings.Affine is { } affine)
        {
            result = AffineChange.Apply(result, affine, generator);
        }

        return (ReferenceEquals(result, batch) ? batch.clone() : result).MoveToOuterDisposeScope();
    }

    private static AugmentationWindow[] Windows(int count, int size, AugmentSettings settings, Generator generator)
    {
        using var drawn = rand(count, AugmentationWindow.Draws, dtype: ScalarType.Float64, generator: generator);
        var numbers = drawn.data<double>().ToArray();
        return [.. numbers.Chunk(AugmentationWindow.Draws).Select(own => AugmentationWindow.From(own, size, settings))];
    }

    // One gather: pixel (y, x) of image i is pixel (y + Down, x + Right) of the padded image.
    private static Tensor Shift(Tensor batch, int padding, AugmentationWindow[] windows, bool mirror)
    {
        var (count, channels, size) = (windows.Length, batch.shape[1], (int)batch.shape[2]);
        var padded = padding > 0 ? nn.functional.pad(batch, [padding, padding, padding, padding]) : batch;
        var (rows, columns) = (new long[count * size], new long[count * size]);
        for (var i = 0; i < rows.Length; i++)
        {
            var (window, at) = (windows[i / size], i % size);
            rows[i] = window.Down + at;
            columns[i] = window.Right + (mirror && window.Mirrored ? size - 1 - at : at);
        }

        return padded.index(
            TensorIndex.Tensor(arange(count, device: batch.device).view(-1, 1, 1, 1)),
            TensorIndex.Tensor(arange(channels, device: batch.device).view(1, -1, 1, 1)),
            TensorIndex.Tensor(tensor(rows, device: batch.device).view(count, 1, size, 1)),
            TensorIndex.Tensor(tensor(columns, device: batch.device).view(count, 1, 1, size))
        );
    }

    // Bilinear as torchvision's resize of the cut-out window: samples outside the window take its border's value.
    private static Tensor Zoom(Tensor batch, AugmentationWindow[] windows)
    {
        var (count, size) = (windows.Length, (int)batch.shape[2]);
        var (rows, columns) = (new float[count * size], new float[count * size]);
        for (var i = 0; i < rows.Length; i++)
        {
            var (window, at) = (windows[i / size], i % size);
            rows[i] = Place(window.Top, window.Height, at);
            columns[i] = Place(window.Left, window.Width, window.Mirrored ? size - 1 - at : at);
        }

        var down = tensor(rows, device: batch.device).view(count, size, 1).expand(count, size, size);
        var right = tensor(columns, device: batch.device).view(count, 1, size).expand(count, size, size);
        var exact = batch.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        var sampled = nn.functional.grid_sample(
            batch.to(exact),
            stack([right, down], dim: -1).to(exact),
            mode: GridSampleMode.Bilinear,
            padding_mode: GridSamplePaddingMode.Border,
            align_corners: false
        );
        return (batch.dtype == ScalarType.Byte ? sampled.round().clamp(0, 255) : sampled).to(batch.dtype);

        // grid_sample counts from -1 at the first pixel's outer edge to 1 at the last one's.
        float Place(int start, int length, int at)
        {
            var pixel = Math.Clamp(start + ((at + 0.5) * length / size) - 0.5, start, start + length - 1);
            return (float)((((2 * pixel) + 1) / size) - 1);
        }
    }
}
