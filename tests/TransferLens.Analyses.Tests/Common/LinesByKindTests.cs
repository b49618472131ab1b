using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Studies.Figures;

namespace TransferLens.Analyses.Tests.Common;

public class LinesByKindTests
{
    [Fact]
    public void Lines_that_can_be_followed_stay()
    {
        var lines = Lines(24, kinds: 2);
        Assert.Equal(lines, LinesByKind.Of(lines));
        Assert.Equal("one line per pair", LinesByKind.Caption(24, 2, "pair"));
    }

    [Fact]
    public void More_become_the_mean_of_each_kind_with_the_range_of_its_lines()
    {
        var drawn = LinesByKind.Of(Lines(26, kinds: 2));
        Assert.Equal(["kind 0", "kind 1"], drawn.Select(line => line.Label));
        // Values 0, 2, ..., 24 and 1, 3, ..., 25 at the first position; the second position has no value.
        Assert.Equal([(12, 0, 24), (13, 1, 25)], drawn.Select(line => (line.Y[0], line.Low[0], line.High[0])));
        Assert.All(drawn, line => Assert.Equal(double.NaN, line.Y[1]));
        Assert.Equal(
            "the mean of each kind of pair, bands from its smallest to its largest pair",
            LinesByKind.Caption(26, 2, "pair")
        );
    }

    [Fact]
    public void Bands_of_many_kinds_would_hide_each_other_and_a_single_line_has_none()
    {
        Assert.All(LinesByKind.Of(Lines(32, kinds: 8)), line => Assert.Empty(line.Low));
        Assert.Equal("the mean of each kind of pair", LinesByKind.Caption(32, 8, "pair"));
        Assert.Empty(LinesByKind.Of([.. Lines(26, kinds: 1), Line(1, 5)])[1].Low);
    }

    private static ImmutableArray<Line> Lines(int count, int kinds) =>
        [.. Enumerable.Range(0, count).Select(i => Line(i % kinds, i))];

    private static Line Line(int kind, double value) =>
        new($"kind {kind}", kind, [0, 1], [value, double.NaN], [], []);
}
