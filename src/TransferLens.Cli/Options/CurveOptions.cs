using System.CommandLine;
using TransferLens.Analyses.PerformanceBarrier;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Training;

namespace TransferLens.Cli.Options;

/// <summary>The options that train a curve between two checkpoints.</summary>
internal sealed class CurveOptions
{
    private const string None = "none";
    private const string Bezier = "bezier";
    private const double DefaultRate = 0.02;
    private const double WeightDecay = 1e-4;

    /// <summary>Creates the options.</summary>
    public CurveOptions() => Kind.AcceptOnlyFromAmong(None, Bezier);

    /// <summary><c>--curve</c>.</summary>
    public Option<string> Kind { get; } =
        new("--curve")
        {
            Description =
                "Also measure along a quadratic Bezier curve between the checkpoints, whose middle is trained on "
                + "--train-data.",
            HelpName = $"{None}|{Bezier}",
            DefaultValueFactory = _ => None,
        };

    /// <summary><c>--train-data</c>.</summary>
    public Option<string?> TrainData { get; } =
        new("--train-data")
        {
            Description = "Labelled training images for --curve, given like --data.",
            HelpName = "DIR|FORMAT:PATH",
        };

    private readonly Option<int> epochs = new("--curve-epochs")
    {
        Description = "Epochs that the middle of the curve is trained for.",
        HelpName = "N",
        DefaultValueFactory = _ => CurveSettings.DefaultEpochs,
    };

    private readonly Option<double> rate = new("--curve-rate")
    {
        Description = "Learning rate of the curve's training, which falls along half a cosine.",
        HelpName = "X",
        DefaultValueFactory = _ => DefaultRate,
    };

    /// <summary>All options.</summary>
    public IEnumerable<Option> All => [Kind, TrainData, epochs, rate];

    /// <summary>Whether a curve is trained.</summary>
    /// <exception cref="InputException">The options contradict each other.</exception>
    public bool IsGiven(ParseResult parsed)
    {
        var isGiven = parsed.GetValue(Kind) == Bezier;
        return (isGiven, parsed.GetValue(TrainData) is not null) switch
        {
            (true, false) => throw new InputException(
                "--curve bezier trains on labelled images. Add --train-data with images that are not in --data."
            ),
            (false, true) => throw Unused(TrainData),
            _ when !isGiven && parsed.GetResult(epochs) is { Implicit: false } => throw Unused(epochs),
            _ when !isGiven && parsed.GetResult(rate) is { Implicit: false } => throw Unused(rate),
            _ => isGiven,
        };

        static InputException Unused(Option option) =>
            new($"{option.Name} is for a curve. Add --curve bezier, or remove it.");
    }

    /// <summary>Number of epochs.</summary>
    /// <exception cref="InputException">It is below 1.</exception>
    public int Epochs(ParseResult parsed) =>
        parsed.GetValue(epochs) is >= 1 and var count
            ? count
            : throw new InputException($"{epochs.Name} is {parsed.GetValue(epochs)}, but must be at least 1.");

    /// <summary>How the curve is trained.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="normalize">Normalization of the images.</param>
    /// <param name="precision">Number type that the network computes in.</param>
    /// <exception cref="InputException">The rate is not above 0.</exception>
    public TrainingRecipe Recipe(ParseResult parsed, Normalization normalize, Precision precision)
    {
        var count = Epochs(parsed);
        var value = parsed.GetValue(rate);
        return value > 0 && double.IsFinite(value)
            ? new(
                TrainingSettings.Default with
                {
                    Epochs = count,
                    Precision = precision,
                    Optimizer = OptimizerSettings.Default with { WeightDecay = WeightDecay },
                    Schedule = TrainingSettings.Default.Schedule with { Name = "cosine" },
                },
                value,
                0,
                normalize
            )
            : throw new InputException($"{rate.Name} is {value}, but must be above 0.");
    }
}
