using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Studies.Tests.Plans;

public class TaskSettingsTests
{
    private static readonly TrainTaskSettings Train = new(
        "cifar_resnet8",
        4,
        1,
        0.1,
        TrainingSettings.Default,
        Normalization.ImageNet,
        null
    );
    private static readonly EvaluateTaskSettings Evaluate = new(
        "cifar_resnet8",
        4,
        "last",
        Normalization.ImageNet,
        Precision.Float32
    );

    [Fact]
    public void A_task_without_a_shuffle_does_not_speak_of_one_so_that_its_key_stays()
    {
        Assert.DoesNotContain("shuffle", TaskSettings.Write(Train).Select(member => member.Key));
        Assert.DoesNotContain("shuffle", TaskSettings.Write(Evaluate).Select(member => member.Key));
    }

    [Fact]
    public void A_shuffle_of_the_first_permutation_is_written_as_ever_and_a_redrawn_one_has_a_key_of_its_own()
    {
        var first = TaskSettings.Write(new ShuffleSettings("4", 7));
        Assert.Equal("""{"block":"4","seed":7}""", first.ToJsonString());
        Assert.False(TaskSettings.Read<ShuffleSettings>(first).Redraw);
        var redrawn = TaskSettings.Write(new ShuffleSettings("4", 7) { Redraw = true });
        Assert.Equal("""{"block":"4","seed":7,"redraw":true}""", redrawn.ToJsonString());
        Assert.True(TaskSettings.Read<ShuffleSettings>(redrawn).Redraw);
    }

    [Fact]
    public void Settings_come_back_as_they_were_written()
    {
        Assert.Null(TaskSettings.Read<TrainTaskSettings>(TaskSettings.Write(Train)).Shuffle);
        Assert.Null(TaskSettings.Read<EvaluateTaskSettings>(TaskSettings.Write(Evaluate)).Shuffle);
        Assert.Equal(
            new("channels", 7),
            TaskSettings
                .Read<TrainTaskSettings>(TaskSettings.Write(Train with { Shuffle = new("channels", 7) }))
                .Shuffle
        );
        Assert.Equal(
            new("4", 7),
            TaskSettings.Read<EvaluateTaskSettings>(TaskSettings.Write(Evaluate with { Shuffle = new("4", 7) })).Shuffle
        );
    }
}
