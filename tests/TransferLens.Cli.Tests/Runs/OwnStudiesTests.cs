using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using TransferLens.Runs;
using TransferLens.Studies.Plans;
using TransferLens.Tests;

namespace TransferLens.Cli.Tests.Runs;

/// <summary>
/// The studies that are handed out are read, validated and planned by the command itself, those of data sets that have to be
/// fetched on small ones of the same layout: a setting that an analysis refuses would stop them here and not at a user.
/// </summary>
public sealed partial class OwnStudiesTests(PaperTree tree)
{
    /// <summary>Every file of <c>studies/</c>.</summary>
    public static TheoryData<string> Studies =>
        [
            .. Directory
                .GetFiles(Checkout.PathOf("studies"), "*.yaml")
                .Select(file => Path.GetFileName(file))
                .Order(StringComparer.Ordinal),
        ];

    [Theory]
    [MemberData(nameof(Studies))]
    public void Every_study_can_be_planned_and_plans_nothing_twice(string name)
    {
        var planned = tree.Plan(name);
        var tasks = TaskLine()
            .Matches(planned.Ended(0).Output)
            .Select(match => (Title: match.Groups[1].Value, Key: match.Groups[2].Value))
            .ToList();
        Assert.Equal(int.Parse(Total().Match(planned.Output).Groups[1].Value), tasks.Count);
        Assert.Equal(tasks.Count, tasks.DistinctBy(task => task.Key).Count());
        // Two tasks of one title would be the same work with different keys, or two that nobody can tell apart.
        Assert.Empty(tasks.GroupBy(task => task.Title).Where(title => title.Skip(1).Any()).Select(title => title.Key));
        Assert.All((string[])["images", "train", "evaluate"], kind =>
            Assert.Matches($@"(?m)^ *[1-9]\d* {kind}, ", planned.Output)
        );
    }

    // A refactoring that changes these has changed what is computed, or says in CHANGELOG.md why it must.
    [Theory]
    [InlineData("demo.yaml", "a43360e63d846be7")]
    [InlineData("no-help.yaml", "d379544ca3f57731")]
    [InlineData("paper-checkpoints.yaml", "14d74f4e6de4c117")]
    [InlineData("paper-chexpert.yaml", "c13c810a7cf99f00")]
    [InlineData("paper-domainnet.yaml", "de8fee8a88651946")]
    [InlineData("paper-imagenet-pretraining.yaml", "cbd5d6a6c3d36a73")]
    public void The_keys_of_its_tasks_are_pinned(string name, string digest)
    {
        var keys = TaskLine().Matches(tree.Plan(name).Ended(0).Output).Select(match => match.Groups[2].Value);
        var all = string.Join('\n', keys.Order(StringComparer.Ordinal));
        Assert.Equal(digest, Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(all)))[..16]);
    }

    [Fact]
    public void The_demo_asks_every_question_that_there_is()
    {
        Assert.NotEmpty(tree.Plan("demo.yaml").Ended(0).Output);
        var asked = Asked()
            .Matches(File.ReadAllText(Checkout.PathOf("studies", "demo.yaml")))
            .Select(match => match.Groups[1].Value)
            .ToList();
        Assert.Empty(Catalog.Default.Analyses.Select(analysis => analysis.Name).Except(asked));
        Assert.Equal(asked.Count, asked.Distinct().Count());
    }

    // NUMBER  done  TITLE  KEY  COST  after ...
    [GeneratedRegex(@"(?m)^ *\d+  (?:done|    )  (.*?) +([0-9a-f]{12}) ")]
    private static partial Regex TaskLine();

    [GeneratedRegex(@"(?m)^(\d+) tasks, ")]
    private static partial Regex Total();

    [GeneratedRegex(@"(?m)(?<=^analyses:\n(?:  .*\n)*?)  ([a-z_]+):")]
    private static partial Regex Asked();
}
