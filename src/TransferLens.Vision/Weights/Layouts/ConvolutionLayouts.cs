using System.Collections.Immutable;

namespace TransferLens.Vision.Weights.Layouts;

/// <summary>Convolutional networks under other names than torchvision's, which are the network's.</summary>
internal static class ConvolutionLayouts
{
    /// <summary>transformers, <c>models/resnet/modeling_resnet.py</c>.</summary>
    public static Layout HuggingFaceResNet { get; } =
        new(
            "Hugging Face's ResNet",
            "embedder.embedder.convolution.weight",
            [
                new("embedder.embedder.convolution", "conv1"),
                new("embedder.embedder.normalization", "bn1"),
                new("encoder.stages.#.layers.#.layer.#.convolution", "layer{0+1}.{1}.conv{2+1}"),
                new("encoder.stages.#.layers.#.layer.#.normalization", "layer{0+1}.{1}.bn{2+1}"),
                new("encoder.stages.#.layers.#.shortcut.convolution", "layer{0+1}.{1}.downsample.0"),
                new("encoder.stages.#.layers.#.shortcut.normalization", "layer{0+1}.{1}.downsample.1"),
                new("classifier.1", "fc"),
            ]
        )
        {
            Trunks = ["resnet"],
            Beside = [new("classifier.1", "fc")],
        };

    /// <summary>detectron2, <c>tools/convert-torchvision-to-d2.py</c>.</summary>
    public static Layout Detectron { get; } =
        new(
            "detectron2's ResNet",
            "stem.conv1.norm.weight",
            [
                new("stem.conv1.norm", "bn1"),
                new("stem.conv1", "conv1"),
                new("stem.fc", "fc"),
                new("linear", "fc"),
                new("res#.#.shortcut.norm", "layer{0-1}.{1}.downsample.1"),
                new("res#.#.shortcut", "layer{0-1}.{1}.downsample.0"),
                new("res#.#.conv#.norm", "layer{0-1}.{1}.bn{2}"),
                new("res#.#", "layer{0-1}.{1}"),
            ]
        )
        {
            Doubt = new(
                "detectron2's own models expect BGR images from 0 to 255, and, unless STRIDE_IN_1X1 is False, have the "
                    + "stride of a stage in its first 1x1 convolution, where this network has it in the 3x3 one",
                WithTensor: "layer1.0.conv3.weight"
            ),
        };

    /// <summary>mmpretrain's residual networks, <c>tools/model_converters/torchvision_to_mmpretrain.py</c>.</summary>
    public static Layout MmPretrainResNet { get; } =
        new("mmpretrain's ResNet", "layer1.0.conv1.weight", [])
        {
            Trunks = ["backbone"],
            Beside = [new("head.fc", "fc")],
        };

    /// <summary>
    /// <c>nn.Sequential(*network.children())</c> of torchvision's residual networks: children by their places, among
    /// which the activation and the pooling have no tensors.
    /// </summary>
    public static Layout SequentialResNet { get; } =
        new(
            "a Sequential of a ResNet's children",
            "4.0.conv1.weight",
            [
                new("0", "conv1"),
                new("1", "bn1"),
                new("4", "layer1"),
                new("5", "layer2"),
                new("6", "layer3"),
                new("7", "layer4"),
                new("9", "fc"),
                new("10", "fc"),
            ]
        );

    /// <summary>transformers, <c>models/convnext/convert_convnext_to_pytorch.py</c>.</summary>
    public static Layout HuggingFaceConvNext { get; } =
        new(
            "Hugging Face's ConvNeXt",
            "encoder.stages.0.layers.0.dwconv.weight",
            [
                new("embeddings.patch_embeddings", "features.0.0"),
                new("embeddings.layernorm", "features.0.1"),
                .. ConvNextBlock("encoder.stages.#.layers.#", "dwconv", "layernorm", "pwconv1", "pwconv2"),
                Scale("encoder.stages.#.layers.#.layer_scale_parameter"),
                new("encoder.stages.#.downsampling_layer.#", "features.{2*0}.{1}"),
                new("layernorm", "classifier.0"),
                new("classifier", "classifier.2"),
            ]
        )
        {
            Trunks = ["convnext"],
            Beside = [new("classifier", "classifier.2")],
        };

    /// <summary>facebookresearch/ConvNeXt, <c>models/convnext.py</c>.</summary>
    public static Layout MetaConvNext { get; } =
        new(
            "Meta's ConvNeXt",
            "downsample_layers.0.0.weight",
            [
                new("downsample_layers.#.#", "features.{2*0}.{1}"),
                .. ConvNextBlock("stages.#.#", "dwconv", "norm", "pwconv1", "pwconv2"),
                Scale("stages.#.#.gamma"),
                new("norm", "classifier.0"),
                new("head", "classifier.2"),
            ]
        );

    /// <summary>mmpretrain, <c>models/backbones/convnext.py</c>.</summary>
    public static Layout MmPretrainConvNext { get; } =
        new(
            "mmpretrain's ConvNeXt",
            "stages.0.0.depthwise_conv.weight",
            [
                new("downsample_layers.#.#", "features.{2*0}.{1}"),
                .. ConvNextBlock("stages.#.#", "depthwise_conv", "norm", "pointwise_conv1", "pointwise_conv2"),
                Scale("stages.#.#.gamma"),
                new("norm3", "classifier.0"),
            ]
        )
        {
            Trunks = ["backbone"],
            Beside = [new("head.fc", "classifier.2")],
        };

    /// <summary>timm, <c>models/convnext.py</c>.</summary>
    public static Layout TimmConvNext { get; } =
        new(
            "timm's ConvNeXt",
            "stages.0.blocks.0.conv_dw.weight",
            [
                new("stem.#", "features.0.{0}"),
                .. ConvNextBlock("stages.#.blocks.#", "conv_dw", "norm", "mlp.fc1", "mlp.fc2"),
                Scale("stages.#.blocks.#.gamma"),
                new("stages.#.downsample.#", "features.{2*0}.{1}"),
                new("head.norm", "classifier.0"),
                new("head.fc", "classifier.2"),
            ]
        );

    /// <summary>timm, <c>models/vgg.py</c>: the first linear layers are convolutions.</summary>
    public static Layout TimmVgg { get; } =
        new(
            "timm's VGG",
            "pre_logits.fc1.weight",
            [
                new("pre_logits.fc1", "classifier.0") { Change = TensorChange.Reshape },
                new("pre_logits.fc2", "classifier.3") { Change = TensorChange.Reshape },
                new("head.fc", "classifier.6"),
            ]
        );

    /// <summary>timm, <c>models/efficientnet.py</c>: MobileNetV2 as stages of blocks.</summary>
    public static Layout TimmMobileNet { get; } =
        new(
            "timm's MobileNetV2",
            "blocks.0.0.conv_dw.weight",
            [
                new("conv_stem", "features.0.0"),
                new("bn1", "features.0.1"),
                new("blocks.0.0.conv_dw", "features.1.conv.0.0"),
                new("blocks.0.0.bn1", "features.1.conv.0.1"),
                new("blocks.0.0.conv_pw", "features.1.conv.1"),
                new("blocks.0.0.bn2", "features.1.conv.2"),
                .. MobileNetBlocks(),
                new("conv_head", "features.18.0"),
                new("bn2", "features.18.1"),
                new("classifier", "classifier.1"),
            ]
        );

    /// <summary>torchvision's first DenseNet, before 0.2: <c>norm.1</c> for <c>norm1</c>.</summary>
    public static Layout OldDenseNet { get; } =
        new(
            "torchvision's DenseNet before 0.2",
            "features.denseblock1.denselayer1.norm.1.weight",
            [
                new("features.denseblock#.denselayer#.norm.#", "features.denseblock{0}.denselayer{1}.norm{2}"),
                new("features.denseblock#.denselayer#.conv.#", "features.denseblock{0}.denselayer{1}.conv{2}"),
            ]
        );

    /// <summary>All of them.</summary>
    public static ImmutableArray<Layout> All { get; } =
    [
        HuggingFaceResNet,
        Detectron,
        MmPretrainResNet,
        SequentialResNet,
        HuggingFaceConvNext,
        MetaConvNext,
        MmPretrainConvNext,
        TimmConvNext,
        TimmVgg,
        TimmMobileNet,
        OldDenseNet,
    ];

    private static IEnumerable<NameRule> ConvNextBlock(
        string block,
        string depthwise,
        string norm,
        string widen,
        string narrow
    ) =>
        [
            new($"{block}.{depthwise}", "features.{2*0+1}.{1}.block.0"),
            new($"{block}.{norm}", "features.{2*0+1}.{1}.block.2"),
            // Some write these two as 1x1 convolutions.
            new($"{block}.{widen}", "features.{2*0+1}.{1}.block.3") { Change = TensorChange.Reshape },
            new($"{block}.{narrow}", "features.{2*0+1}.{1}.block.5") { Change = TensorChange.Reshape },
        ];

    private static NameRule Scale(string from) =>
        new(from, "features.{2*0+1}.{1}.layer_scale") { Change = TensorChange.Reshape };

    // Stages of 1, 2, 3, 4, 3, 3 and 1 blocks in one row; the first block has no expansion.
    private static IEnumerable<NameRule> MobileNetBlocks()
    {
        var row = 2;
        foreach (var (stage, count) in ((int, int)[])[(1, 2), (2, 3), (3, 4), (4, 3), (5, 3), (6, 1)])
        {
            for (var block = 0; block < count; block++, row++)
            {
                var (from, to) = ($"blocks.{stage}.{block}", $"features.{row}.conv");
                yield return new($"{from}.conv_pw", $"{to}.0.0");
                yield return new($"{from}.bn1", $"{to}.0.1");
                yield return new($"{from}.conv_dw", $"{to}.1.0");
                yield return new($"{from}.bn2", $"{to}.1.1");
                yield return new($"{from}.conv_pwl", $"{to}.2");
                yield return new($"{from}.bn3", $"{to}.3");
            }
        }
    }
}
