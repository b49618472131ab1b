using System.Text.Json.Nodes;
using TransferLens.Runs;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Plans;

namespace TransferLens.Cli.Tests.Findings;

/// <summary>A start that has not fitted its training images, in the findings that compare it.</summary>
public sealed class TrainingFitTests(FinishedStudy finished)
{
    [Fact]
    public void A_comparison_with_a_start_that_lags_by_more_than_5_points_says_so_and_is_at_most_medium()
    {
        var marked = Mark(Comparison, pretrained: 0.99, random: 0.93);
        Assert.Equal("Means differ. RI-T has not fitted its training images.", marked.Detail);
        Assert.True(marked.Decision!.NotFitted);
        Assert.Null(marked.Recommendation);
        Assert.Equal(Confidence.Medium, ConfidenceRule.Judge(marked.Decision));
        Assert.Equal(
            "Means differ. P-T has not fitted its training images.",
            Mark(Comparison, pretrained: 0.5, random: 0.93).Detail
        );
    }

    [Fact]
    public void Nothing_is_said_where_both_have_fitted_or_nothing_is_compared()
    {
        Assert.Same(Comparison, Mark(Comparison, pretrained: 0.99, random: 0.95));
        var other = Comparison with { ComparesStarts = false };
        Assert.Same(other, Mark(other, pretrained: 0.99, random: 0.5));
    }

    [Fact]
    public void Runs_that_diverged_have_no_say() =>
        Assert.Same(Comparison, Mark(Comparison, pretrained: 0.99, random: 0.5, status: "diverged"));

    private static readonly Finding Comparison = new("mistakes", "They differ.", new Decision(0.001, 3), [], "Use one.")
    {
        Detail = "Means differ.",
        Target = "ink",
        ComparesStarts = true,
    };

    private Finding Mark(Finding finding, double pretrained, double random, string status = "finished")
    {
        var plan = RunFolder.Open(finished.Study.Out).Plan;
        return Assert.Single(TrainingFit.Mark([finding], plan, new Trained(plan, pretrained, random, status)));
    }

    private sealed class Trained(Plan plan, double pretrained, double random, string status) : ITaskResults
    {
        public JsonNode Read(TaskSpec task, string file = "result.json")
        {
            var isPretrained = plan.Runs.Single(run => run.Train.Key == task.Key).Run == "P-T";
            return new JsonObject
            {
                ["status"] = isPretrained ? "finished" : status,
                ["epochs"] = new JsonArray(
                    new JsonObject
                    {
                        ["epoch"] = 1,
                        ["learningRate"] = 0.1,
                        ["trainLoss"] = 0.1,
                        ["trainAccuracy"] = isPretrained ? pretrained : random,
                        ["testLoss"] = 0.1,
                        ["testAccuracy"] = 0.1,
                    }
                ),
            };
        }
    }
}
