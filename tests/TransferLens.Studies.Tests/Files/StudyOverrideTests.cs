using TransferLens.Tests;

namespace TransferLens.Studies.Tests.Files;

public sealed class StudyOverrideTests : IDisposable
{
    private readonly StudyFolder folder = new(ImageFormats.All);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Values_are_laid_over_the_file_in_order()
    {
        var study = folder.Read(
            StudyFolder.Plain,
            [
                "training.epochs=1",
                "training.epochs=2",
                "runs.P-T.seeds=[7]",
                "targets.cartoon.limit=50",
                "training.optimizer.name=adamw",
                "analyses.mistakes=",
                "analyses.performance_barrier={points: 3}",
                "runs.RI-T={init: random, learning_rate: 0.1}",
            ]
        );

        Assert.Equal(
            (2, 64, "adamw"),
            (study.Training.Epochs, study.Training.BatchSize, study.Training.Optimizer.Name)
        );
        Assert.Equal([7], study.Runs[0].Value.Seeds);
        Assert.Equal(["P-T", "RI-T"], study.Runs.Select(run => run.Key));
        Assert.Equal(50, study.Targets[0].Value.Test.Limit);
        Assert.Equal(
            ["performance_barrier {\"points\":3}", "mistakes {}"],
            study.Analyses.Select(analysis => $"{analysis.Key} {analysis.Value.ToJsonString()}")
        );
    }

    [Fact]
    public void A_name_may_hold_dots() =>
        Assert.Equal(
            [9],
            folder
                .Read(StudyFolder.Plain.Replace("P-T:", "P.1-T:", StringComparison.Ordinal), ["runs.P.1-T.seeds=9"])
                .Runs[0]
                .Value.Seeds
        );

    [Theory]
    [InlineData(
        "training.epoch=1",
        "override training.epoch=1: unknown key 'epoch' in training; did you mean 'epochs'?"
    )]
    [InlineData(
        "trainin.epochs=1",
        "override trainin.epochs=1: unknown key 'trainin' in the study; did you mean 'training'?"
    )]
    [InlineData(
        "training.epochs=ten",
        "override training.epochs=ten: training.epochs must be a whole number, but is 'ten'."
    )]
    [InlineData(
        "training.epochs=",
        "override training.epochs=: training.epochs is empty; give it a value or remove the key."
    )]
    [InlineData(
        "training.epochs.x=1",
        "override training.epochs.x=1: training.epochs is a value and not a mapping, so 'x' cannot be set in it."
    )]
    [InlineData(
        "runs.P-T.seeds.0=1",
        "override runs.P-T.seeds.0=1: runs.P-T.seeds is a value and not a mapping, so '0' cannot be set in it."
    )]
    [InlineData("runs.Q.seeds=1", "override runs.Q.seeds=1: the key 'init' is missing in runs.Q; add it.")]
    [InlineData(
        "training={epochs: 1, epochs: 2}",
        "override training={epochs: 1, epochs: 2}: the key 'epochs' is given twice; remove one of the two."
    )]
    [InlineData("training.epochs", "override training.epochs: write key.path=value, for example training.epochs=1.")]
    [InlineData("=1", "override =1: write key.path=value, for example training.epochs=1.")]
    [InlineData(
        "training..epochs=1",
        "override training..epochs=1: write key.path=value, for example training.epochs=1."
    )]
    public void What_is_wrong_in_an_override_is_told_as_for_a_file_without_a_line(string text, string message) =>
        Assert.Equal(message, folder.Error(StudyFolder.Plain, [text]));

    [Fact]
    public void An_override_that_is_no_YAML_is_told() =>
        Assert.StartsWith(
            "override training.epochs=[1: this is not YAML (",
            folder.Error(StudyFolder.Plain, ["training.epochs=[1"]),
            StringComparison.Ordinal
        );

    [Fact]
    public void What_an_override_leaves_missing_is_told() =>
        Assert.Equal(
            "override targets={t: {format: idx}}: the key 'train' is missing in targets.t; add it.",
            folder.Error(StudyFolder.Plain, ["targets={t: {format: idx}}"])
        );
}
