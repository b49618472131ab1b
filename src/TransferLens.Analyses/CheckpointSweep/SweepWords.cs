using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.CheckpointSweep;

/// <summary>Builds this analysis's report texts from its numbers: findings, captions and method.</summary>
internal static class SweepWords
{
    private static string Capital(string words) => char.ToUpperInvariant(words[0]) + words[1..];

    private static string List<T>(IEnumerable<T> values, string separator = ", ") => string.Join(separator, values);

    /// <summary>Whether checkpoints are pretraining epochs or files of P.</summary>
    internal static string Unit(bool epochs) => epochs ? "epoch" : "file";

    /// <summary>Which checkpoint suffices.</summary>
    internal static class Answer
    {
        /// <summary>What to do while nothing earlier is shown to do.</summary>
        /// <param name="epochs">Whether checkpoints are epochs.</param>
        /// <param name="next">The checkpoint before the last.</param>
        /// <param name="againstLast">Its score minus that of the last; null when all its runs diverged.</param>
        /// <param name="margin">The margin, in the unit of the score.</param>
        /// <param name="onValidation">Whether the score is that of validation images.</param>
        public static string StartFromLast(bool epochs, int next, Effect? againstLast, double margin, bool onValidation)
        {
            var decisive = againstLast switch
            {
                null => null,
                _ when SampleSize.MoreImagesForMargin(againstLast, margin) is not null =>
                    $"{(onValidation ? "validation" : "test")} images",
                _ when SampleSize.SeedsCouldDecide(againstLast, margin) => "seeds",
                _ => null,
            };
            var add = decisive is null ? "" : $" Add {decisive} to judge {Unit(epochs)} {next}.";
            return $"Start from the last {Unit(epochs)}.{add}";
        }

        public const string NoneBeforeLast = "None before the last is shown to suffice";

        public static string Suffices(bool epochs, int at, int end) =>
            $"{Capital(Unit(epochs))} {at} of {(epochs ? $"{end}" : $"0 to {end}")}";

        public static string OnlyLast(bool epochs, int end) => $"Only the last, {Unit(epochs)} {end}";

        public static string Unconfirmed(bool epochs, int at) =>
            $"{Capital(Unit(epochs))} {at} was chosen, but is not confirmed";

        public const string PretrainLonger = "Pretrain longer, or measure later epochs: the gain was still growing.";

        public const string MeasureLater = "Measure later checkpoints, if there are any: the gain was still growing.";

        public const string Untrained =
            "Check whether pretraining helps: untrained epoch 0 transfers as well as the last.";

        public const string ShareSaved = "share of pretraining that stopping at that epoch would have saved";

        public static string Enough(
            string target,
            Metric metric,
            bool epochs,
            (int At, int End) checkpoint,
            (double Found, double Last) scores,
            double margin
        )
        {
            var all = epochs ? $"{checkpoint.End}" : $"0 to {checkpoint.End}";
            return $"{Capital(Unit(epochs))} {checkpoint.At} of {all} is enough for {target}: "
                + $"{metric.Number(scores.Found)} against {metric.Number(scores.Last)}, "
                + $"at most {MarginWords.Margin(metric, margin)} worse.";
        }

        public static string ChosenOnValidation(int images) =>
            $"The choice was made on {images:N0} validation images; scores are those of the test images.";

        public static string NotConfirmed(
            string target,
            Metric metric,
            bool epochs,
            int chosen,
            (double Chosen, double Last) scores
        ) =>
            $"The choice of {Unit(epochs)} {chosen} is not confirmed for {target}: {metric.Number(scores.Chosen)} "
            + $"against {metric.Number(scores.Last)} from the last.";

        public static string AddTestImages(bool epochs) =>
            $"Start from the last {Unit(epochs)}, or add test images or seeds to confirm the choice.";

        public static string LastIsBest(
            string target,
            Metric metric,
            bool epochs,
            (int Best, int Last) checkpoint,
            (double Best, double Last) scores
        ) =>
            $"The last {Unit(epochs)}, {checkpoint.Last}, is the best start for {target}: "
            + $"{metric.Number(scores.Last)} against {metric.Number(scores.Best)} "
            + $"from {Unit(epochs)} {checkpoint.Best}.";

        public static string Loses(Metric metric, bool epochs, int checkpoint, Effect againstLast) =>
            $"{Capital(Unit(epochs))} {checkpoint} loses {metric.Difference(-againstLast.Value)} "
            + $"({EffectWords.Interval(metric, againstLast.Negated().Interval())}).";

        public static string NoneShown(string target, Metric metric, bool epochs, double margin, double? smallest) =>
            $"No earlier {Unit(epochs)} is shown at most {MarginWords.Margin(metric, margin)} worse than the last "
            + $"on {target}{MarginWords.Smallest(metric, smallest)}.";

        public static string Open(
            Metric metric,
            bool epochs,
            int next,
            Effect againstLast,
            double margin,
            bool onValidation = false
        ) =>
            againstLast.IsNegative
                ? Loses(metric, epochs, next, againstLast)
                : $"{Capital(Unit(epochs))} {next} differs from the last by "
                    + $"{EffectWords.Signed(metric, againstLast.Interval())}"
                    + $"{(onValidation ? "" : EffectWords.Decides(againstLast, margin))}.";

        public static string AllDiverged(bool epochs, int next) => $"All runs from {Unit(epochs)} {next} diverged.";

        public static string Better(Metric metric, bool epochs, int best, Effect againstLast) =>
            $"{Capital(Unit(epochs))} {best} is better than the last by {metric.Difference(againstLast.Value)} "
            + $"({EffectWords.Interval(metric, againstLast.Interval())}).";

        public static string Saves(SweepSavings saved) =>
            $"It would have saved {100 * saved.Share:0} % of pretraining: {saved.Epochs} of {saved.OfEpochs} epochs, "
            + $"{saved.Images:N0} of {saved.OfImages:N0} "
            + "image presentations.";

        public static string StopAt(int epoch, string target) => $"Stop pretraining at epoch {epoch} for {target}.";

        public static string UseFile(int file, string target) => $"Use file {file} of P for {target}.";

        public static string Score(string run, Metric metric, bool epochs, int checkpoint) =>
            $"{run} test {metric.Name} from {Unit(epochs)} {checkpoint}";

        public static string Difference(bool epochs, int checkpoint, int last) =>
            $"difference of {Unit(epochs)} {checkpoint} from {Unit(epochs)} {last}";

        public static string SourceScore(Metric metric, int epoch) =>
            $"P test {metric.Name} on the source, epoch {epoch}";
    }

    /// <summary>When the pretraining entered its final basin.</summary>
    internal static class Basin
    {
        public const string NoVerdict = "It is therefore unknown when it entered its final basin.";

        public static string NothingLearned(Metric metric, double score) =>
            $"Pretraining learned nothing detectable: P reaches {metric.Number(score)} on the source, "
            + $"not {metric.BeyondChance}.";

        public static string By(Metric metric, int epoch, int last, Estimate barrier) =>
            $"Pretraining reached its final basin by epoch {epoch} of {last}: "
            + $"a barrier of at most {MarginWords.AtMost(metric, barrier.High)} between them.";

        public static string After(Metric metric, int epoch, int last, Estimate barrier) =>
            $"Pretraining entered its final basin after epoch {epoch} of {last}: barrier of "
            + $"{metric.Difference(barrier.Value)} ({EffectWords.Interval(metric, barrier)}).";

        public static string Open(Metric metric, int epoch, int last, Estimate barrier) =>
            $"Open when pretraining entered its final basin: the barrier between epochs {epoch} and {last} may reach "
            + $"{MarginWords.AtMost(metric, barrier.High)}.";

        public static string Limits(Metric metric, double margin) =>
            $"A barrier below {MarginWords.Margin(metric, margin)} counts as none. There is one pretraining run: "
            + "another seed may enter at another epoch.";

        public static string Barrier(int epoch, int last) =>
            $"barrier from epoch {epoch} to epoch {last}, 95 % bootstrap interval over test images";
    }

    /// <summary>Whether two data orders end in one basin.</summary>
    internal static class Instability
    {
        public const string Limits =
            "Each barrier is between two runs from the same weights and head, whose data order, augmentation and "
            + "dropout differ. The interval covers test images only.";

        public static string Stable(string target, Metric metric, bool epochs, int checkpoint, double most) =>
            $"Fine-tuning on {target} is stable from {Unit(epochs)} {checkpoint} on: barrier of at most "
            + $"{MarginWords.AtMost(metric, most)}.";

        public static string Unstable(string target, Metric metric, bool epochs, int last, Estimate barrier) =>
            $"Fine-tuning on {target} is unstable even from {Unit(epochs)} {last}: "
            + $"{metric.Difference(barrier.Value)} ({EffectWords.Interval(metric, barrier)}).";

        public static string Open(string target, Metric metric, bool epochs, int last, Estimate barrier) =>
            $"Open whether fine-tuning on {target} is stable: from {Unit(epochs)} {last}, the barrier may reach "
            + $"{MarginWords.AtMost(metric, barrier.High)}.";

        public static string NotJudged(string target, bool epochs, int last) =>
            $"The stability of fine-tuning on {target} is not judged: a run from {Unit(epochs)} {last} diverged or "
            + "learned nothing detectable.";

        public static string MayAverage(bool epochs, int checkpoint) =>
            $"Average runs from {Unit(epochs)} {checkpoint} that share a head, then measure.";

        public static string Barrier(bool epochs, int checkpoint) =>
            $"barrier between two data orders from {Unit(epochs)} {checkpoint}, 95 % bootstrap interval over test "
            + "images";
    }

    /// <summary>Runs that diverged.</summary>
    internal static class Diverged
    {
        public const string Evidence = "diverged runs";

        public const string Detail = "Means leave out diverged runs.";

        public static string Sentence(
            int diverged,
            int all,
            string target,
            bool epochs,
            IEnumerable<int> checkpoints
        ) => $"{diverged} of {all} fine-tuning runs on {target} diverged: from {Unit(epochs)} {List(checkpoints)}.";

        public static string Advice(double learningRate) =>
            $"Lower the learning rate (now {learningRate}) or add warm-up epochs.";
    }

    /// <summary>Captions of figures and titles of tables.</summary>
    internal static class Caption
    {
        public const string Barriers =
            "Barrier between each pretraining epoch and the last one, on the source test images; "
            + "the band is the 95 % bootstrap interval over these images.";

        public const string Runs = "Every fine-tuning run of the sweep";

        public const string Instability =
            "Barriers between two fine-tuning runs from the same weights and head, with different data orders";

        public static string Checkpoints(bool epochs) =>
            epochs ? "the checkpoints of several pretraining epochs" : "the checkpoint files of P";

        public static string Axis(bool epochs) => epochs ? "pretraining epoch" : "checkpoint file of P, counted from 0";

        public static string Scores(string target, bool epochs, string covered) =>
            $"Fine-tuning on {target} from {Checkpoints(epochs)}; bands show 95 % intervals over {covered}; "
            + "those of speed cover seeds only.";

        public static string ScoresInWords(
            Metric metric,
            bool epochs,
            IEnumerable<(int Checkpoint, double? Mean)> scores
        )
        {
            var texts = scores.Select(one =>
                $"{one.Checkpoint}: {(one.Mean is { } mean ? metric.Number(mean) : "diverged")}"
            );
            var notMeasured = epochs ? "" : " P was not measured on its source, because it comes from files.";
            return $"Final test {metric.InFigures} by {Unit(epochs)}: {List(texts, "; ")}.{notMeasured}";
        }

        public static string BarriersInWords(Metric metric, IEnumerable<(int Epoch, double Barrier)> barriers)
        {
            var texts = barriers.Select(one => $"{one.Epoch}: {metric.Plain(one.Barrier)}");
            return $"Barrier in {metric.AmountUnit} by epoch: {List(texts, "; ")}.";
        }

        public static string Table(string metrics, bool epochs)
        {
            var notMeasured = epochs
                ? ""
                : "; accuracy on the source and barriers were not measured, because P comes from files";
            return $"Fine-tuning from {Checkpoints(epochs)}: {metrics}{notMeasured}";
        }
    }

    /// <summary>How the numbers were computed.</summary>
    internal static class Method
    {
        private const string Source = "Neyshabur, Sedghi, Zhang 2020, Figure 7";

        public static string Sources(CheckpointSweepSettings settings) =>
            settings.Instability ? $"{Source}; instability: Frankle et al. 2020, section 2" : Source;

        public static string OfInstability(CheckpointSweepSettings settings) =>
            settings.Instability
                ? " The instability of a checkpoint is the performance barrier, on the target's test images, between "
                    + "two fine-tuning runs from it with the same head and different data orders. Fine-tuning is stable"
                    + " from the earliest checkpoint from which on all of them are below the margin."
                : "";

        private const string NoWorse =
            "An earlier checkpoint must be shown to be no worse: few seeds, or seeds with very different results, "
            + "favour the last one. With a single run from each checkpoint, the spread between runs is left out.";

        public static readonly ImmutableArray<string> FileCaveats =
        [
            NoWorse,
            "It is unknown how much pretraining each file has had, and so how much an earlier start would have saved.",
        ];

        public static ImmutableArray<string> EpochCaveats(string sourceScores) =>
            [
                NoWorse,
                "Savings are counted in pretraining epochs, which all cost the same. A shorter schedule would produce "
                    + "different weights from those of the saved checkpoints.",
                "There is only one pretraining run. With another seed, it may enter its final basin at another epoch.",
                $"An early epoch has {sourceScores} near chance, so almost any curve to the last epoch stays above "
                    + "the straight line, and no barrier is found. Look at the figure before counting an untrained "
                    + "epoch as part of the basin.",
                "Epoch 0 is the random initial weights of pretraining, fine-tuned at the same learning rate.",
            ];

        public static string OfEpochs(string scores) =>
            "Fine-tuning runs that differ only in the pretraining epoch they start from. "
            + Walk("epoch", scores)
            + " The final basin of pretraining begins at the earliest epoch from which on every performance barrier to "
            + "the last one on the source test images is below the margin: the upper ends of the two-sided 95 % "
            + "bootstrap intervals decide.";

        public static string OfFiles(string scores) =>
            "Fine-tuning runs that differ only in the checkpoint file of P they start from, in the order in which the "
            + "study lists the files. "
            + Walk("file", scores)
            + " P's source accuracy and the final basin of pretraining were not measured, because P comes from files.";

        private static string Walk(string unit, string scores) =>
            $"Final test {scores} are compared with those of the last {unit}, from the {unit} before it backwards. The "
            + $"walk ends at the first {unit} that is not shown to be no worse by more than the margin (one-sided 95 % "
            + "interval over seeds and images); the answer is the one before that. A target with validation images is "
            + "walked on these, and the answer compared on the test images.";

        public static string EpochSettings(
            IEnumerable<string> checkpoints,
            string run,
            double learningRate,
            CheckpointSweepSettings settings
        ) =>
            $"pretraining epochs {List(checkpoints)}; run {run} at learning rate {learningRate}; "
            + $"margin {settings.Margin} (points of the metric); "
            + $"barriers over {settings.Points} points, batch normalization recalibrated on "
            + RecalibrationImages.Describe(settings.RecalibrationImages, "source training images");

        public static string FileSettings(
            IEnumerable<string> checkpoints,
            string run,
            double learningRate,
            CheckpointSweepSettings settings
        ) =>
            $"files {List(checkpoints)} of P, counted from 0; run {run} at learning rate {learningRate}; "
            + $"margin {settings.Margin} (points of the metric)";
    }

    /// <summary>Messages for settings that the study cannot satisfy.</summary>
    internal static class Errors
    {
        private const string Key = "analyses.checkpoint_sweep";

        public const string NoPretrainedRun =
            $"{Key} fine-tunes from P, but no run has init: pretrained. Add one to runs, or remove the analysis.";

        public static string NotACheckpoint(string text) =>
            $"contains {text}, but each must be an epoch, counted from 0, or {SweepCheckpoints.Last}.";

        public static string NoCheckpoints(bool fromFile) =>
            $"{Key} needs several checkpoints of P, but "
            + $"{(fromFile ? "P comes from a single file" : "the study has no P")}. Under pretrained, give the data to "
            + "train P on, or list the files of several checkpoints in order, or remove the analysis.";

        public static string NoSuchRun(string run, IReadOnlyCollection<string> names) =>
            $"{Key}.run is {run}, but no run of that name starts from P. "
            + (names.Count > 0 ? $"Write {List(names, " or ")}." : "Add one to runs.");

        public static string BeyondLast(int epoch, int epochs) =>
            $"{Key}.checkpoints contains {epoch}, but pretraining has {epochs} epochs. "
            + $"Write epochs up to that, or {SweepCheckpoints.Last}.";

        public static string NotKept(IEnumerable<int> epochs, IEnumerable<int> keep) =>
            $"{Key}.checkpoints contains {List(epochs)}, which pretraining does not keep. "
            + $"Write keep: [{List(keep)}] under pretrained.";

        public static string NoSuchFile(int file, int files) =>
            $"{Key}.checkpoints contains {file}, but pretrained lists {files} files, counted from 0. "
            + $"Write positions below that, or {SweepCheckpoints.Last}.";
    }
}
