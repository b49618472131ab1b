using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using TransferLens.Studies.Plans;

namespace TransferLens.Scaling;

/// <summary>Many small tasks, as studies and as graphs.</summary>
internal static class ManyTasks
{
    /// <summary>
    /// A study file with tiny synthetic images. 358 targets with 4 seeds have 10,027 tasks; 50 targets with 47 seeds
    /// have 10,003 tasks and half a million pairs of training runs.
    /// </summary>
    public static string Study(int targets, int seeds)
    {
        var text = new StringBuilder(
            """
            study: many
            network: cifar_resnet8
            images: {size: 32, normalize: imagenet}
            pretrained:
              data: {format: synthetic, style: photo, train: 4, test: 2}
              learning_rate: 0.1
              training: {epochs: 1}
            training: {epochs: 1, batch_size: 32}
            targets:

            """
        );
        for (var target = 1; target <= targets; target++)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"  target{target}: {{format: synthetic, style: clipart, seed: {target}, train: 3, test: 2}}\n"
            );
        }

        var all = string.Join(", ", Enumerable.Range(1, seeds));
        return text.Append(
                CultureInfo.InvariantCulture,
                $$"""
                runs:
                  P-T: {init: pretrained, learning_rate: 0.02, seeds: [{{all}}]}
                  RI-T: {init: random, learning_rate: 0.1, seeds: [{{all}}]}
                analyses:
                  learning_curves:
                  feature_reuse: {block_sizes: [channels, 1], seeds: [1234]}
                  mistakes:
                  parameter_distance:

                """
            )
            .ToString();
    }

    /// <summary>
    /// Tasks in the shape of a study: one that all others need, then pairs of which the second needs the first.
    /// </summary>
    /// <param name="count">Number of tasks.</param>
    /// <param name="make">Creates a task from its number and inputs.</param>
    public static List<TaskSpec> Graph(int count, Func<int, TaskSpec[], TaskSpec> make)
    {
        var tasks = new List<TaskSpec> { make(0, []) };
        while (tasks.Count < count)
        {
            tasks.Add(make(tasks.Count, [tasks.Count % 2 == 1 ? tasks[0] : tasks[^1]]));
        }

        return tasks;
    }

    /// <summary>A task that computes nothing.</summary>
    public static TaskSpec Empty(int number, TaskSpec[] inputs) =>
        new()
        {
            Kind = new("empty", 1),
            Settings = new() { ["number"] = number },
            Title = $"nothing {number}",
            Inputs = inputs.Select((input, i) => (input, i)).ToImmutableSortedDictionary(one => $"input{one.i}", one => one.input),
        };
}
