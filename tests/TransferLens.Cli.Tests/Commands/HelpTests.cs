using System.Text.RegularExpressions;
using TransferLens.Runs;
using TransferLens.Studies.Plans;
using TransferLens.Tests;

namespace TransferLens.Cli.Tests.Commands;

public sealed partial class HelpTests : IDisposable
{
    private static readonly string[] Shared =
    [
        "--network",
        "--weights",
        "--data",
        "--data-option",
        "--size",
        "--resize",
        "--normalize",
        "--classes",
        "--limit",
        "--batch-size",
        "--threads",
        "--precision",
        "--skip-bad-images",
        "--json",
    ];

    private static readonly string[] Cluster =
    [
        "--executor",
        "--partition",
        "--time",
        "--cpus",
        "--memory",
        "--gpus",
        "--sbatch",
        "--in-flight",
        "--retries",
    ];

    /// <summary>What the commands promise to take; a command that is not here must have a help text all the same.</summary>
    private static readonly Dictionary<string, string[]> Promised = new()
    {
        ["demo"] = ["--out", "--jobs", "--threads"],
        ["init"] = ["<FILE>"],
        ["plan"] = ["<STUDY>", "--set", "--out", "--store", "--jobs", "--threads", "--skip-bad-images", .. Cluster],
        ["run"] = ["<STUDY>", "--set", "--out", "--store", "--jobs", "--threads", "--skip-bad-images", .. Cluster],
        ["cancel"] = ["<RUN>"],
        ["status"] = ["<RUN>", "--watch", "--json"],
        ["serve"] = ["<RUN>", "--port", "--host", "--allow-remote"],
        ["report"] = ["<RUN>", "--out", "--json"],
        ["evaluate"] = [.. Shared, "--metric"],
        ["barrier"] =
        [
            .. Shared,
            "--metric",
            "--points",
            "--from",
            "--to",
            "--normalization",
            "--recalibrate-on",
            "--plane",
        ],
        ["similarity"] = [.. Shared, "--all-pairs", "--output"],
        ["criticality"] = [.. Shared, "--metric", "--recalibrate-on", "--init"],
        ["probe"] =
        [
            .. Shared.Except(["--classes"]),
            "--train-data",
            "--metric",
            "--c",
            "--k",
            "--seed",
            "--random-seed",
            "--no-control",
        ],
        ["soup"] = [.. Shared, "--metric", "--method", "--validation", "--recalibrate-on", "--save", "--force"],
        ["wise_ft"] =
        [
            .. Shared,
            "--metric",
            "--source-data",
            "--source-class-names",
            "--source-recalibrate-on",
            "--recalibrate-on",
            "--validation",
            "--normalization",
            "--points",
            "--margin",
            "--output",
            "--force",
        ],
        ["distance"] = ["--network", "--weights", "--threads", "--json"],
        ["inspect"] = ["<FILE>", "--json"],
        ["convert"] = ["<FILE>", "<OUTPUT>", "--out", "--force"],
        ["export"] =
        [
            "<RUN>",
            "--target",
            "--model",
            "--network",
            "--weights",
            "--output",
            "--with-preprocessing",
            "--opset",
            "--force",
            "--class-names",
        ],
        ["doctor"] = [],
    };

    private readonly TemporaryFolder folder = new();

    [Fact]
    public void Help_of_export_names_every_model_that_an_analysis_offers()
    {
        var help = Command.Run(folder.Path, "export", "--help").Ended(0).Output;
        var words = Catalog.Default.Analyses.Select(analysis => analysis.ModelWord).OfType<string>().ToList();
        Assert.NotEmpty(words);
        Assert.All(words.Prepend("best"), word => Assert.Matches($@"\b{word}\b", help));
    }

    [Fact]
    public void The_help_of_every_command_names_its_options()
    {
        var root = Command.Run(folder.Path, "--help").Ended(0).Output;
        var commands = Commands()
            .Matches(root[root.IndexOf("Commands:", StringComparison.Ordinal)..])
            .Select(match => match.Groups[1].Value)
            .ToList();
        Assert.Empty(Promised.Keys.Except(commands));
        foreach (var name in commands)
        {
            var help = Command.Run(folder.Path, name, "--help").Ended(0);
            Assert.Equal("", help.Error);
            Assert.Contains($"transferlens {name}", help.Output);
            Assert.All([.. Promised.GetValueOrDefault(name, []), "--help", "--verbose"], option =>
                Assert.Contains(option, help.Output)
            );
        }
    }

    [Fact]
    public void The_version_is_three_numbers() =>
        Assert.Matches(@"^\d+\.\d+\.\d+\n$", Command.Run(folder.Path, "--version").Ended(0).Output);

    /// <summary>Command lines that mean nothing, and what the answer holds.</summary>
    public static TheoryData<string, string> Wrong =>
        new()
        {
            { "", "No command was given" },
            { "frobnicate", "'frobnicate' is not a command. Run `transferlens --help` for usage." },
            { "evalute --network resnet18", "'evalute' is not a command; did you mean 'evaluate'? Run" },
            {
                "evaluate --netwrok resnet18",
                "'--netwrok' is not an option of `transferlens evaluate`; did you mean '--network'? Run"
            },
            { "evaluate --netwrok=resnet18", "'--netwrok' is not an option of `transferlens evaluate`; did you mean" },
            { "--frobnicate", "'--frobnicate' is not an option of `transferlens`" },
            { "run", "STUDY" },
            { "run --frobnicate study.yaml", "'--frobnicate' is not an option of `transferlens run`" },
            { "run study.yaml --frobnicate", "'--frobnicate' is not an option of `transferlens run`" },
            { "run study.yaml another.yaml", "another.yaml" },
            { "run -- --odd.yaml", "--odd.yaml' does not exist" },
            { "barrier --network cifar_resnet8 --weights a b --data d --from -.5", "The weights file" },
            { "run study.yaml --jobs many", "--jobs is 'many', but must be a whole number" },
            { "run study.yaml --jobs 0", "--jobs is 0" },
            { "run study.yaml --threads -1", "--threads is -1" },
            { "evaluate --network cifar_resnet8", "--weights" },
            { "evaluate --network cifar_resnet8 --weights w --data d --precision float16", "float16" },
            { "evaluate --network cifar_resnet8 --weights w --data d --normalize 1,2", "1,2" },
            {
                "barrier --network cifar_resnet8 --weights w --data d --from low",
                "--from must be a number, but is 'low'"
            },
            {
                "barrier --network cifar_resnet8 --weights a b c --data d",
                "--weights was given 3 files, but this command takes 2"
            },
            {
                "barrier --network cifar_resnet8 --weights a b --data d --plane 5",
                "--weights was given 2 files, but this command takes 3"
            },
            { "barrier --network cifar_resnet8 --weights a b c --data d --plane 1", "--plane is 1" },
            {
                "barrier --network cifar_resnet8 --weights a b c --data d --plane 5 --points 3",
                "--points is for the line"
            },
            { "task 1234 --store .", "1234" },
            { "serve . --port 70000", "--port is 70000" },
            { "serve . --host 0.0.0.0", "give --allow-remote too" },
            { "serve . --host example.org", "--host is 'example.org'" },
        };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_command_line_that_means_nothing_is_refused_in_one_sentence(string line, string says)
    {
        Assert.Contains(
            says,
            Command.Run(folder.Path, line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Refused()
        );
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    public void Dispose() => folder.Dispose();

    [GeneratedRegex(@"^  ([a-z_-]+) ", RegexOptions.Multiline)]
    private static partial Regex Commands();
}
