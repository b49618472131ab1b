using System.Collections.Immutable;
using System.Globalization;
using TransferLens.Studies.Figures;

namespace TransferLens.Report.Comparisons;

/// <summary>A bar chart with one category per target of a study.</summary>
internal sealed record ComparedBars
{
    /// <summary>Name of the figure.</summary>
    public string Name { get; init; } = "";

    /// <summary>Caption of the figure.</summary>
    public string Title { get; init; } = "";

    /// <summary>Label of the vertical axis, with its unit.</summary>
    public string Vertical { get; init; } = "";

    /// <summary>The factor from measured numbers to the axis, 100 for percent.</summary>
    public required double Scale { get; init; }

    /// <summary>Format of the numbers in the description.</summary>
    public required string Format { get; init; }

    /// <summary>Legend and numbers of each series.</summary>
    public ImmutableArray<(string Label, Func<ComparedTarget, Measured?> Select)> Series { get; init; } = [];

    /// <summary>The chart; nothing if fewer than two targets have a number.</summary>
    public IEnumerable<BarChart> Create(ImmutableArray<(ComparedStudy Study, ComparedTarget Target)> targets)
    {
        var measured = targets.Where(one => Series.Any(bars => bars.Select(one.Target) is not null)).ToImmutableArray();
        if (measured.Length < 2)
        {
            return [];
        }

        var names = ComparedNames.Create(measured);
        var descriptions = measured.Zip(names, (one, name) => $"{name}: {Describe(one.Target)}");
        var description = $"Bars, {Vertical}. {string.Join("; ", descriptions)}.";
        ImmutableArray<ComparedTarget> rows = [.. measured.Select(one => one.Target)];
        var series = Series
            .Where(bars => rows.Any(target => bars.Select(target) is not null))
            .Select(bars => CreateSeries(bars.Label, [.. rows.Select(bars.Select)]));
        return [new(Name, Title, description, [new("", Vertical, names, [.. series])])];
    }

    private string Describe(ComparedTarget target) =>
        string.Join(
            ", ",
            from bars in Series
            let measured = bars.Select(target)
            where measured is not null
            select $"{bars.Label} {(Scale * measured.Value).ToString(Format, CultureInfo.InvariantCulture)}"
        );

    private BarSeries CreateSeries(string label, ImmutableArray<Measured?> numbers) =>
        new(
            label,
            Values(numbers, number => number.Value),
            Values(numbers, number => number.Low),
            Values(numbers, number => number.High)
        );

    private ImmutableArray<double> Values(ImmutableArray<Measured?> numbers, Func<Measured, double?> part) =>
        [.. numbers.Select(number => number is not null && part(number) is { } value ? Scale * value : double.NaN)];
}
