using System.Collections.Immutable;
using System.Globalization;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;

namespace TransferLens.Analyses.Probe;

/// <summary>Builds this analysis's texts from its numbers: findings, captions and method.</summary>
internal static class ProbeWords
{
    public const string NoPretrained =
        "analyses.probe probes the pretrained weights P, but the study has no pretrained. "
        + "Add pretrained, or remove the analysis.";

    private const int MostListed = 3;

    /// <summary>What the probe alone gives, compared with fine-tuning.</summary>
    public static FindingText Alone(ProbeTarget target, Effect effect)
    {
        var (metric, module, runs) = (target.Metric, target.Best.Name, target.FineTuned!.Label);
        var alone = metric.Number(target.Best.Logistic.Score);
        var (interval, above) = (effect.Interval(), metric.Difference(Math.Abs(effect.Value)));
        var detail = Detail(target, effect);
        return effect switch
        {
            { IsNegative: true } => new(
                $"A probe alone gives {alone} on {target.Target}, {above} below {runs} "
                    + $"({EffectWords.Interval(metric, effect.Negated().Interval())}).",
                detail,
                $"Fine-tune: a probe gives up {above}."
            )
            {
                Answer = "A probe alone is worse than fine-tuning",
            },
            { IsPositive: true } => new(
                $"A probe alone gives {alone} on {target.Target}, {above} above {runs} "
                    + $"({EffectWords.Interval(metric, interval)}).",
                detail,
                $"Use a probe of {module}, or tune {runs} again."
            )
            {
                Answer = "A probe alone is better than fine-tuning",
            },
            _ when effect.IsNoWorse(NonInferiority.DefaultMargin) => new(
                $"A probe alone gives {alone} on {target.Target}: at most "
                    + $"{MarginWords.AtMost(metric, NonInferiority.SmallestMargin([effect])!.Value)} below {runs} "
                    + "(one-sided 95 %).",
                detail,
                $"Start with a probe of {module}."
            )
            {
                Answer = "A probe alone is no worse than fine-tuning",
            },
            _ => new(
                $"A probe alone gives {alone} on {target.Target}; no difference from {runs} detected"
                    + (effect.HasInterval ? $" (95 % CI {EffectWords.Signed(metric, interval)})." : "."),
                string.Join(' ', new[] { EffectWords.WouldDecide(effect), detail }.OfType<string>()),
                $"Start with a probe of {module}; compare on {EffectWords.More(effect)}."
            )
            {
                Answer = "No difference between a probe and fine-tuning detected",
            },
        };
    }

    /// <summary>What P's features add to random ones, and in which modules they are.</summary>
    public static FindingText Features(ProbeTarget target, Effect effect)
    {
        var (metric, module) = (target.Metric, target.Best.Name);
        var (name, difference) = (target.Target, metric.Difference(Math.Abs(effect.Value)));
        return effect switch
        {
            { IsPositive: true } => new(
                $"P's features help on {name}: a probe of {module} gains {difference} over random weights "
                    + $"({EffectWords.Interval(metric, effect.Interval())}).",
                Depth(target),
                $"Use the features of {module}."
            ),
            { IsNegative: true } => new(
                $"P's features hurt on {name}: a probe of {module} loses {difference} against random weights "
                    + $"({EffectWords.Interval(metric, effect.Negated().Interval())}).",
                Depth(target),
                "Check normalization and weights of P."
            ),
            _ => new(
                $"No gain of P's features over random weights detected on {name}"
                    + (effect.HasInterval ? $" (95 % CI {EffectWords.Signed(metric, effect.Interval())})." : "."),
                string.Join(' ', new[] { EffectWords.WouldDecide(effect), Depth(target) }.OfType<string>()),
                $"Do not rely on features of P on {name}."
            ),
        };
    }

    /// <summary>Which module is best, by what images, and which are not below it.</summary>
    public static string Depth(ProbeTarget target)
    {
        var others = target.NotBelowBest.Remove(target.Best.Name);
        var best = target.Result.Best is null
            ? $"There are no images to choose a module on, so {target.Best.Name}, the last, is reported."
            : $"{target.Best.Name} is the most accurate module on the held-out fifth of the training images.";
        var (first, last) = (target.Result.Modules[0].Name, target.Result.Modules[^1].Name);
        return others.IsEmpty
            ? $"{best} Every other module from {first} to {last} is below it."
            : $"{best} Not detectably below: {List(others)}.";
    }

    public static string AloneName(ProbeTarget target) =>
        $"probe of {target.Best.Name} minus {target.FineTuned!.Label}";

    public static string OverRandomName(ProbeTarget target) =>
        $"probe of {target.Best.Name} minus probe of {target.BestRandom!.Name} of random weights";

    public static string ProbeName(string module, Metric metric) =>
        EvidenceName.Over($"test {metric.Name} of a probe of {module}", "test images");

    public static string RandomName(string module, Metric metric) =>
        EvidenceName.Over($"test {metric.Name} of a probe of {module} of random weights", "test images");

    public static string RunsName(string runs, Metric metric) => $"{runs} test {metric.Name}";

    private static string Detail(ProbeTarget target, Effect effect)
    {
        var metric = target.Metric;
        string?[] sentences =
        [
            $"It is logistic regression on {target.Best.Name}, chosen on a held-out fifth of the training images; "
                + $"{target.FineTuned!.Label} reaches {metric.Number(target.FineTunedScore!.Value)}.",
            Unbalanced(target),
            EffectWords.LeavesOut(effect),
        ];
        return string.Join(' ', sentences.OfType<string>());
    }

    private static string? Unbalanced(ProbeTarget target) =>
        target.Metric == DeclaredMetrics.Accuracy
        && target.Best.Logistic is { BalancedAccuracy: { } balanced, Score: var score }
        && Math.Abs(balanced - score) > 0.02
            ? $"Its balanced accuracy is {DeclaredMetrics.BalancedAccuracy.Number(balanced)}."
            : null;

    private static string List(ImmutableArray<string> names) =>
        names.Length <= MostListed
            ? string.Join(", ", names)
            : $"{string.Join(", ", names.Take(MostListed))} and {names.Length - MostListed} more";

    /// <summary>The sentences below the table of the command.</summary>
    internal static class Command
    {
        /// <summary>Which module is best, and how much it is above random weights.</summary>
        public static string Best(ProbeResult result, Metric metric)
        {
            if (result.Best is not { } name)
            {
                return "No module was chosen, because no class has two training images. Give more of them.";
            }

            var module = result.Module(name);
            var score = metric.Number(module.Logistic.Score);
            var start =
                $"{name} is the best module on the held-out fifth of the training images: {score} on the test images";
            if (result.Random is not { Best: { } other } random)
            {
                return $"{start}.";
            }

            var difference = module.Logistic.Score - random.Module(other).Logistic.Score;
            var side = difference < 0 ? "below" : "above";
            return $"{start}, {metric.Difference(Math.Abs(difference))} {side} {other}, the best of random weights.";
        }

        /// <summary>How C was chosen.</summary>
        public static string Choice(bool given, bool heldOut, double c) =>
            given ? $"C is {Number(c)} for all modules."
            : heldOut ? "Each C was chosen on that fifth; the test images chose nothing."
            : $"C is {Number(c)}: there were no images to choose it on.";

        /// <summary>Modules whose search ended before its tolerance; null for none.</summary>
        public static string? NotConverged(IEnumerable<string> modules, bool given)
        {
            var names = modules.ToImmutableArray();
            return names.IsEmpty
                ? null
                : $"The regression did not converge in the most steps that it may take: {List(names)}. "
                    + (given ? "Give a smaller --c." : "Give a smaller C with --c.");
        }

        /// <summary>C in a table.</summary>
        public static string Number(double c) => c.ToString("0.###e+0", CultureInfo.InvariantCulture);
    }

    /// <summary>Captions of the figure and title of the table.</summary>
    internal static class Caption
    {
        public const string Table =
            "Probes of every module: scores with 95 % intervals over test images, losses in nats";

        public const string Pretrained = "P, logistic regression";

        public const string Neighbours = "P, nearest neighbours";

        public const string Random = "random weights, logistic regression";

        public static string Curves(string target) =>
            $"Probes of every module on {target}; bands are 95 % intervals over test images.";

        public static string FineTuned(string runs) => $"{runs}, fine-tuned";

        public static string InWords(ProbeTarget target)
        {
            var metric = target.Metric;
            var best = target.Best;
            var runs = target.FineTunedScore is { } score
                ? $"; {target.FineTuned!.Label} {metric.Plain(score.Value)}"
                : "";
            return $"Test {metric.InFigures} of logistic regression over modules: "
                + string.Join(
                    ", ",
                    target.Result.Modules.Select(module => $"{module.Name} {metric.Plain(module.Logistic.Score)}")
                )
                + $"; best on held-out images {best.Name}{runs}.";
        }
    }

    /// <summary>How the numbers were computed.</summary>
    internal static class Method
    {
        public const string Source =
            "Alain and Bengio 2016, Understanding intermediate layers using linear classifier probes; neighbours: "
            + "Caron et al. 2021";

        public static string Definition(string metrics) =>
            "P is frozen. A module's features are its output averaged over positions (of tokens the class token, or "
            + "the mean of the patches). Logistic regression minimizes (1/2) |W|^2 + C times the sum of the "
            + "cross-entropies of the training images; nearest neighbours vote by exp(s / 0.07), s their "
            + "cosine similarity. Measured: "
            + $"{metrics} on the test images. Control: the same network with random weights.";

        public static string Settings(ProbeStudySettings settings)
        {
            var c = settings.C is { } given
                ? $"C = {Command.Number(given)}"
                : "C from 10^-6 to 10^6 by accuracy on a stratified fifth of the training images";
            var control = settings.Control ? $"random weights of seed {settings.RandomSeed}" : "no control";
            return $"{c} (seed {settings.Seed}); {settings.K} neighbours; {control}; "
                + "intervals: 1,000 bootstrap resamples";
        }

        public static ImmutableArray<string> Caveats { get; } =
        [
            "The best module is chosen on a held-out fifth of the training images, never on test images.",
            "Features are not augmented and not standardized; a probe of several modules together may know more.",
            "There is one network of random weights; another seed moves its probes a little.",
        ];
    }
}
