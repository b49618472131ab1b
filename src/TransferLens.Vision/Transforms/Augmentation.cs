using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Runtime;
using static TorchSharp.torch;

namespace TransferLens.Vision.Transforms;

/// <summary>
/// Random changes of training images, drawn for each image and applied to the whole batch at once: a crop after
/// padding, then a resized crop, then mirroring, then an affine change. Every random number comes from the caller's
/// generator.
/// </summary>
public static class Augmentation
{
    /// <summary>The changed images; the same generator state gives the same bits.</summary>
    /// <param name="batch">
    /// Images (n, channels, height, width) on any device: uint8 in [0, 255], or floating point in [0, 1]. Padding is
    /// zero, black before normalization.
    /// </param>
    /// <param name="settings">The changes.</param>
    /// <param name="generator">
    /// A CPU generator; each image takes as many of its numbers under any settings, and more for an affine change.
    /// </param>
    /// <returns>A new tensor of the same shape, type and device.</returns>
    /// <exception cref="InputException">
    /// The images are not square, which resized crops and affine changes need.
    /// </exception>
    public static Tensor Apply(Tensor batch, AugmentSettings settings, Generator generator)
    {
        using var scope = NewDisposeScope();
        var (height, width) = ((int)batch.shape[2], (int)batch.shape[3]);
        if (height != width && (settings.ResizedCrop || settings.Affine is not null))
        {
            throw new InputException(
                $"Resized crops and affine changes need square images, but these are {height} x {width} pixels; "
                    + "use other augmentations, or crop or pad the images to squares."
            );
        }

        var windows = DrawWindows((int)batch.shape[0], height, settings, generator);
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

    private static AugmentationWindow[] DrawWindows(int count, int size, AugmentSettings settings, Generator generator)
    {
        using var drawn = rand(count, AugmentationWindow.Draws, dtype: ScalarType.Float64, generator: generator);
        var numbers = drawn.data<double>().ToArray().Chunk(AugmentationWindow.Draws);
        return [.. numbers.Select(image => AugmentationWindow.From(image, size, settings))];
    }

    // One gather: pixel (y, x) of image i is pixel (y + Down, x + Right) of the padded image.
    private static Tensor Shift(Tensor batch, int padding, AugmentationWindow[] windows, bool mirror)
    {
        var (count, channels) = (windows.Length, batch.shape[1]);
        var (height, width) = ((int)batch.shape[2], (int)batch.shape[3]);
        var padded = padding > 0 ? nn.functional.pad(batch, [padding, padding, padding, padding]) : batch;
        var (rows, columns) = (new long[count * height], new long[count * width]);
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = windows[i / height].Down + (i % height);
        }

        for (var i = 0; i < columns.Length; i++)
        {
            var (window, at) = (windows[i / width], i % width);
            columns[i] = window.Right + (mirror && window.Mirrored ? width - 1 - at : at);
        }

        return padded.index(
            TensorIndex.Tensor(arange(count, device: batch.device).view(-1, 1, 1, 1)),
            TensorIndex.Tensor(arange(channels, device: batch.device).view(1, -1, 1, 1)),
            TensorIndex.Tensor(DevicePath.Upload(tensor(rows), batch.device).view(count, 1, height, 1)),
            TensorIndex.Tensor(DevicePath.Upload(tensor(columns), batch.device).view(count, 1, 1, width))
        );
    }

    // Bilinear as torchvision's resize of the cropped window: samples outside the window take its border's value.
    private static Tensor Zoom(Tensor batch, AugmentationWindow[] windows)
    {
        var (count, size) = (windows.Length, (int)batch.shape[2]);
        var (rows, columns) = (new float[count * size], new float[count * size]);
        for (var i = 0; i < rows.Length; i++)
        {
            var (window, at) = (windows[i / size], i % size);
            rows[i] = Position(window.Top, window.Height, at);
            columns[i] = Position(window.Left, window.Width, window.Mirrored ? size - 1 - at : at);
        }

        var down = DevicePath.Upload(tensor(rows), batch.device).view(count, size, 1).expand(count, size, size);
        var right = DevicePath.Upload(tensor(columns), batch.device).view(count, 1, size).expand(count, size, size);
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
        float Position(int start, int length, int at)
        {
            var pixel = Math.Clamp(start + ((at + 0.5) * length / size) - 0.5, start, start + length - 1);
            return (float)((((2 * pixel) + 1) / size) - 1);
        }
    }
}
