using System.Text.Json.Nodes;
using FsCheck.Xunit;
using TransferLens.Analyses.Mistakes;

namespace TransferLens.Analyses.Tests.Mistakes;

public class McNemarTests
{
    [Fact]
    public void The_p_value_is_that_of_whole_number_arithmetic()
    {
        var cases = JsonNode
            .Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "mcnemar.json")))!
            .AsArray();
        Assert.All(cases, one =>
        {
            var (test, expected) = (McNemar.Test((long)one!["first"]!, (long)one["second"]!), (double)one["log10_p"]!);
            Assert.Equal(expected, test.Log10P, 1e-9);
            Assert.Equal(Math.Pow(10, expected), test.P, Math.Pow(10, expected) * 1e-6);
        });
    }

    [Property]
    public void It_does_not_matter_which_is_the_first(ushort first, ushort second)
    {
        var (there, back) = (McNemar.Test(first, second), McNemar.Test(second, first));
        Assert.Equal(there, back);
        Assert.InRange(there.P, 0, 1);
    }

    [Fact]
    public void Too_small_for_a_double_is_still_told_in_logarithms()
    {
        var test = McNemar.Test(0, 1_000_000);
        Assert.Equal(0, test.P);
        Assert.Equal(-999_999 * Math.Log10(2), test.Log10P, 1e-6);
        Assert.Throws<ArgumentOutOfRangeException>(() => McNemar.Test(-1, 3));
    }
}
