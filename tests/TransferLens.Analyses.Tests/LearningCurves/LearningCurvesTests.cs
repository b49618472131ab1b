using TransferLens.Analyses.LearningCurves;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.Tests.LearningCurves;

public sealed class LearningCurvesTests : IDisposable
{
    private const string Runs =
        "{P-T: {init: pretrained, learning_rate: 0.02, seeds: [1, 2]}, RI-T: {init: random, learning_rate: 0.1, seeds: [1, 2]}}";

    private readonly MadeUpStudy study = new(new LearningCurvesAnalysis());

    public void Dispose() => study.Dispose();

    [Theory]
    [InlineData(0.80, 0.60, "Pretraining helps on drawn: P-T ends 20.0 points above RI-T.")]
    [InlineData(0.60, 0.80, "Pretraining hurts on drawn: P-T ends 20.0 points below RI-T.")]
    [InlineData(0.72, 0.70, "No difference detected on drawn: P-T and RI-T end 2.0 points apart.")]
    public void A_difference_counts_beyond_seeds_and_test_images_only(double pretrained, double random, string sentence)
    {
        var finding = Gain(pretrained, random);
        Assert.Equal(sentence, finding.Sentence);
        Assert.Equal(Question.Gain, finding.Question);
        Assert.Equal([pretrained, random], finding.Evidence.Take(2).Select(evidence => Math.Round(evidence.Value, 9)));
    }

    // Accuracies lie 0.2 points about the mean over seeds, and each may be 2 points off by the choice of test images.
    private Finding Gain(double pretrained, double random) =>
        Assert.Single(
            study
                .Conclude(study.Plan("", runs: Runs), task =>
                {
                    var accuracy =
                        (task.Title.Contains("P-T", StringComparison.Ordinal) ? pretrained : random)
                        + (task.Title.Contains("s1", StringComparison.Ordinal) ? 0.002 : -0.002);
                    return task.Kind == StudyTasks.TrainKind
                        ? MadeUpStudy.Trained(accuracy)
                        : MadeUpStudy.Evaluated(accuracy);
                })
                .Findings
        );
}
