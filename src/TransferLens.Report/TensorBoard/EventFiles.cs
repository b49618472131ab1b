using System.Globalization;
using TransferLens.Report.Content;

namespace TransferLens.Report.TensorBoard;

/// <summary>
/// Writes trainings as TensorBoard event files. The few messages that scalars need are encoded here (<see cref="EventMessage"/>)
/// and not by the classes that TorchSharp carries, since a report knows no tensor library.
/// </summary>
public static class EventFiles
{
    /// <summary>Files that <see cref="Write"/> makes, as a pattern of file names.</summary>
    public const string Pattern = "events.out.tfevents.*.transferlens";

    /// <summary>
    /// Writes <c>tensorboard/TARGET/NAME/events.out.tfevents.SECONDS.transferlens</c> for each training, SECONDS being when it
    /// began. Each file appears whole, by a rename; equal trainings give equal files. Names are made safe as those of
    /// figures are.
    /// </summary>
    /// <param name="trainings">The trainings.</param>
    /// <param name="folder">The run's folder.</param>
    /// <exception cref="IOException">A file could not be written.</exception>
    public static void Write(IEnumerable<TrainingScalars> trainings, string folder)
    {
        ArgumentNullException.ThrowIfNull(trainings);
        ArgumentNullException.ThrowIfNull(folder);
        var targets = new FileNames();
        foreach (var target in trainings.GroupBy(training => training.Target, StringComparer.Ordinal))
        {
            var (place, names) = (Path.Combine(folder, "tensorboard", targets.New(target.Key)), new FileNames());
            foreach (var training in target)
            {
                var seconds = Math.Max(0, training.Started.ToUnixTimeSeconds())
                    .ToString("D10", CultureInfo.InvariantCulture);
                WholeFile.Write(
                    Path.Combine(
                        place,
                        names.New(training.Name),
                        Pattern.Replace("*", seconds, StringComparison.Ordinal)
                    ),
                    Bytes(training)
                );
            }
        }
    }

    private static byte[] Bytes(TrainingScalars training)
    {
        using var bytes = new MemoryStream();
        var time = training.Started.ToUnixTimeMilliseconds() / 1000.0;
        EventRecord.Write(bytes, EventMessage.Version(time));
        foreach (var step in training.Steps.Where(step => !step.Values.IsEmpty))
        {
            EventRecord.Write(bytes, EventMessage.Scalars(time, step));
        }

        return bytes.ToArray();
    }
}
