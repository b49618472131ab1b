using System.Globalization;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Metrics;

namespace TransferLens.Report.Text;

/// <summary>Formats numbers for people.</summary>
internal static class NumberText
{
    public const string Absent = "–";
    public const string Undefined = "undefined";

    /// <summary>A fraction in percent with one decimal, without the percent sign.</summary>
    public static string Percent(double fraction) => Format(100 * fraction, "0.0");

    /// <summary>A loss with three decimals.</summary>
    public static string Loss(double nats) => Format(nats, "0.000");

    /// <summary>Four significant digits; a large number keeps all digits before its decimal point.</summary>
    public static string Significant(double value) =>
        Math.Abs(value) switch
        {
            0 => "0",
            >= 1e12 or < 1e-4 => Format(value, "0.###e0"),
            >= 1000 => Format(value, "0"),
            var size => Format(value, $"0.{new string('#', Math.Max(0, 3 - Magnitude(size)))}"),
        };

    /// <summary>Seconds in hours, minutes or seconds.</summary>
    public static string Duration(double seconds) =>
        seconds switch
        {
            _ when !double.IsFinite(seconds) => Undefined,
            < 60 => $"{Format(seconds, "0.0")} s",
            < 3600 => $"{(int)seconds / 60} min {(int)seconds % 60:00} s",
            _ => $"{(int)seconds / 3600} h {(int)seconds / 60 % 60:00} min",
        };

    /// <summary>
    /// The number of decimals for numbers of one kind, so that they line up: four significant digits of the largest
    /// number, or fewer if fewer write all of them exactly.
    /// </summary>
    /// <returns>
    /// Null if a small number would keep less than two digits: then each number is formatted on its own.
    /// </returns>
    public static int? Decimals(IEnumerable<double> values)
    {
        var sizes = values.Where(double.IsFinite).Select(Math.Abs).Where(size => size > 0).ToList();
        if (sizes.Count == 0 || sizes.Max() >= 1e12)
        {
            return null;
        }

        var decimals = Math.Clamp(3 - Magnitude(sizes.Max()), 0, 6);
        var enough = Enumerable
            .Range(0, decimals)
            .Where(fewer => sizes.All(size => Math.Abs(size - Math.Round(size, fewer)) < 1e-9 * size))
            .DefaultIfEmpty(decimals)
            .First();
        return enough < decimals || sizes.Min() >= Math.Pow(10, 1 - decimals) ? enough : null;
    }

    /// <summary>A number with a fixed number of decimals.</summary>
    public static string Fixed(double value, int decimals) =>
        Format(value, decimals == 0 ? "0" : $"0.{new string('0', decimals)}");

    /// <summary>A piece of evidence with its unit and its interval, for example <c>71.2 % (69.9 to 72.5)</c>.</summary>
    public static string WithUnit(Evidence evidence)
    {
        var number = FormatFor(evidence);
        var unit = UnitOf(evidence);
        return $"{number(evidence.Value)}{unit}{Interval(evidence.Low, evidence.High, number, " (", ")")}";
    }

    /// <summary>An interval between the given brackets, or nothing when an end is missing.</summary>
    public static string Interval(double? low, double? high, Func<double, string> number, string open, string close) =>
        low is { } from && high is { } to ? $"{open}{number(from)} to {number(to)}{close}" : "";

    private static string UnitOf(Evidence evidence) =>
        MetricOf(evidence) switch
        {
            { } metric when evidence.Unit == metric.DifferenceUnit => $" {metric.DifferenceWords}",
            { IsPercent: true } => " %",
            { } => "",
            null when evidence.Unit.Length > 0 => $" {evidence.Unit}",
            null => "",
        };

    // The metric whose score, or difference of scores, the evidence is.
    private static Metric? MetricOf(Evidence evidence) =>
        DeclaredMetrics.All.FirstOrDefault(metric =>
            evidence.Unit == metric.ScoreKey || evidence.Unit == metric.DifferenceUnit
        );

    private static Func<double, string> FormatFor(Evidence evidence)
    {
        if (MetricOf(evidence) is { } metric)
        {
            return metric.IsPercent ? Percent : Loss;
        }

        var decimals = Decimals(new[] { evidence.Value, evidence.Low, evidence.High }.OfType<double>());
        return evidence.Unit switch
        {
            "nats" => Loss,
            "%" or "points" or "times" => value => Format(value, "0.0"),
            _ when decimals is { } count && evidence.Value != Math.Truncate(evidence.Value) => value =>
                Fixed(value, Math.Min(count, 3)),
            _ => Significant,
        };
    }

    // The power of ten of the first digit.
    private static int Magnitude(double size) => (int)Math.Floor(Math.Log10(size));

    private static string Format(double value, string format)
    {
        if (!double.IsFinite(value))
        {
            return Undefined;
        }

        var text = value.ToString(format, CultureInfo.InvariantCulture);
        var isNegativeZero = text.StartsWith('-') && text.All(letter => letter is '-' or '0' or '.');
        return isNegativeZero ? text[1..] : text;
    }
}
