using ScottPlot;

namespace TransferLens.Report.Drawing;

/// <summary>The style of the lines or bars of one group. Colour, pattern and marker each distinguish groups.</summary>
internal sealed record GroupStyle(Color Color, LinePattern Pattern, MarkerShape Mark, int Hatch)
{
    // The palette of Okabe and Ito for every kind of colour vision, without its yellow, which is too faint on white.
    private static readonly GroupStyle[] Styles =
    [
        new(Color.FromHex("#0072B2"), LinePattern.Solid, MarkerShape.FilledCircle, 0),
        new(Color.FromHex("#D55E00"), new LinePattern([8, 4], 0, "dashed"), MarkerShape.FilledSquare, 1),
        new(Color.FromHex("#009E73"), new LinePattern([2, 3], 0, "dotted"), MarkerShape.FilledTriangleUp, 2),
        new(Color.FromHex("#CC79A7"), new LinePattern([10, 3, 2, 3], 0, "dash and dot"), MarkerShape.FilledDiamond, 3),
        new(Color.FromHex("#56B4E9"), new LinePattern([14, 4], 0, "long dashes"), MarkerShape.FilledTriangleDown, 4),
        new(Color.FromHex("#E69F00"), new LinePattern([5, 2], 0, "short dashes"), MarkerShape.OpenCircle, 5),
        new(
            Color.FromHex("#000000"),
            new LinePattern([10, 3, 2, 3, 2, 3], 0, "dash and two dots"),
            MarkerShape.OpenSquare,
            6
        ),
    ];

    /// <summary>The style of a group. After the last style, colours repeat with other patterns.</summary>
    public static GroupStyle ForGroup(int group)
    {
        var count = Styles.Length;
        var index = ((group % count) + count) % count;
        var round = group < count ? 0 : group / count;
        var other = Styles[(index + round) % count];
        return Styles[index] with { Pattern = other.Pattern, Mark = other.Mark, Hatch = other.Hatch };
    }
}
