using System.Collections.Immutable;
using TransferLens.Analyses.Alignment;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.FeatureSimilarity;
using TransferLens.Analyses.Interpolation;
using TransferLens.Analyses.ModuleCriticality;
using TransferLens.Analyses.WeightSpectrum;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Runtime;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.Tests.Common;

/// <summary>What analyses compute on a GPU, computed by the CPU in the same way.</summary>
public class DevicePathTests
{
    private static readonly EvaluationSettings Settings = new(Normalization.ImageNet, 5, Precision.Float32);

    [Theory]
    [InlineData(SimilarityForm.Exact)]
    [InlineData(SimilarityForm.Minibatch)]
    public void Similarities_are_those_of_the_CPU(SimilarityForm form)
    {
        Same(
            (first, second, images) =>
            {
                var settings = new SimilaritySettings(Normalization.ImageNet, 5, Precision.Float32) { Form = form };
                var result = SimilarityMeasurement.Measure([first, second], images, settings);
                return [.. Numbers(result.Debiased), .. Numbers(result.Biased ?? [])];
            }
        );

        static IEnumerable<double> Numbers(IEnumerable<ImmutableArray<double?>> matrix) =>
            matrix.SelectMany(row => row).Select(value => value ?? double.NaN);
    }

    [Fact]
    public void Barriers_between_networks_with_batch_normalization_are_those_of_the_CPU() =>
        Same(
            (first, second, images) =>
            {
                using var one = StateDict.Of(first);
                using var other = StateDict.Of(second);
                using var evaluator = new MixtureEvaluator(
                    first,
                    [one, other],
                    images,
                    Settings,
                    images,
                    12,
                    7,
                    default
                );
                return [.. evaluator.Evaluate([0.5, 0.5]).Logits.Select(logit => (double)logit)];
            }
        );

    [Fact]
    public void Repaired_activations_are_those_of_the_CPU() =>
        Same(
            (first, second, images) =>
            {
                using var one = StateDict.Of(first);
                using var other = StateDict.Of(second);
                using var repair = new ActivationRepair(first, [one, other], images, Settings, (12, 7), default);
                LinearInterpolation.Write(first, one, other, 0.5);
                using var repaired = repair.Apply([0.5, 0.5]);
                return [.. Evaluator.Evaluate(repaired, images, Settings).Logits.Select(logit => (double)logit)];
            },
            "fixup_resnet18"
        );

    [Fact]
    public void Channels_are_matched_by_activations_as_on_the_CPU() =>
        Same(
            (first, second, images) =>
            {
                using var one = StateDict.Of(first);
                using var other = StateDict.Of(second);
                var aligned = ModelAlignment.Align(
                    first,
                    one,
                    other,
                    16,
                    AlignmentMethod.Activations,
                    images,
                    Settings
                );
                using var permuted = aligned.Weights;
                return [aligned.DistanceAfter];
            }
        );

    [Fact]
    public void Criticality_is_that_of_the_CPU() =>
        Same(
            (first, second, images) =>
            {
                using var initial = StateDict.Of(second);
                using var final = StateDict.Of(first);
                var result = CriticalityMeasurement.Rewinding(
                    first,
                    initial,
                    final,
                    images,
                    Settings,
                    recalibrateOn: images,
                    recalibrationBatch: 5
                );
                return
                [
                    .. result.Modules.Select(module => module.Loss ?? double.NaN),
                    .. result.Modules.Select(module => module.Recalibrated!.Loss ?? double.NaN),
                ];
            }
        );

    [Fact]
    public void Distances_and_spectra_are_those_of_the_CPU() =>
        Same(
            (first, second, _) =>
            {
                using var one = StateDict.Of(first);
                using var other = StateDict.Of(second);
                var spectrum = SpectrumMeasurement.Measure(first).Modules.SelectMany(module => module.Matrices);
                return
                [
                    DistanceMeasurement.Measure(first, one, other).Total,
                    .. spectrum.Select(matrix => matrix.StableRank ?? double.NaN),
                ];
            }
        );

    private delegate double[] Computation(
        TransferLens.Vision.Models.Network first,
        TransferLens.Vision.Models.Network second,
        ImageSet images
    );

    private static void Same(Computation compute, string network = "cifar_resnet8")
    {
        var expected = Run();
        using var exercised = DevicePath.Exercise();
        var actual = Run();
        Assert.Equal(expected.Length, actual.Length);
        // Another layout in memory may change the order of sums.
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-5));

        double[] Run()
        {
            using var scope = NewDisposeScope();
            using var images = RuledImages.Of([.. Enumerable.Range(0, 14).Select(i => i % 4)]);
            using var first = Networks.Create(network, 4, seed: 1, CPU);
            using var second = Networks.Create(network, 4, seed: 2, CPU);
            return compute(first, second, images);
        }
    }
}
