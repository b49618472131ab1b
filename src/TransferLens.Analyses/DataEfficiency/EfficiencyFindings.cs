using TransferLens.Analyses.Common;
using TransferLens.Analyses.Statistics;
using TransferLens.Studies.Findings;

namespace TransferLens.Analyses.DataEfficiency;

/// <summary>Decides what the curves over numbers of images support.</summary>
internal static class EfficiencyFindings
{
    private const string Analysis = "data_efficiency";

    /// <summary>How many images pretraining is worth, and where fine-tuning overtakes the probe.</summary>
    public static IEnumerable<Finding> Find(EfficiencyTarget target) =>
        Finding.On(target.Target, Worth(target), AgainstProbe(target));

    private static Finding? Worth(EfficiencyTarget target)
    {
        var measured = target.Points.Where(point => point.Worth is not null).ToList();
        if (measured.Count == 0)
        {
            return null;
        }

        var point = target.Headline ?? measured[0];
        var worth = point.Worth!;
        // Where the curve from scratch ends below, what is stated is that it does.
        var effect = worth.Times is null && worth.IsMoreThanAll ? worth.AgainstAll : worth.AtEqual;
        var finding = new Finding(
            Analysis,
            EfficiencyWords.Headline(target, point),
            effect.Decide(),
            [.. Evidence(target, point, effect)],
            EfficiencyWords.Action(target, point)
        )
        {
            Detail = EfficiencyWords.Detail(target, point),
            Question = Question.Images,
            Answer = EfficiencyWords.Answer(point.Worth!),
            ComparesStarts = true,
        };
        return target.Unequal is { } runs ? StartRates.Mark(finding, runs.Pretrained, runs.Random) : finding;
    }

    private static IEnumerable<Evidence> Evidence(EfficiencyTarget target, EfficiencyPoint point, Effect effect)
    {
        var (metric, all) = (target.Metric, target.Points[^1]);
        var worth = point.Worth!;
        if (worth.Times is { } times)
        {
            yield return new(EfficiencyWords.TimesName(point), times, worth.Low, worth.High, "times");
        }

        yield return effect.Evidence(
            effect == worth.AgainstAll ? EfficiencyWords.AgainstAllName(point, all) : EfficiencyWords.GainName(point),
            metric.DifferenceUnit
        );
        var other = effect == worth.AgainstAll ? all : point;
        foreach (var (side, at) in new[] { (point.Pretrained, point), (other.Random, other) })
        {
            if (side.Mean is { } mean)
            {
                yield return mean.Evidence(EfficiencyWords.ScoreName(side, at, metric), metric.ScoreKey);
            }
        }
    }

    private static Finding? AgainstProbe(EfficiencyTarget target)
    {
        var all = target.Points[^1];
        if (all.AgainstProbe is not { } atAll)
        {
            return null;
        }

        var point = target.BeatsProbe ?? all;
        var effect = point.AgainstProbe ?? atAll;
        return new(
            Analysis,
            EfficiencyWords.ProbeHeadline(target, point, effect),
            effect.Decide(),
            [
                .. target
                    .Points.Where(one => one.AgainstProbe is not null)
                    .Select(one =>
                        one.AgainstProbe!.Evidence(EfficiencyWords.AgainstProbeName(one), target.Metric.DifferenceUnit)
                    ),
            ],
            EfficiencyWords.ProbeAction(target)
        )
        {
            Detail = EfficiencyWords.ProbeDetail(target, point),
        };
    }
}
