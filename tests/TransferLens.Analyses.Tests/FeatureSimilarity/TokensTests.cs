using System.Text.Json.Nodes;
using TransferLens.Analyses.FeatureSimilarity;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Models.Layers;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Tests.FeatureSimilarity;

/// <summary>Which tokens of transformers are compared.</summary>
public class TokensTests
{
    private static readonly SimilaritySettings Settings = new(Normalization.None, 16, Precision.Float32);

    [Theory]
    [InlineData("both", SimilarityTokens.Both, false, true)]
    [InlineData("class", SimilarityTokens.Class, false, true)]
    [InlineData("patches", SimilarityTokens.Patches, false, true)]
    [InlineData("both, pooled", SimilarityTokens.Both, true, true)]
    [InlineData("class, pooled", SimilarityTokens.Class, true, true)]
    [InlineData("patches, pooled", SimilarityTokens.Patches, true, true)]
    // Without a class token the mean of the patches takes its place; the first token is a register then.
    [InlineData("class of none", SimilarityTokens.Class, false, false)]
    public void They_agree_with_the_papers_formulas(string name, SimilarityTokens tokens, bool pool, bool hasClassToken)
    {
        using var images = FeatureSimilarityTests.ByRule(101, 4);
        using var network = Sequences(new(hasClassToken, Registers: 1));
        var measured = Measure(network, images, Settings with { Tokens = tokens, Pool = pool });
        var expected = Expected()["tokens"]![name]!;
        FeatureSimilarityTests.Near(expected["biased"]!, measured.Biased!.Value, 1e-5);
        FeatureSimilarityTests.Near(expected["debiased"]!, measured.Debiased, 1e-5);
        Assert.Equal(tokens, measured.Tokens);
    }

    [Fact]
    public void Minibatches_take_the_same_tokens()
    {
        using var images = FeatureSimilarityTests.ByRule(101, 4);
        using var network = Sequences(new(HasClassToken: true, Registers: 1));
        var settings = Settings with { Tokens = SimilarityTokens.Class, Form = SimilarityForm.Minibatch };
        FeatureSimilarityTests.Near(
            Expected()["class tokens in minibatches of 16"]!,
            Measure(network, images, settings).Debiased,
            1e-5
        );
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(true, 2)]
    [InlineData(false, 2)]
    public void A_vision_transformer_declares_its_tokens(bool hasClassToken, int registers)
    {
        var shape = new TransformerShape(8, 64, 2, 2) { HasClassToken = hasClassToken, Registers = registers };
        using var images = FeatureSimilarityTests.Noise(24, 16);
        using var generator = new Generator(5);
        using var network = VisionTransformer.Create("small", shape, 3, generator);
        using var scope = NewDisposeScope();
        var outputs = FeatureSimilarityTests.Outputs(network, images);
        Assert.Equal((hasClassToken ? 1 : 0) + registers + 4, outputs[0].shape[1]);
        foreach (var tokens in Enum.GetValues<SimilarityTokens>())
        {
            var measured = Measure(
                network,
                images,
                Settings with
                {
                    Tokens = tokens,
                    Normalize = Normalization.ImageNet,
                }
            );
            for (var c = 1; c < outputs.Length; c++)
            {
                var expected = LinearCka.Between(Taken(outputs[1], tokens), Taken(outputs[c], tokens));
                Assert.Equal(expected.Debiased!.Value, measured.Debiased[1][c]!.Value, 1e-5);
            }

            // Before the first block, no image has reached the class token.
            Assert.Equal(tokens == SimilarityTokens.Class && hasClassToken, measured.Debiased[0][1] is null);
        }

        // The four patches are the last tokens.
        Tensor Taken(Tensor output, SimilarityTokens tokens) =>
            (output.dim(), tokens) switch
            {
                (2, _) or (_, SimilarityTokens.Both) => output,
                (_, SimilarityTokens.Patches) => output[TensorIndex.Colon, TensorIndex.Slice(-4)],
                _ => hasClassToken
                    ? output[TensorIndex.Colon, 0]
                    : output[TensorIndex.Colon, TensorIndex.Slice(-4)].mean([1]),
            };
    }

    [Fact]
    public void Maps_are_compared_whole()
    {
        using var images = FeatureSimilarityTests.Noise(24, 8);
        using var network = Networks.Create("cifar_resnet8", 4, 1);
        var whole = Measure(network, images, Settings);
        foreach (var tokens in Enum.GetValues<SimilarityTokens>())
        {
            Assert.Equal(
                whole.Debiased.SelectMany(row => row),
                Measure(network, images, Settings with { Tokens = tokens }).Debiased.SelectMany(row => row)
            );
        }
    }

    [Fact]
    public void Tokens_that_are_not_declared_cannot_be_chosen()
    {
        using var images = FeatureSimilarityTests.Noise(24, 4);
        using var network = Sequences(null);
        Assert.NotNull(Measure(network, images, Settings).Debiased[0][1]);
        Assert.Equal(
            "The module 'f0' of sequences does not declare which of its tokens are the class token and patches; set its "
                + "Tokens, or compare both.",
            Assert
                .Throws<InputException>(() =>
                    Measure(network, images, Settings with { Tokens = SimilarityTokens.Patches })
                )
                .Message
        );
    }

    [Fact]
    public void A_declaration_that_the_output_contradicts_is_refused()
    {
        using var head = nn.Linear(8, 2);
        using var module = new Pooling(head);
        var wrong = Assert.Throws<InputException>(() =>
            Network.From(
                module,
                [
                    new("stem", ["stem"], x => x.flatten(1).reshape(-1, 6, 8)) { Tokens = new(true, Registers: 5) },
                    new("head", x => head.call(x.mean([1]))),
                ],
                rand(2, 3, 4, 4)
            )
        );
        Assert.Contains(
            "declares 6 tokens before the patches, but its output is (2, 6, 8)",
            wrong.Message,
            StringComparison.Ordinal
        );
    }

    private static SimilarityResult Measure(Network network, ImageSet images, SimilaritySettings settings) =>
        SimilarityMeasurement.Measure(
            [network],
            images,
            settings,
            cancellationToken: TestContext.Current.CancellationToken
        );

    private static JsonNode Expected() =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "cka.json")))!;

    // The rule of tests/reference/cka.py; without a class token, the second token is a patch.
    private static Network Sequences(TokenSequence? tokens) =>
        new(
            "sequences",
            nn.Sequential(),
            [
                new("f0", x => x.flatten(1).reshape(-1, 6, 8).square()) { Tokens = tokens },
                new("f1", x => (x - 0.3).relu()) { Tokens = tokens },
                new("f2", x => x.narrow(1, 2, 4).mean([1])),
            ]
        );

    private sealed class Pooling : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> head;

        public Pooling(nn.Module<Tensor, Tensor> head)
            : base("pooling")
        {
            this.head = head;
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => head.call(input.flatten(1).reshape(-1, 6, 8).mean([1]));
    }
}
