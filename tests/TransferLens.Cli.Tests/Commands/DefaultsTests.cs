using System.Collections;
using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using TransferLens.Runs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Evaluation;
using TransferLens.Vision.Training;

namespace TransferLens.Cli.Tests.Commands;

/// <summary>A command and the analysis of the same name measure the same.</summary>
public sealed partial class DefaultsTests
{
    private static readonly RootCommand Root = CommandLine.Root();

    /// <summary>Every analysis that has a command: <c>barrier</c> is the command of <c>performance_barrier</c>.</summary>
    public static TheoryData<string, string> Pairs =>
        [
            .. from analysis in Catalog.Default.Analyses
            from word in new[] { analysis.Name, analysis.Name.Split('_')[^1] }.Distinct()
            where Root.Subcommands.Any(command => command.Name == word)
            select new TheoryDataRow<string, string>(word, analysis.Name),
        ];

    [Fact]
    public void Nine_analyses_have_a_command() => Assert.Equal(9, Pairs.Count);

    [Theory]
    [MemberData(nameof(Pairs))]
    public void An_option_has_the_default_of_the_setting_of_the_same_name(string command, string analysis)
    {
        var options = Root.Subcommands.Single(one => one.Name == command).Options;
        var shared =
            from setting in Catalog.Default.Analysis(analysis).Settings
            join option in options on setting.Option equals option.Name
            select (setting.Option, InStudies: setting.DefaultText, InCommand: DefaultOf(option));
        Assert.All(shared, one => Assert.Equal(one.InStudies, one.InCommand));
    }

    [Theory]
    [InlineData("criticality", "paths", "sigmas", "examples", "draws", "margin", "seed")]
    [InlineData("similarity", "tokens", "pool", "memory")]
    [InlineData("barrier", "points", "from", "to", "plane")]
    [InlineData("wise_ft", "points", "margin")]
    public void The_comparison_covers_the_options_of(string command, params string[] names)
    {
        var options = Root.Subcommands.Single(one => one.Name == command).Options.Select(option => option.Name);
        Assert.Empty(names.Select(name => $"--{name}").Except(options));
    }

    [Fact]
    public void Commands_and_training_runs_evaluate_with_the_same_batch_size()
    {
        var recipe = new TrainingRecipe(TrainingSettings.Default, 0.1, 1, Normalization.ImageNet);
        Assert.Equal(EvaluationSettings.DefaultBatchSize, recipe.Evaluation.BatchSize);
        var sizes = Root.Subcommands.SelectMany(command => command.Options).Where(one => one.Name == "--batch-size");
        Assert.All(sizes, size => Assert.Equal(EvaluationSettings.DefaultBatchSize, size.GetDefaultValue()));
    }

    // An option without a value of its own states its default in the help text.
    private static string DefaultOf(Option option)
    {
        if (option.HasDefaultValue && option.GetDefaultValue() is { } value)
        {
            return value switch
            {
                bool flag => flag ? "true" : "false",
                IEnumerable list and not string => string.Join(", ", list.Cast<object>()),
                _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
            };
        }

        var stated = Stated().Match(option.Description ?? "");
        return stated.Success ? stated.Groups[1].Value : $"the help of {option.Name} does not state the default";
    }

    [GeneratedRegex(@"(?:.*; |^)(.+) by default\.$")]
    private static partial Regex Stated();
}
