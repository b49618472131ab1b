using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;

namespace TransferLens.Studies.Files;

/// <summary>
/// The preprocessing that pretrained weights expect, as a file beside them states it: <c>preprocessor_config.json</c>
/// of transformers, or <c>config.json</c> of timm (<c>pretrained_cfg</c>).
/// </summary>
/// <param name="Images">Size, resize length, interpolation and normalization.</param>
/// <param name="Path">The file that states them.</param>
/// <param name="Remark">What it states beyond that and is not done, as a sentence; null for nothing.</param>
public sealed record WeightsPreprocessing(ImageSettings Images, string Path, string? Remark = null);

/// <summary>Finds and reads <see cref="WeightsPreprocessing"/>.</summary>
public static class PreprocessingFile
{
    private const int MostBytes = 16 << 20;

    // More pixels a side than any network takes.
    private const int LargestSide = 16_384;

    // What timm and transformers use where a file is silent.
    private const double DefaultCropFraction = 0.875;

    private static readonly ImmutableArray<string> Names = ["preprocessor_config.json", "config.json"];

    /// <summary>Reads the file beside weights.</summary>
    /// <param name="weights">A weights file, or the folder that contains it.</param>
    /// <exception cref="InputException">There is none, or it states no preprocessing that can be done here.</exception>
    public static WeightsPreprocessing Find(string weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        var folder = Directory.Exists(weights) ? weights : Path.GetDirectoryName(Path.GetFullPath(weights))!;
        foreach (var path in Names.Select(name => Path.Combine(folder, name)).Where(File.Exists))
        {
            if (Read(path) is { } found)
            {
                return found;
            }
        }

        throw new InputException(
            $"No file in '{folder}' states the preprocessing of these weights (config.json of timm, or "
                + "preprocessor_config.json of transformers); write size and normalization instead."
        );
    }

    // Null for a config.json that is about the network only.
    private static WeightsPreprocessing? Read(string path)
    {
        try
        {
            if (new FileInfo(path).Length > MostBytes)
            {
                throw Wrong(path, $"is larger than {MostBytes >> 20} MB");
            }

            var json =
                JsonNode.Parse(File.ReadAllText(path)) as JsonObject ?? throw Wrong(path, "holds no object of keys");
            var timm = json["pretrained_cfg"] as JsonObject ?? (json["input_size"] is null ? null : json);
            return timm is not null ? OfTimm(timm, path)
                : json["image_mean"] is null ? null
                : OfTransformers(json, path);
        }
        catch (Exception failure)
            when (failure is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException
                or FormatException or ArgumentException or OverflowException)
        {
            throw Wrong(path, "cannot be read as JSON with the keys of timm or transformers", failure);
        }
    }

    // timm: the shorter side becomes floor(size / crop_pct).
    private static WeightsPreprocessing OfTimm(JsonObject config, string path)
    {
        var input = config["input_size"]?.AsArray() ?? throw Wrong(path, "has no input_size");
        if (input.Count != 3 || Integer(input[0], path) != 3 || Integer(input[1], path) != Integer(input[2], path))
        {
            throw Wrong(path, $"has input_size {input.ToJsonString()}, but only 3 x N x N can be done here");
        }

        var size = Side(input[1], path);
        var fraction = (double?)config["crop_pct"] ?? DefaultCropFraction;
        var mode = (string?)config["crop_mode"] ?? "center";
        if (fraction is not (> 0 and <= 1))
        {
            throw Wrong(path, $"has crop_pct {fraction}, outside (0, 1]");
        }

        return new(
            new(size, (int)(size / fraction), Normalize(config["mean"], config["std"], path))
            {
                Interpolation = Filter((string?)config["interpolation"] ?? "bilinear", path),
            },
            path,
            mode == "center" ? null : $"timm crops these images by the mode '{mode}'; here the centre is cut out."
        );
    }

    private static WeightsPreprocessing OfTransformers(JsonObject config, string path)
    {
        CheckRescaling(config, path);
        var (size, resize, isSquare) = Sides(config, path);
        var normalize =
            (bool?)config["do_normalize"] == false
                ? Normalization.None
                : Normalize(config["image_mean"], config["image_std"], path);
        return new(
            new(size, resize, normalize)
            {
                Interpolation = Filter(Resample((int?)config["resample"] ?? 2), path),
            },
            path,
            isSquare ? "transformers squeezes whole images into the square; here the centre is cut out." : null
        );
    }

    // Either the shorter side and a crop, or both sides, to which images are squeezed.
    private static (int Size, int Resize, bool IsSquare) Sides(JsonObject config, string path)
    {
        var size = config["size"] ?? throw Wrong(path, "has no size");
        var shortest = (size as JsonObject)?["shortest_edge"];
        if (shortest is null)
        {
            var side = Side(size, "size", path);
            return (bool?)config["do_center_crop"] == true && config["crop_size"] is { } cut
                ? Cropped(Side(cut, "crop_size", path), side, path)
                : (side, side, true);
        }

        var resize = Side(shortest, path);
        if ((bool?)config["do_center_crop"] == true)
        {
            return Cropped(Side(config["crop_size"] ?? shortest, "crop_size", path), resize, path);
        }

        // ConvNeXT's: a fraction of the resized side below 384 pixels.
        return config["crop_pct"] is { } fraction && resize < 384
            ? (resize, (int)(resize / (double)fraction), false)
            : (resize, resize, false);
    }

    private static (int Size, int Resize, bool IsSquare) Cropped(int size, int resize, string path) =>
        size <= resize
            ? (size, resize, false)
            : throw Wrong(path, $"crops {size} pixels of images that are resized to {resize}");

    // A number, or an object with the height of a square.
    private static int Side(JsonNode value, string key, string path) =>
        Side(value is JsonObject both ? both["height"] ?? throw Wrong(path, $"has no height in {key}") : value, path);

    private static int Side(JsonNode? value, string path)
    {
        var side = Integer(value, path);
        return side is > 0 and <= LargestSide ? side : throw Wrong(path, $"has a side of {side} pixels");
    }

    private static void CheckRescaling(JsonObject config, string path)
    {
        var factor = (double?)config["rescale_factor"] ?? (1.0 / 255);
        var isUsual = Math.Abs((factor * 255) - 1) < 1e-3 && (bool?)config["rescale_offset"] != true;
        if ((bool?)config["do_rescale"] == false || !isUsual)
        {
            throw Wrong(path, "scales pixels to another range than [0, 1], which is not done here");
        }
    }

    private static Normalization Normalize(JsonNode? mean, JsonNode? deviation, string path)
    {
        var (means, deviations) = (Three(mean, path), Three(deviation, path));
        return means.Length == 3
            && deviations.Length == 3
            && means.Concat(deviations).All(double.IsFinite)
            && deviations.All(value => value > 0)
            ? new(means, deviations)
            : throw Wrong(path, "does not give three means and three standard deviations above 0");
    }

    private static ImmutableArray<double> Three(JsonNode? values, string path) =>
        values is JsonArray list ? [.. list.Select(value => (double)Known(value, path))] : [];

    private static int Integer(JsonNode? value, string path) => (int)Known(value, path);

    private static JsonNode Known(JsonNode? value, string path) =>
        value ?? throw Wrong(path, "has null in place of a number");

    private static string Resample(int filter) =>
        filter switch
        {
            2 => "bilinear",
            3 => "bicubic",
            _ => $"number {filter} of Pillow",
        };

    private static Interpolation Filter(string name, string path) =>
        name switch
        {
            "bilinear" => Interpolation.Bilinear,
            "bicubic" => Interpolation.Bicubic,
            _ => throw Wrong(path, $"resizes by the filter {name}, but only bilinear and bicubic can be done here"),
        };

    private static InputException Wrong(string path, string what, Exception? cause = null) =>
        new($"The file '{path}' {what}; write the preprocessing yourself.", cause!);
}
