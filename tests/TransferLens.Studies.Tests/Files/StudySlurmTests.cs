using TransferLens.Studies.Files;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Tests;

namespace TransferLens.Studies.Tests.Files;

public sealed class StudySlurmTests : IDisposable
{
    private readonly StudyFolder folder = new(ImageFormats.All);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_study_without_a_word_of_it_asks_for_nothing() => Assert.Null(folder.Read(StudyFolder.Plain).Slurm);

    [Fact]
    public void What_a_kind_of_task_asks_for_lies_over_what_all_ask_for()
    {
        var slurm = Read(
            """
            slurm:
              partition: gpu
              time: 90
              cpus: 4
              lines: [--account=vision]
              kinds:
                images: {partition: cpu, gpus: 0, memory: 8G, lines: ["--constraint=fast disk"]}
              setup: [module load cuda, source env.sh]
              in_flight: 7
            """
        );
        Assert.Equal(
            ("gpu", "90", 4, null),
            (slurm.For("train").Partition, slurm.For("train").Time, slurm.For("train").Cpus, slurm.For("train").Memory)
        );
        Assert.Equal(
            ("cpu", "90", 4, "8G", "0"),
            (
                slurm.For("images").Partition,
                slurm.For("images").Time,
                slurm.For("images").Cpus,
                slurm.For("images").Memory,
                slurm.For("images").Gpus
            )
        );
        Assert.Equal(["--account=vision", "--constraint=fast disk"], slurm.For("images").Lines);
        Assert.Equal(["module load cuda", "source env.sh"], slurm.Setup);
        Assert.Equal((7, 2, 10), (slurm.InFlight, slurm.Retries, slurm.Poll));
        var over = slurm.With(SlurmResources.None with { Partition = "debug" });
        Assert.Equal(["debug", "debug"], new[] { "train", "images" }.Select(kind => over.For(kind).Partition));
        Assert.Equal("8G", over.For("images").Memory);
    }

    [Theory]
    [InlineData("partiton: gpu", "unknown key 'partiton' in slurm; did you mean 'partition'?")]
    [InlineData("kinds: {trian: {cpus: 1}}", "unknown key 'trian' in slurm.kinds; did you mean 'train'?")]
    [InlineData("kinds: {train: {retries: 1}}", "unknown key 'retries' in slurm.kinds.train")]
    [InlineData("time: soon", "slurm.time is 'soon', but must be a time in the syntax of sbatch")]
    [InlineData("memory: 16 GB", "slurm.memory is '16 GB', but must be a whole number of megabytes")]
    [InlineData("gpus: all", "slurm.gpus is 'all', but must be a whole number, or a type and a number")]
    [InlineData("partition: a b", "slurm.partition is 'a b', but must be a partition's name")]
    [InlineData("cpus: 0", "slurm.cpus must be at least 1")]
    [InlineData("in_flight: 5000", "slurm.in_flight must be at most 1000")]
    [InlineData("lines: [--array=0-3]", "slurm.lines[0] is '--array=0-3', but must be an option of sbatch")]
    [InlineData("lines: [account=vision]", "but must be an option of sbatch that begins with two dashes")]
    [InlineData("lines: [\"--account=a\\n#SBATCH --array=1\"]", "must be text on one line")]
    [InlineData("setup: [1]", "slurm.setup[0] must be text on one line, but is '1'")]
    public void What_sbatch_would_not_take_is_told_with_its_line(string setting, string problem)
    {
        var wrong = Assert.Throws<InputException>(() => Read($"slurm:\n  {setting}\n")).Message;
        Assert.Contains(problem, wrong);
        Assert.Contains("line ", wrong);
    }

    [Theory]
    [InlineData("60")]
    [InlineData("30:00")]
    [InlineData("4:00:00")]
    [InlineData("2-12")]
    [InlineData("2-12:30")]
    [InlineData("2-12:30:15")]
    public void Times_are_those_of_sbatch(string time) =>
        Assert.Equal(time, Read($"slurm: {{time: {time}}}\n").Job.Time);

    private SlurmSettings Read(string slurm)
    {
        File.WriteAllText(folder.File, $"{StudyFolder.Plain}\n{slurm}");
        return StudyFile.Read(folder.File, folder.Catalog).Slurm!;
    }
}
