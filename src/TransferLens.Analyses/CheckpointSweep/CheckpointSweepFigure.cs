using System.Collections.Immutable;
using TransferLens.Figures;
using TransferLens.Findings;

namespace TransferLens.Analyses;

/// <summary>The figures and tables of <see cref="CheckpointSweep"/>.</summary>
internal static class CheckpointSweepFigure
{
    /// <summary>One figure a target, and one of the barriers on the source.</summary>
    public static ImmutableArray<Figure> Of(SweepResult result) =>
    [
        .. result.Targets.Select(target => new LineChart(
            $"checkpoint_sweep-{target.Target}",
            $"Fine-tuning on {target.Target} from {Checkpoints(result)}; bands show the range over seeds, or the 95 % bootstrap interval of a single training.",
            $"Final test accuracy in percent over the {result.Unit}: " + string.Join("; ", target.Checkpoints.Select((checkpoint, i) => $"{result.Source[i].Epoch}: {(checkpoint.Accuracy is { } accuracy ? $"{100 * accuracy.Mean:0.0} %" : "diverged")}")) + (result.Measured ? "." : ". What P does on its source, and where it entered its final basin, was not measured: P comes from files."),
            [
                new("Final test accuracy", Axis(result), "test accuracy (%)",
                [
                    Line($"{target.Run} on {target.Target}", 0, result, target.Checkpoints.Select(checkpoint => checkpoint.Estimate)),
                    .. result.Measured ? [Line("P on the source (shaded)", 1, result, result.Source.Select(source => source.Accuracy)) with { Shaded = true }] : Array.Empty<Line>(),
                ]),
                new("Speed of optimization", Axis(result), "mean training accuracy (%)",
                [
                    Line($"{target.Run} on {target.Target}", 0, result, target.Checkpoints.Select(checkpoint => checkpoint.MeanTrainAccuracy is { } spread ? new Estimate(spread.Mean, spread.Low, spread.High) : null)),
                ]),
            ])),
        .. result.Measured ? [Barriers(result)] : Array.Empty<Figure>(),
    ];

    private static string Checkpoints(SweepResult result) => result.Measured ? "epochs of the pretraining" : "the checkpoint files of P";

    private static string Axis(SweepResult result) => result.Measured ? "epoch of the pretraining" : "checkpoint file of P, counted from 0";

    private static LineChart Barriers(SweepResult result) => new(
            "checkpoint_sweep-barrier", "Barrier between epochs of the pretraining and its last one, on the source test pictures; the band shows the 95 % bootstrap interval over them.",
            "Barrier in points of accuracy over the epoch: " + string.Join("; ", result.Source.Select(source => $"{source.Epoch}: {100 * source.Barrier.Value:0.0}")) + ".",
            [
                new("Barrier to the last epoch", "epoch of the pretraining", "barrier (points of accuracy)",
                [
                    Line("barrier", 0, result, result.Source.Select(source => source.Barrier)),
                    Line("what the test pictures leave uncertain", 1, result, result.Source.Select(source => new Estimate(source.Noise, source.Noise, source.Noise))),
                ]),
            ]);

    /// <summary>One row for each target and checkpoint, and one for every training.</summary>
    public static ImmutableArray<Table> Tables(SweepResult result) =>
    [
        new("checkpoint_sweep", $"Fine-tuning from {Checkpoints(result)}; accuracies are fractions{(result.Measured ? "" : "; accuracy on the source and barriers were not measured, since P comes from files")}",
            ["target", result.Unit, "source accuracy", $"barrier to the last {result.Unit}", "barrier, low", "barrier, high", "test accuracy", "low", "high", "mean training accuracy", "diverged"],
            [
                .. from target in result.Targets
                   from one in target.Checkpoints.Zip(result.Source)
                   select (ImmutableArray<object?>)[
                       target.Target, (long)one.Second.Epoch, one.Second.Accuracy?.Value, result.Measured ? one.Second.Barrier.Value : null, result.Measured ? one.Second.Barrier.Low : null, result.Measured ? one.Second.Barrier.High : null, one.First.Estimate?.Value, one.First.Estimate?.Low, one.First.Estimate?.High,
                       one.First.MeanTrainAccuracy?.Mean, (long)one.First.Diverged],
            ]),
        new("checkpoint_sweep-trainings", "Every fine-tuning of the sweep",
            ["target", result.Unit, "seed", "diverged", "test accuracy", "low", "high", "mean training accuracy"],
            [
                .. from target in result.Targets
                   from one in target.Trainings
                   select (ImmutableArray<object?>)[
                       target.Target, (long)one.Epoch, (long)one.Seed, one.Outcome.Diverged, one.Outcome.Accuracy, one.Outcome.Low, one.Outcome.High, one.Outcome.MeanTrainAccuracy],
            ]),
    ];

    private static Line Line(string label, int group, SweepResult result, IEnumerable<Estimate?> estimates)
    {
        var values = estimates.ToList();
        return new(label, group, [.. result.Source.Select(source => (double)source.Epoch)], Values(value => value.Value), Values(value => value.Low), Values(value => value.High));

        ImmutableArray<double> Values(Func<Estimate, double> of) => [.. values.Select(value => value is null ? double.NaN : 100 * of(value))];
    }
}
