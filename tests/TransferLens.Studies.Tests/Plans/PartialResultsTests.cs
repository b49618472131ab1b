using TransferLens.Studies.Plans;
using TransferLens.Studies.Storage;
using TransferLens.Tests;

namespace TransferLens.Studies.Tests.Plans;

public sealed class PartialResultsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Clock clock = new();
    private int lives;

    [Fact]
    public void A_later_life_finds_every_bit()
    {
        double[] odd =
        [
            double.NaN,
            -0.0,
            double.Epsilon,
            double.NegativeInfinity,
            0.1 + 0.2,
            BitConverter.Int64BitsToDouble(-1),
        ];
        float[] single = [float.NaN, -0f, float.Epsilon, 1f / 3];
        var first = Live();
        first.Write<double>("double", odd);
        clock.Pass(1);
        first.Write<float>("single", single);
        var second = Live();
        Assert.Equal(
            odd.Select(BitConverter.DoubleToInt64Bits),
            second.Read<double>("double")!.Select(BitConverter.DoubleToInt64Bits)
        );
        Assert.Equal(
            single.Select(BitConverter.SingleToInt32Bits),
            second.Read<float>("single")!.Select(BitConverter.SingleToInt32Bits)
        );
        Assert.Null(second.Read<double>("other"));
    }

    [Theory]
    [InlineData(-0.0)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(1 / 3.0)]
    [InlineData(double.Epsilon)]
    public void A_computed_result_is_kept_with_all_its_bits_and_computed_once(double value)
    {
        Assert.Equal((value, 1f / 3, "a"), Live().Compute("one", _ => (value, 1f / 3, "a")));
        var (again, single, text) = Live()
            .Compute(
                "one",
                (Func<PartialResults, (double, float, string)>)(_ => throw new InvalidOperationException())
            );
        Assert.Equal(BitConverter.DoubleToInt64Bits(value), BitConverter.DoubleToInt64Bits(again));
        Assert.Equal((1f / 3, "a"), (single, text));
    }

    [Fact]
    public void Whatever_byte_of_a_file_is_damaged_or_missing_no_other_value_is_read()
    {
        Live().Write<double>("part", [1, 2, 3]);
        var file = Assert.Single(Directory.GetFiles(folder.Path));
        var intact = File.ReadAllBytes(file);
        for (var at = 0; at < intact.Length; at++)
        {
            byte[] damaged = [.. intact];
            damaged[at] ^= 0x10;
            Check(damaged);
            Check(intact[..at]);
        }

        File.WriteAllBytes(file, intact);
        Assert.Equal([1.0, 2, 3], Live().Read<double>("part")!);

        void Check(byte[] content)
        {
            File.WriteAllBytes(file, content);
            Assert.Null(Live().Read<double>("part"));
        }
    }

    [Fact]
    public void Parts_of_another_owner_are_never_taken()
    {
        Live("a task").Write<int>("part", [1]);
        Assert.Null(Live("a task, another version").Read<int>("part"));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Nothing_is_written_twice_within_a_second_and_a_kill_costs_no_more()
    {
        var life = Live();
        for (var i = 0; i < 100; i++)
        {
            life.Write<int>($"{i}", [i]);
            clock.Pass(0.1);
        }

        // The first at once, then those of each second together.
        Assert.Equal(10, Directory.GetFiles(folder.Path).Length);
        var next = Live();
        var found = Enumerable
            .Range(0, 100)
            .TakeWhile(i => next.Read<int>($"{i}") is [var value] && value == i)
            .Count();
        Assert.InRange(found, 90, 99);
        Assert.All(Enumerable.Range(found, 100 - found), i => Assert.Null(next.Read<int>($"{i}")));
    }

    [Fact]
    public void A_part_that_replaces_another_leaves_one_file()
    {
        var life = Live();
        for (var i = 0; i < 10; i++)
        {
            life.Write<int>("sum", [i]);
            clock.Pass(2);
        }

        Assert.Single(Directory.GetFiles(folder.Path));
        Assert.Equal([9], Live().Read<int>("sum")!);
    }

    [Fact]
    public void Parts_of_a_computation_go_when_its_result_is_on_the_disk_and_not_before()
    {
        var life = Live();
        life.Compute("outer", parts =>
        {
            parts.Write<int>("inner", [1]);
            return 2;
        });
        // The result waits for the second to pass: a kill now must find the inner part.
        Assert.Equal([1], Live().Section("outer").Read<int>("inner")!);
        clock.Pass(1);
        life.Write<int>("more", [3]);
        Assert.Equal(2, Live().Compute("outer", _ => 0));
        Assert.Null(Live().Section("outer").Read<int>("inner"));
    }

    [Fact]
    public void Two_steps_cannot_have_the_same_name()
    {
        var life = Live();
        life.Section("step");
        Assert.Throws<InvalidOperationException>(() => life.Section("step"));
        Assert.Throws<InvalidOperationException>(() => life.Compute("step", _ => 1));
        life.Section("other").Section("step");
    }

    [Fact]
    public void Where_nothing_is_kept_every_step_is_computed_and_names_are_free()
    {
        var none = PartialResults.None;
        none.Write<int>("part", [1]);
        Assert.Null(none.Read<int>("part"));
        Assert.Equal([1, 2], new[] { 1, 2 }.Select(i => none.Section("step").Compute("result", _ => i)));
        Assert.False(none.IsDue);
    }

    [Fact]
    public void A_task_goes_on_where_nothing_can_be_written()
    {
        var life = Live();
        Directory.Delete(folder.Path, recursive: true);
        Assert.Equal(3, life.Compute("step", _ => 3));
        life.Write<int>("part", [1]);
        Directory.CreateDirectory(folder.Path);
        clock.Pass(1);
        life.Write<int>("later", [2]);
        Assert.Equal([2], Live().Read<int>("later")!);
    }

    public void Dispose() => folder.Dispose();

    // A life that is killed: nobody disposes its files.
    private PartialResults Live(string owner = "a task") => new(new PartialFiles(folder.Path, owner, ++lives, clock));

    private sealed class Clock : TimeProvider
    {
        private long now;

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => now;

        public void Pass(double seconds) => now += (long)Math.Round(seconds * TimestampFrequency);
    }
}
