using System.Collections.Immutable;
using TransferLens.Analyses.Common;
using TransferLens.Analyses.Mistakes;
using TransferLens.Analyses.ParameterDistance;
using TransferLens.Studies.Plans;

namespace TransferLens.Analyses.Tests.Common;

public sealed class RunPairTests : IDisposable
{
    private readonly MadeUpStudy study = new(new DistanceAnalysis());

    public void Dispose() => study.Dispose();

    [Fact]
    public void Three_runs_from_P_and_three_from_one_random_start_make_nine_mixed_pairs()
    {
        var pairs = Pairs(
            "{P-T: {init: pretrained, learning_rate: 0.02, seeds: [1, 2, 3]}, "
                + "RI-T: {init: random, init_seed: 1, learning_rate: 0.1, seeds: [1, 2, 3]}}"
        );
        Assert.Equal(
            [("P-T & P-T", false, 3), ("P-T & RI-T", true, 9), ("RI-T & RI-T, same start", false, 3)],
            pairs
                .CountBy(pair => (pair.Kind, pair.IsMixed))
                .Select(count => (count.Key.Kind, count.Key.IsMixed, count.Value))
        );
        Assert.DoesNotContain(pairs, pair => pair.BothRandom);
    }

    [Fact]
    public void A_run_and_P_are_no_mixed_pair_and_have_no_equal_settings()
    {
        var plan = study.Plan("");
        var pairs = RunPair.WithPretrained(Planned(plan));
        Assert.Equal(["P-T & P", "RI-T & P"], pairs.Select(pair => pair.Kind).Distinct());
        Assert.All(pairs, pair => Assert.False(pair.IsMixed || pair.EqualSettings));
    }

    [Fact]
    public void The_images_shown_are_of_a_mixed_pair_though_two_runs_from_one_start_come_first()
    {
        using var mistakes = new MadeUpStudy(new MistakesAnalysis());
        var plan = mistakes.Plan(
            "",
            runs: "{RI-T: {init: random, init_seed: 1, learning_rate: 0.1, seeds: [1, 2]}, "
                + "P-T: {init: pretrained, learning_rate: 0.02, seeds: [1]}}"
        );
        var settings = TaskSettings.Read<MistakesTaskSettings>(plan.AnalysisTasks().Single().Settings);
        Assert.Equal(["run RI-T s1", "run P-T s1"], settings.Pairs[settings.Shown]);
    }

    [Fact]
    public void No_kind_pools_pairs_of_equal_and_of_different_learning_rates()
    {
        var pairs = Pairs(
            "{P-T: {init: pretrained, learning_rate: [0.02, 0.1], seeds: [1, 2]}, "
                + "RI-T: {init: random, learning_rate: [0.1, 0.02], seeds: [1, 2]}, "
                + "RI-T from one: {init: random, init_seed: 1, learning_rate: 0.1, seeds: [1, 2]}}"
        );
        Assert.Contains("P-T lr 0.02 & P-T lr 0.1", pairs.Select(pair => pair.Kind));
        Assert.Contains("RI-T lr 0.1 & RI-T lr 0.02, same start", pairs.Select(pair => pair.Kind));
        Assert.All(
            pairs.GroupBy(pair => pair.Kind),
            kind =>
            {
                Assert.Single(kind.Select(pair => (pair.First.LearningRate, pair.Second!.LearningRate)).Distinct());
                Assert.Single(kind.Select(pair => pair.EqualSettings).Distinct());
                Assert.Single(kind.Select(pair => pair.BothRandom).Distinct());
            }
        );

        // A label of another form does not hide the rates.
        var (slow, fast) = (pairs[0].First with { Label = "slow" }, pairs[0].First with { Label = "fast" });
        Assert.NotEqual(
            new RunPair(slow, fast).Kind,
            new RunPair(slow, fast with { LearningRate = 0.5 }).Kind
        );
    }

    [Theory]
    [InlineData("", "", true)]
    [InlineData("epochs: 3, ", "", false)]
    [InlineData("batch_size: 8, ", "", false)]
    [InlineData("schedule: {name: cosine}, ", "", false)]
    [InlineData("optimizer: {weight_decay: 0.1}, ", "", false)]
    [InlineData("optimizer: {name: adamw}, ", "", false)]
    [InlineData("augment: {horizontal_flip: true}, ", "", false)]
    [InlineData("parameter_groups: [{match: bias, learning_rate_scale: 2}], ", "", false)]
    [InlineData(
        "parameter_groups: [{match: bias, learning_rate_scale: 2}], ",
        "parameter_groups: [{match: bias, learning_rate_scale: 2}], ",
        true
    )]
    [InlineData(
        "schedule: {name: multi_step, milestones: [1]}, ",
        "schedule: {name: multi_step, milestones: [1]}, ",
        true
    )]
    [InlineData("keep: [], keep_every: 1, keep_best: true, ", "", true)]
    [InlineData("init_seed: 5, ", "", true)]
    public void Settings_are_equal_where_the_optimization_is(string ofPretrained, string ofRandom, bool equal)
    {
        var pairs = Pairs(
            $"{{P-T: {{init: pretrained, {ofPretrained}learning_rate: 0.1, seeds: [1, 2]}}, "
                + $"RI-T: {{init: random, {ofRandom}learning_rate: 0.1, seeds: [3]}}}}"
        );
        Assert.All(pairs, pair => Assert.Equal(equal || !pair.IsMixed, pair.EqualSettings));
        Assert.Equal(equal, RunPair.SameRecipe(pairs[1].Second!, pairs[1].First));
    }

    [Fact]
    public void Runs_of_different_learning_rates_have_different_settings()
    {
        var pairs = Pairs("{P-T: {init: pretrained, learning_rate: [0.1, 0.02], seeds: [1, 2]}}");
        Assert.All(pairs, pair =>
            Assert.Equal(pair.First.LearningRate == pair.Second!.LearningRate, pair.EqualSettings)
        );
        Assert.Equal(2, pairs.Count(pair => pair.EqualSettings));
    }

    private ImmutableArray<RunPair> Pairs(string runs) => RunPair.Of(Planned(study.Plan("", runs: runs)));

    private PlannedStudy Planned(Plan plan) =>
        new(plan.Study, plan.Pretraining, plan.Runs) { Catalog = study.Catalog };
}
