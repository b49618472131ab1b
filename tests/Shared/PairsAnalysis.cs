using System.Text.Json.Nodes;
using TransferLens.Studies.Declarations;
using TransferLens.Studies.Findings;
using TransferLens.Studies.Plans;

namespace TransferLens.Tests;

/// <summary>Settings of <see cref="PairsAnalysis"/>.</summary>
internal sealed record PairsSettings
{
    [Setting("Points", Minimum = 2)]
    public int Points { get; init; } = 11;
}

/// <summary>An analysis that looks at each pair of consecutive training runs.</summary>
internal sealed class PairsAnalysis : Analysis<PairsSettings, int>
{
    public override string Name => "performance_barrier";

    public override string Title => "Pairs";

    protected override IEnumerable<PlannedTask> Plan(PlannedStudy study, PairsSettings settings) =>
        study.Runs.Zip(study.Runs.Skip(1), (first, second) =>
            new PlannedTask(
                $"{first.Target} {first.Label} & {second.Target} {second.Label}",
                SomeTasks.Named($"pair {settings.Points}", 1, first.Train, second.Train)
            )
        );

    protected override int Conclude(FinishedAnalysis<PairsSettings> finished) => throw new NotSupportedException();

    protected override JsonNode ToJson(int result) => throw new NotSupportedException();

    protected override Method Describe(FinishedAnalysis<PairsSettings> finished, int result) =>
        throw new NotSupportedException();
}
