using System.Globalization;
using TransferLens.Report.Files;

namespace TransferLens.Report.TensorBoard;

/// <summary>
/// Writes training runs as TensorBoard event files. The messages are encoded here (<see cref="EventMessage"/>) because
/// this assembly does not depend on a tensor library.
/// </summary>
public static class EventFiles
{
    /// <summary>The pattern of the names of files that <see cref="Write"/> creates.</summary>
    public const string Pattern = "events.out.tfevents.*.transferlens";

    /// <summary>
    /// Writes <c>tensorboard/TARGET/NAME/events.out.tfevents.SECONDS.transferlens</c> for each run, where SECONDS is
    /// the Unix time of its start. Files are written atomically; equal runs give equal files. Names are made safe as
    /// for figures.
    /// </summary>
    /// <param name="runs">The training runs.</param>
    /// <param name="folder">The run's folder.</param>
    /// <exception cref="IOException">A file could not be written.</exception>
    public static void Write(IEnumerable<TrainingScalars> runs, string folder)
    {
        ArgumentNullException.ThrowIfNull(runs);
        ArgumentNullException.ThrowIfNull(folder);
        var targets = new FileNames();
        foreach (var target in runs.GroupBy(run => run.Target, StringComparer.Ordinal))
        {
            var targetFolder = Path.Combine(folder, "tensorboard", targets.Unique(target.Key));
            var names = new FileNames();
            foreach (var run in target)
            {
                AtomicFile.Write(Path.Combine(targetFolder, names.Unique(run.Name), FileName(run)), Serialize(run));
            }
        }
    }

    private static string FileName(TrainingScalars run)
    {
        var seconds = Math.Max(0, run.Started.ToUnixTimeSeconds());
        return Pattern.Replace("*", seconds.ToString("D10", CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    private static byte[] Serialize(TrainingScalars run)
    {
        using var bytes = new MemoryStream();
        var time = run.Started.ToUnixTimeMilliseconds() / 1000.0;
        EventRecord.Write(bytes, EventMessage.Version(time));
        foreach (var step in run.Steps.Where(step => !step.Values.IsEmpty))
        {
            EventRecord.Write(bytes, EventMessage.Scalars(time, step));
        }

        return bytes.ToArray();
    }
}
