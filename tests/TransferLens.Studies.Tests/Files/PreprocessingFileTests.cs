using TransferLens.Studies.Files;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Tests;

namespace TransferLens.Studies.Tests.Files;

public sealed class PreprocessingFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_config_of_timm_gives_size_crop_filter_and_normalization()
    {
        // The keys of timm's vit_base_patch16_224 on the hub, with its crop fraction of 0.9.
        var found = Find(
            "config.json",
            """
            {"architecture": "vit_base_patch16_224", "num_classes": 1000, "pretrained_cfg": {"input_size": [3, 224, 224],
             "fixed_input_size": true, "interpolation": "bicubic", "crop_pct": 0.9, "crop_mode": "center",
             "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}}
            """
        );
        // floor(224 / 0.9) = 248.
        Assert.Equal(
            new(224, 248, Normalization.Inception) { Interpolation = Interpolation.Bicubic },
            found.Images
        );
        Assert.Null(found.Remark);
    }

    [Theory]
    // CLIP: the shorter side to 224, then the centre.
    [InlineData(
        """{"size": {"shortest_edge": 224}, "do_center_crop": true, "crop_size": {"height": 224, "width": 224}, "resample": 3, "image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711]}""",
        224,
        224,
        "clip",
        Interpolation.Bicubic,
        false
    )]
    // DINOv2: 256, then 224.
    [InlineData(
        """{"size": {"shortest_edge": 256}, "do_center_crop": true, "crop_size": {"height": 224, "width": 224}, "resample": 3, "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225], "do_rescale": true, "rescale_factor": 0.00392156862745098}""",
        224,
        256,
        "imagenet",
        Interpolation.Bicubic,
        false
    )]
    // ViT squeezes images into the square.
    [InlineData(
        """{"size": {"height": 224, "width": 224}, "do_normalize": true, "resample": 2, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}""",
        224,
        224,
        "inception",
        Interpolation.Bilinear,
        true
    )]
    // ConvNeXT: 224 / 0.875, then the centre.
    [InlineData(
        """{"size": {"shortest_edge": 224}, "crop_pct": 0.875, "resample": 3, "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}""",
        224,
        256,
        "imagenet",
        Interpolation.Bicubic,
        false
    )]
    // Older files have plain numbers.
    [InlineData(
        """{"size": 256, "do_center_crop": true, "crop_size": 224, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5], "do_normalize": false}""",
        224,
        256,
        "none",
        Interpolation.Bilinear,
        false
    )]
    public void A_preprocessor_config_of_transformers_is_read(
        string json,
        int size,
        int resize,
        string normalize,
        Interpolation interpolation,
        bool squeezes
    )
    {
        var found = Find("preprocessor_config.json", json);
        Assert.Equal(
            new(size, resize, Normalization.Parse(normalize)) { Interpolation = interpolation },
            found.Images
        );
        Assert.Equal(squeezes, found.Remark is not null);
    }

    [Theory]
    [InlineData("""{"pretrained_cfg": {"input_size": [3, 224, 192], "mean": [0, 0, 0], "std": [1, 1, 1]}}""", "input_size")]
    [InlineData("""{"pretrained_cfg": {"input_size": [3, 224, 224], "crop_pct": 0, "mean": [0, 0, 0], "std": [1, 1, 1]}}""", "crop_pct 0")]
    [InlineData("""{"pretrained_cfg": {"input_size": [3, 224, 224], "mean": [0, 0], "std": [1, 1, 1]}}""", "three means")]
    [InlineData("""{"pretrained_cfg": {"input_size": [3, 224, 224], "mean": [0, 0, 0], "std": [1, 0, 1]}}""", "above 0")]
    [InlineData("""{"pretrained_cfg": {"input_size": [3, 224, 224], "interpolation": "lanczos", "mean": [0, 0, 0], "std": [1, 1, 1]}}""", "the filter lanczos")]
    [InlineData("""{"pretrained_cfg": {"input_size": "no"}}""", "cannot be read as JSON")]
    [InlineData("""{"image_mean": [0, 0, 0], "image_std": [1, 1, 1], "size": 9999999}""", "a side of 9999999 pixels")]
    [InlineData("""{"image_mean": [0, 0, 0], "image_std": [1, 1, 1], "size": {"width": 3}}""", "no height in size")]
    [InlineData("""{"image_mean": [0, 0, 0], "image_std": [1, 1, 1], "size": 64, "do_rescale": false}""", "another range than [0, 1]")]
    [InlineData("""{"image_mean": [0, 0, 0], "image_std": [1, 1, 1], "size": {"shortest_edge": 64}, "do_center_crop": true, "crop_size": 65}""", "crops 65 pixels")]
    [InlineData("[]", "no object")]
    [InlineData("{", "cannot be read as JSON")]
    [InlineData("""{"model_type": "vit"}""", "states the preprocessing")]
    public void What_cannot_be_done_is_an_error_that_names_the_file(string json, string message)
    {
        var wrong = Assert.Throws<InputException>(() => Find("config.json", json));
        Assert.Contains(message, wrong.Message, StringComparison.Ordinal);
        Assert.Contains(folder.Path, wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_folder_of_the_weights_may_be_given_itself()
    {
        File.WriteAllText(
            folder["config.json"],
            """{"input_size": [3, 32, 32], "crop_pct": 1.0, "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}"""
        );
        Assert.Equal(new(32, 32, Normalization.Inception), PreprocessingFile.Find(folder.Path).Images);
    }

    [Theory]
    [InlineData(
        "config.json",
        """{"pretrained_cfg":{"input_size":[3,224,224],"interpolation":"bicubic","crop_pct":0.9,"crop_mode":"center","mean":[0.5,0.5,0.5],"std":[0.5,0.5,0.5]}}"""
    )]
    [InlineData(
        "preprocessor_config.json",
        """{"size":{"shortest_edge":256},"do_center_crop":true,"crop_size":{"height":224,"width":224},"resample":3,"do_normalize":true,"do_rescale":true,"rescale_factor":0.00392156862745098,"image_mean":[0.485,0.456,0.406],"image_std":[0.229,0.224,0.225]}"""
    )]
    public void A_mutated_file_is_read_or_is_one_sentence(string name, string sound) =>
        HostileInput.Check(
            name,
            seed: 5,
            random => HostileJson.Mutated(sound, random),
            text =>
            {
                File.WriteAllText(folder[name], text);
                return () => PreprocessingFile.Find(folder.Path);
            }
        );

    private WeightsPreprocessing Find(string name, string json)
    {
        File.WriteAllText(folder[name], json);
        return PreprocessingFile.Find(folder["model.safetensors"]);
    }
}
