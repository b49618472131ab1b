using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;

namespace TransferLens.Vision.Training;

/// <summary>The learning rate of each epoch.</summary>
internal static class LearningRateSchedule
{
    /// <summary>The learning rate of all steps in an epoch.</summary>
    /// <param name="settings">The schedule.</param>
    /// <param name="rate">The base learning rate.</param>
    /// <param name="epoch">The epoch, counted from 0.</param>
    /// <param name="epochs">Number of epochs of the training run.</param>
    /// <exception cref="InputException">The schedule's name is not known.</exception>
    public static double At(ScheduleSettings settings, double rate, int epoch, int epochs)
    {
        var scheduled = settings.Name switch
        {
            "constant" => rate,
            "multi_step" => rate * Math.Pow(settings.Gamma, settings.Milestones.Count(milestone => milestone <= epoch)),
            "cosine" => rate * (1 + Math.Cos(Math.PI * epoch / epochs)) / 2,
            _ => throw new InputException(
                $"The schedule '{settings.Name}' is not known; the schedules are constant, multi_step and cosine."
            ),
        };
        return epoch < settings.WarmupEpochs ? scheduled * (epoch + 1) / (settings.WarmupEpochs + 1) : scheduled;
    }
}
