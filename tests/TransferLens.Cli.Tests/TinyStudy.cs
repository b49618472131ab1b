using TransferLens.Tests;

namespace TransferLens.Cli.Tests;

/// <summary>A study that is over in seconds, on images of its own, in a folder of its own.</summary>
internal sealed class TinyStudy : IDisposable
{
    private readonly TemporaryFolder folder = new();

    /// <summary>Writes images and study.</summary>
    public TinyStudy()
    {
        TinyImages.Write(folder["source", "train"], 12, seed: 1);
        TinyImages.Write(folder["source", "test"], 6, seed: 2);
        TinyImages.Write(folder["target", "train"], 12, seed: 3, inked: true);
        TinyImages.Write(folder["target", "test"], 6, seed: 4, inked: true);
        Write("study.yaml", Text());
    }

    /// <summary>Its folder, the working folder of its commands.</summary>
    public string Path => folder.Path;

    /// <summary>The run's folder, where it goes unless --out says otherwise.</summary>
    public string Out => folder["runs", "tiny"];

    /// <summary>The store's folder, where it goes unless --store says otherwise.</summary>
    public string Store => folder["runs", "store"];

    /// <summary>A path below its folder.</summary>
    public string this[params string[] parts] => folder[parts];

    /// <summary>The study file: P trained on shapes of light, transferred to shapes of ink.</summary>
    public static string Text(string name = "tiny") =>
        $$"""
            study: {{name}}
            network: cifar_resnet8
            images: {size: 16}
            pretrained:
              data: {format: image_folder, train: source/train, test: source/test}
              learning_rate: 0.05
              training: {epochs: 3, batch_size: 12}
            targets:
              ink: {format: image_folder, train: target/train, test: target/test}
            training: {epochs: 3, batch_size: 6}
            runs:
              P-T: {init: pretrained, learning_rate: 0.02, seeds: [1, 2]}
              RI-T: {init: random, learning_rate: 0.05, seeds: [1, 2]}
            analyses:
              learning_curves:
              parameter_distance:
              performance_barrier: {points: 3}
            """;

    /// <summary>Writes a file below its folder.</summary>
    public string Write(string name, string text)
    {
        File.WriteAllText(folder[name], text);
        return folder[name];
    }

    /// <summary>Runs the command there.</summary>
    public CommandResult Do(params IEnumerable<string> arguments) => Command.Run(Path, arguments);

    /// <summary>Starts <c>transferlens run study.yaml</c>, in the only way in which its result is the same bits everywhere.</summary>
    public Command StartRun(params IEnumerable<string> more) => Command.Start(Path, RunArguments(more));

    /// <summary>Starts the same with more environment, by another program where one is given.</summary>
    public Command StartRunWith(Dictionary<string, string> environment, params IReadOnlyList<string> by) =>
        Command.StartWith(Path, environment, by, RunArguments());

    /// <summary>The same to its end.</summary>
    public CommandResult Run(params IEnumerable<string> more) => Do(RunArguments(more));

    /// <summary>Arguments of such a run.</summary>
    public static IEnumerable<string> RunArguments(params IEnumerable<string> more) =>
        ["run", "study.yaml", "--jobs", "2", "--threads", "1", .. more];

    /// <summary>The bytes of <c>results.json</c>.</summary>
    public byte[] Results() => File.ReadAllBytes(System.IO.Path.Combine(Out, "results.json"));

    public void Dispose() => folder.Dispose();
}
