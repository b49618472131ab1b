using System.Globalization;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;

namespace TransferLens.Report.Content;

/// <summary>Numbers as people read them.</summary>
internal static class NumberText
{
    public const string Absent = "–";
    public const string Undefined = "undefined";

    /// <summary>A fraction as percent with one decimal, without the sign.</summary>
    public static string Percent(double fraction) => Text(100 * fraction, "0.0");

    /// <summary>A loss, three decimals.</summary>
    public static string Loss(double nats) => Text(nats, "0.000");

    /// <summary>Four significant digits; a large number keeps all before its decimal point.</summary>
    public static string Significant(double value) =>
        Math.Abs(value) switch
        {
            0 => "0",
            >= 1e12 or < 1e-4 => Text(value, "0.###e0"),
            >= 1000 => Text(value, "0"),
            _ => Text(value, $"0.{new string('#', Math.Max(0, 3 - (int)Math.Floor(Math.Log10(Math.Abs(value)))))}"),
        };

    /// <summary>Seconds as hours, minutes or seconds.</summary>
    public static string Duration(double seconds) =>
        seconds switch
        {
            _ when !double.IsFinite(seconds) => Undefined,
            < 60 => $"{Text(seconds, "0.0")} s",
            < 3600 => $"{(int)seconds / 60} min {(int)seconds % 60:00} s",
            _ => $"{(int)seconds / 3600} h {(int)seconds / 60 % 60:00} min",
        };

    /// <summary>
    /// How many decimals numbers of one kind are written with, so that they line up: four significant digits of the largest,
    /// or fewer where all of them end sooner.
    /// Null where that would leave a small one without two digits, or for numbers of all sizes: each speaks for itself then.
    /// </summary>
    public static int? Decimals(IEnumerable<double> values)
    {
        var sizes = values.Where(double.IsFinite).Select(Math.Abs).Where(size => size > 0).ToList();
        if (sizes.Count == 0 || sizes.Max() >= 1e12)
        {
            return null;
        }

        var decimals = Math.Clamp(3 - (int)Math.Floor(Math.Log10(sizes.Max())), 0, 6);
        var enough = Enumerable
            .Range(0, decimals)
            .Where(fewer => sizes.All(size => Math.Abs(size - Math.Round(size, fewer)) < 1e-9 * size))
            .DefaultIfEmpty(decimals)
            .First();
        return enough < decimals || sizes.Min() >= Math.Pow(10, 1 - decimals) ? enough : null;
    }

    /// <summary>With so many decimals.</summary>
    public static string Fixed(double value, int decimals) =>
        Text(value, decimals == 0 ? "0" : $"0.{new string('0', decimals)}");

    /// <summary>A piece of evidence with its unit and its interval, for example <c>71.2 % (69.9 to 72.5)</c>.</summary>
    public static string Of(Evidence evidence)
    {
        var decimals = Decimals(new[] { evidence.Value, evidence.Low, evidence.High }.OfType<double>());
        var metric = DeclaredMetrics.All.FirstOrDefault(one =>
            evidence.Unit == one.ScoreKey || evidence.Unit == one.DifferenceUnit
        );
        Func<double, string> number = evidence.Unit switch
        {
            _ when metric is not null => metric.IsPercent ? Percent : Loss,
            "nats" => Loss,
            "%" or "points" => value => Text(value, "0.0"),
            _ when decimals is { } places && evidence.Value != Math.Truncate(evidence.Value) => value =>
                Fixed(value, Math.Min(places, 3)),
            _ => Significant,
        };
        var unit = evidence.Unit switch
        {
            "" => "",
            _ when metric is not null && evidence.Unit == metric.DifferenceUnit => $" {metric.DifferenceWords}",
            _ when metric is not null => metric.IsPercent ? " %" : "",
            _ => $" {evidence.Unit}",
        };
        return $"{number(evidence.Value)}{unit}{Interval(evidence.Low, evidence.High, number, " (", ")")}";
    }

    /// <summary>An interval between the given brackets, or nothing when an end is missing.</summary>
    public static string Interval(double? low, double? high, Func<double, string> number, string open, string close) =>
        low is { } from && high is { } to ? $"{open}{number(from)} to {number(to)}{close}" : "";

    private static string Text(double value, string format)
    {
        if (!double.IsFinite(value))
        {
            return Undefined;
        }

        var text = value.ToString(format, CultureInfo.InvariantCulture);
        return text.StartsWith('-') && text.All(letter => letter is '-' or '0' or '.') ? text[1..] : text;
    }
}
