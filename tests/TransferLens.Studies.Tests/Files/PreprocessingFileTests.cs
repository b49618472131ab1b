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
        Assert.Empty(found.Remarks);
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
        bool squashes
    )
    {
        var found = Find("preprocessor_config.json", json);
        Assert.Equal(
            new(size, resize, Normalization.Parse(normalize))
            {
                Interpolation = interpolation,
                ResizeMode = squashes ? ResizeMode.Squash : ResizeMode.Shortest,
            },
            found.Images
        );
    }

    // transformers 5 nests the image processor, and prefers it to the older file.
    [Fact]
    public void A_processor_config_of_transformers_is_read_before_its_older_file()
    {
        const string older = """{"size": {"height": 64, "width": 64}, "resample": 2, "image_mean": 0, "image_std": 1}""";
        File.WriteAllText(folder["preprocessor_config.json"], older);
        var found = Find(
            "processor_config.json",
            """
            {"processor_class": "CLIPProcessor", "image_processor": {"image_processor_type": "CLIPImageProcessorFast",
             "size": {"shortest_edge": 256}, "crop_size": {"height": 224, "width": 224}, "do_center_crop": true,
             "resample": 3, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}}
            """
        );
        var expected = new ImageSettings(224, 256, Normalization.Inception) { Interpolation = Interpolation.Bicubic };
        Assert.Equal(expected, found.Images);
        Assert.EndsWith("/processor_config.json", found.Path, StringComparison.Ordinal);
        // Before version 5 it is about texts and images together, and has no steps.
        Assert.Equal(64, Find("processor_config.json", """{"processor_class": "CLIPProcessor"}""").Images.Size);
    }

    [Theory]
    [InlineData(
        "\"test_input_size\": [3, 96, 96]",
        "test_input_size [3,96,96] is ignored. Published scores may be at the test size; set size and resize to use it."
    )]
    [InlineData(
        "\"test_input_size\": [3, 96, 96], \"test_crop_pct\": 1.0",
        "test_input_size [3,96,96] and test_crop_pct 1.0 are ignored. "
            + "Published scores may be at the test size; set size and resize to use it."
    )]
    public void The_test_size_of_timm_is_ignored_with_a_remark(string keys, string remark)
    {
        var found = Find(
            "config.json",
            "{\"pretrained_cfg\": {\"input_size\": [3, 64, 64], \"mean\": [0.5, 0.5, 0.5], \"std\": [0.5, 0.5, 0.5], "
                + $"{keys}}}}}"
        );
        Assert.Equal(64, found.Images.Size);
        Assert.Equal(remark, Assert.Single(found.Remarks));
    }

    // The files of laion/CLIP-ViT-B-32, of an image size in the model alone, and of timm's SigLIP.
    [Theory]
    [InlineData(
        """{"model_cfg": {"vision_cfg": {"image_size": 224}}, "preprocess_cfg": {"mean": [0.48145466, 0.4578275, 0.40821073], "std": [0.26862954, 0.26130258, 0.27577711]}}""",
        224,
        "clip",
        Interpolation.Bicubic,
        ResizeMode.Shortest,
        ""
    )]
    [InlineData(
        """{"model_cfg": {"vision_cfg": {"image_size": [96, 96]}}, "preprocess_cfg": {"size": 224, "interpolation": "bilinear", "mean": 0.5, "std": 0.5}}""",
        96,
        "inception",
        Interpolation.Bilinear,
        ResizeMode.Shortest,
        ""
    )]
    [InlineData(
        """{"preprocess_cfg": {"size": [256, 256], "mode": "RGB", "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5], "interpolation": "bicubic", "resize_mode": "squash", "fill_color": 0}}""",
        256,
        "inception",
        Interpolation.Bicubic,
        ResizeMode.Squash,
        ""
    )]
    [InlineData(
        """{"preprocess_cfg": {"glow": 1}}""",
        224,
        "clip",
        Interpolation.Bicubic,
        ResizeMode.Shortest,
        "It has no image_size; 224 is assumed, as in OpenCLIP. It has no mean and std; those of CLIP are assumed, as in OpenCLIP. Its keys glow are unknown and ignored."
    )]
    public void A_config_of_OpenCLIP_is_read(
        string json,
        int size,
        string normalize,
        Interpolation interpolation,
        ResizeMode mode,
        string said
    )
    {
        // Of the same network in timm's port, whose weights are in another file.
        File.WriteAllText(
            folder["config.json"],
            """{"input_size": [3, 48, 48], "mean": [0, 0, 0], "std": [1, 1, 1]}"""
        );
        var found = Find("open_clip_config.json", json);
        var expected = new ImageSettings(size, size, Normalization.Parse(normalize))
        {
            Interpolation = interpolation,
            ResizeMode = mode,
        };
        Assert.Equal(expected, found.Images);
        Assert.Equal(said, string.Join(' ', found.Remarks));
        Assert.Equal(2 * size, found.ForSize(2 * size).Resize);
    }

    [Theory]
    [InlineData("\"resize_mode\": \"longest\"", "resize_mode longest")]
    [InlineData("\"interpolation\": \"random\"", "interpolation random")]
    [InlineData("\"mode\": \"L\"", "mode L")]
    [InlineData("\"size\": [224, 192]", "size [224,192]")]
    [InlineData("\"size\": \"large\"", "size \"large\"")]
    [InlineData("\"mean\": [0.5, 0.5, 0.5]", "has no std")]
    [InlineData("\"mean\": 0.5, \"std\": 0", "above 0")]
    public void What_OpenCLIP_does_and_cannot_be_done_is_an_error_that_names_its_key(string keys, string message)
    {
        var json = $$"""{"preprocess_cfg": { {{keys}} } }""";
        var refused = Assert.Throws<InputException>(() => Find("open_clip_config.json", json)).Message;
        Assert.Contains(folder["open_clip_config.json"], refused, StringComparison.Ordinal);
        Assert.Contains(message, refused, StringComparison.Ordinal);
    }

    // The class of the image processor decides what one number means; without one that is known, the crop does.
    [Theory]
    [InlineData("\"image_processor_type\": \"ViTImageProcessor\"", ResizeMode.Squash, 64, "both sides")]
    [InlineData("\"feature_extractor_type\": \"ViTFeatureExtractor\"", ResizeMode.Squash, 64, "both sides")]
    [InlineData("\"image_processor_type\": \"ViTImageProcessorFast\"", ResizeMode.Squash, 64, "both sides")]
    [InlineData("\"image_processor_type\": \"DeiTImageProcessor\", \"crop_size\": 56", ResizeMode.Squash, 64, "both sides")]
    [InlineData("\"image_processor_type\": \"CLIPImageProcessor\", \"crop_size\": 56", ResizeMode.Shortest, 64, "shorter side")]
    [InlineData("\"feature_extractor_type\": \"ConvNextFeatureExtractor\"", ResizeMode.Shortest, 73, "shorter side")]
    [InlineData("\"crop_pct\": 0.8", ResizeMode.Shortest, 80, "crop_pct")]
    [InlineData("\"default_to_square\": true", ResizeMode.Squash, 64, "default_to_square true")]
    [InlineData("\"do_convert_rgb\": true", ResizeMode.Squash, 64, "no do_center_crop")]
    [InlineData("\"do_center_crop\": true, \"crop_size\": 56", ResizeMode.Shortest, 64, "it has do_center_crop")]
    [InlineData(
        "\"image_processor_type\": \"ViTImageProcessor\", \"feature_extractor_type\": \"CLIPFeatureExtractor\", \"do_center_crop\": true, \"crop_size\": 56",
        ResizeMode.Shortest,
        64,
        "ViTImageProcessor and CLIPFeatureExtractor"
    )]
    [InlineData("\"image_processor_type\": \"XImageProcessor\"", ResizeMode.Squash, 64, "XImageProcessor is not known")]
    [InlineData("\"glow\": 3", ResizeMode.Squash, 64, "keys glow are unknown")]
    public void A_size_that_is_one_number_is_read_by_class_and_what_was_assumed_is_said(
        string keys,
        ResizeMode mode,
        int resize,
        string said
    )
    {
        var found = Find(
            "preprocessor_config.json",
            $$"""{"size": 64, "resample": 2, "image_mean": 0.5, "image_std": [0.5, 0.5, 0.5], {{keys}}}"""
        );
        Assert.Equal((mode, resize), (found.Images.ResizeMode, found.Images.Resize));
        Assert.Equal(Normalization.Inception, found.Images.Normalize);
        Assert.Contains(said, string.Join(' ', found.Remarks), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_size_keeps_the_part_that_is_cropped()
    {
        var timm = Find(
            "config.json",
            """{"input_size": [3, 64, 64], "crop_pct": 0.95, "mean": [0, 0, 0], "std": [1, 1, 1], "crop_mode": "squash"}"""
        );
        // floor(96 / 0.95).
        Assert.Equal(timm.Images with { Size = 96, Resize = 101 }, timm.ForSize(96));
        Assert.Equal(ResizeMode.Squash, timm.ForSize(96).ResizeMode);
        Assert.Same(timm.Images, timm.ForSize(64));

        var next = Find(
            "preprocessor_config.json",
            """
            {"size": {"shortest_edge": 384}, "crop_pct": 0.875, "image_mean": [0, 0, 0], "image_std": [1, 1, 1],
             "image_processor_type": "ConvNextImageProcessor"}
            """
        );
        Assert.Equal((384, ResizeMode.Squash), (next.Images.Resize, next.Images.ResizeMode));
        Assert.Equal((256, ResizeMode.Shortest), (next.ForSize(224).Resize, next.ForSize(224).ResizeMode));
        Assert.Contains("no resample; bicubic is assumed", Assert.Single(next.Remarks), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"resample\": 0", "resample 0 (nearest)")]
    [InlineData("\"resample\": 1", "resample 1 (lanczos)")]
    [InlineData("\"resample\": 4", "resample 4 (box)")]
    [InlineData("\"resample\": 5", "resample 5 (hamming)")]
    [InlineData("\"resample\": 9", "resample 9 (no filter of Pillow)")]
    [InlineData("\"resample\": \"bicubic\"", "resample \"bicubic\", which is no whole number")]
    [InlineData("\"do_resize\": false", "do_resize false")]
    [InlineData("\"do_resize\": 1", "do_resize 1, not true or false")]
    [InlineData("\"do_rescale\": false", "do_rescale false")]
    [InlineData("\"rescale_factor\": 0.5", "rescale_factor 0.5")]
    [InlineData("\"rescale_offset\": true", "rescale_offset true")]
    [InlineData("\"do_pad\": true", "do_pad true")]
    [InlineData("\"do_flip_channel_order\": true", "do_flip_channel_order true")]
    [InlineData("\"size_divisor\": 32", "size_divisor 32")]
    [InlineData("\"keep_aspect_ratio\": true", "keep_aspect_ratio true")]
    [InlineData("\"crop_pct\": 0.9, \"image_processor_type\": \"ViTImageProcessor\"", "crop_pct 0.9")]
    [InlineData("\"do_center_crop\": true", "has no crop_size")]
    [InlineData("\"do_center_crop\": true, \"crop_size\": {\"height\": 32, \"width\": 48}", "crop_size {\"height\":32,\"width\":48}")]
    [InlineData("\"image_processor_type\": \"EfficientNetImageProcessor\", \"resample\": 2", "include_top")]
    [InlineData("\"image_processor_type\": \"LevitImageProcessor\"", "Levit")]
    [InlineData("\"image_processor_type\": \"ConvNextImageProcessor\"", "takes only shortest_edge")]
    [InlineData("\"size\": {\"height\": 64, \"width\": 96}", "size {\"height\":64,\"width\":96}")]
    [InlineData("\"size\": {\"shortest_edge\": 64, \"longest_edge\": 96}", "longest_edge")]
    [InlineData("\"image_std\": [1, 1]", "image_std [1,1], not three numbers")]
    public void A_step_of_transformers_that_cannot_be_done_is_an_error_that_names_its_key(string keys, string message)
    {
        var size = keys.StartsWith("\"size\":", StringComparison.Ordinal) ? "" : "\"size\": {\"height\": 64, \"width\": 64},";
        var deviation = keys.Contains("image_std", StringComparison.Ordinal) ? "" : "\"image_std\": [1, 1, 1],";
        What_cannot_be_done_is_an_error_that_names_the_file(
            $$"""{ {{size}} {{deviation}} "image_mean": [0, 0, 0], {{keys}}}""",
            message
        );
    }

    [Theory]
    [InlineData("""{"pretrained_cfg": {"input_size": [3, 224, 192], "mean": [0, 0, 0], "std": [1, 1, 1]}}""", "input_size")]
    [InlineData("""{"pretrained_cfg": {"input_size": [3, 224, 224], "crop_pct": 0, "mean": [0, 0, 0], "std": [1, 1, 1]}}""", "crop_pct 0")]
    [InlineData("""{"pretrained_cfg": {"input_size": [3, 64, 64], "crop_mode": "border", "mean": [0, 0, 0], "std": [1, 1, 1]}}""", "crop_mode border")]
    [InlineData("""{"pretrained_cfg": {"input_size": [3, 64, 64], "crop_border_pixels": 4, "mean": [0, 0, 0], "std": [1, 1, 1]}}""", "crop_border_pixels 4")]
    [InlineData("""{"pretrained_cfg": {"input_size": [3, 224, 224], "mean": [0, 0], "std": [1, 1, 1]}}""", "mean [0,0], not three numbers")]
    [InlineData("""{"pretrained_cfg": {"input_size": [3, 224, 224], "mean": [0, 0, 0], "std": [1, 0, 1]}}""", "above 0")]
    [InlineData("""{"pretrained_cfg": {"input_size": [3, 224, 224], "interpolation": "lanczos", "mean": [0, 0, 0], "std": [1, 1, 1]}}""", "interpolation lanczos")]
    [InlineData("""{"pretrained_cfg": {"input_size": "no"}}""", "input_size \"no\"")]
    [InlineData("""{"image_mean": [0, 0, 0], "image_std": [1, 1, 1], "size": 9999999}""", "a side of 9999999 pixels")]
    [InlineData("""{"image_mean": [0, 0, 0], "image_std": [1, 1, 1], "size": {"width": 3}}""", "size {\"width\":3}")]
    [InlineData("""{"image_mean": [0, 0, 0], "image_std": [1, 1, 1], "size": 64, "do_rescale": false}""", "do_rescale false")]
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
        // Without an interpolation, timm takes bicubic.
        Assert.Equal(
            new(32, 32, Normalization.Inception) { Interpolation = Interpolation.Bicubic },
            PreprocessingFile.Find(folder.Path).Images
        );
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
    [InlineData(
        "processor_config.json",
        """{"processor_class":"CLIPProcessor","image_processor":{"image_processor_type":"CLIPImageProcessor","size":{"shortest_edge":256},"crop_size":224,"resample":3,"image_mean":[0.5,0.5,0.5],"image_std":[0.5,0.5,0.5]}}"""
    )]
    [InlineData(
        "open_clip_config.json",
        """{"model_cfg":{"vision_cfg":{"image_size":[224,224]}},"preprocess_cfg":{"size":224,"mode":"RGB","mean":[0.5,0.5,0.5],"std":[0.5,0.5,0.5],"interpolation":"bicubic","resize_mode":"squash","fill_color":0}}"""
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
