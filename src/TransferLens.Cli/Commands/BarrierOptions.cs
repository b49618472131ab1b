using System.CommandLine;
using TransferLens.Analyses.Alignment;
using TransferLens.Analyses.Interpolation;
using TransferLens.Analyses.PerformanceBarrier;
using TransferLens.Cli.Options;
using TransferLens.Studies.Inputs;

namespace TransferLens.Cli.Commands;

/// <summary>The options of <c>transferlens barrier</c>.</summary>
internal sealed class BarrierOptions
{
    /// <summary>Running statistics interpolated like weights.</summary>
    public const string Raw = "raw";

    /// <summary>Running statistics recomputed at each point.</summary>
    public const string Recalibrated = "recalibrated";

    private static readonly string[] LineOnly = ["points", "from", "to"];

    /// <summary>Creates the options.</summary>
    public BarrierOptions() => Normalization.AcceptOnlyFromAmong(Raw, Recalibrated);

    /// <summary>The options that analysis commands share.</summary>
    public AnalysisOptions Shared { get; } = new("The two checkpoints (three with --plane)");

    /// <summary>The line or the plane.</summary>
    public SettingOptions<BarrierSettings> Settings { get; } = new([.. LineOnly, "plane"]);

    /// <summary><c>--normalization</c>.</summary>
    public Option<string?> Normalization { get; } =
        new("--normalization")
        {
            Description =
                "Running statistics of batch normalization: raw interpolates them like weights, recalibrated "
                + "recomputes them at each point; by default both. Without batch normalization, recalibrated rescales "
                + "the activations at each point (REPAIR); by default raw, and both with --align.",
        };

    /// <summary><c>--recalibrate-on</c>.</summary>
    public Option<string?> RecalibrateOn { get; } = AnalysisOptions.CreateRecalibrateOn(aligns: true);

    /// <summary><c>--align</c> and <c>--save-aligned</c>.</summary>
    public AlignOptions Align { get; } =
        new(AlignmentMethod.None, AlignmentMethod.Weights, AlignmentMethod.Activations);

    /// <summary><c>--curve</c> and what belongs to it.</summary>
    public CurveOptions Curve { get; } = new();

    /// <summary>The options besides the shared ones.</summary>
    public IEnumerable<Option> Further =>
        [Shared.Metric, .. Settings.All, Normalization, RecalibrateOn, .. Align.All, .. Curve.All];

    /// <summary>Reads the settings of the line or the plane.</summary>
    /// <exception cref="InputException">A value is out of range, or line and plane options are mixed.</exception>
    public BarrierSettings Read(ParseResult parsed)
    {
        var settings = Settings.Read(parsed);
        if (settings.Plane == 1)
        {
            throw new InputException(
                $"--plane is 1, but must be 0 for no plane, or 2 to {ModelPlane.MostPoints} points on each side."
            );
        }

        if (settings.Plane > 0 && Align.MethodOf(parsed) != AlignmentMethod.None)
        {
            throw new InputException("--align is for the line between two models, and --plane for three. Remove one.");
        }

        if (settings.Plane > 0 && Align.IsSaved(parsed))
        {
            throw new InputException("--save-aligned is for two models, and --plane for three. Remove one.");
        }

        if (settings.Plane > 0 && Curve.IsGiven(parsed))
        {
            throw new InputException("--curve is for two models, and --plane for three. Remove one.");
        }

        if (settings.Plane > 0 && LineOnly.FirstOrDefault(name => Settings.IsGiven(parsed, name)) is { } name)
        {
            throw new InputException(
                $"--{name} is for the line between two models, and --plane for the plane through three. Remove one."
            );
        }

        return settings;
    }
}
