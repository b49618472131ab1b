using TransferLens.Execution.Progress;
using TransferLens.Studies.Plans;
using TransferLens.Tests;

namespace TransferLens.Execution.Tests.Progress;

public sealed class PlanEstimateTests
{
    private static TaskSpec Training(string name, double cost, params TaskSpec[] inputs) =>
        SomeTasks.Named(name, cost, inputs) with
        {
            Kind = StudyTasks.TrainKind,
        };

    [Fact]
    public void Jobs_share_the_work_and_a_training_image_counts_three()
    {
        var tasks = Enumerable
            .Range(0, 10)
            .Select(i => Training($"{i}", 3000))
            .Append(SomeTasks.Named("measure", 100))
            .ToList();
        // 1,000 images of 0.03 s in each of ten training runs, 100 of 0.01 s, and a second for every process.
        Assert.Equal(new(10, TimeSpan.FromSeconds((10 * 30) + 1 + 11)), PlanEstimate.Compute(tasks, 1, 0.03, 0.01));
        Assert.Equal(156, PlanEstimate.Compute(tasks, 2, 0.03, 0.01).Time.TotalSeconds, 1e-9);
    }

    [Fact]
    public void A_chain_of_tasks_takes_its_time_whatever_the_number_of_jobs()
    {
        var first = Training("first", 300);
        var second = Training("second", 300, first);
        Assert.Equal(
            2 * (1 + 100),
            PlanEstimate.Compute([first, second, Training("other", 30)], 8, 1, 1).Time.TotalSeconds,
            1e-9
        );
        Assert.Equal(1 + 100, PlanEstimate.Compute([second], 8, 1, 1).Time.TotalSeconds, 1e-9); // the first is done
        Assert.Equal(new(0, TimeSpan.Zero), PlanEstimate.Compute([], 8, 1, 1));
    }

    [Theory]
    [InlineData(0.2, "1 second")]
    [InlineData(50, "50 seconds")]
    [InlineData(100, "2 minutes")]
    [InlineData(5000, "83 minutes")]
    [InlineData(20000, "6 hours")]
    [InlineData(400000, "5 days")]
    [InlineData(7e7, "27 months")]
    [InlineData(3e9, "95 years")]
    public void A_duration_has_one_unit(double seconds, string words) =>
        Assert.Equal(words, RunWords.Duration(TimeSpan.FromSeconds(seconds)));
}
