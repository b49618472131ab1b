using System.CommandLine;
using TransferLens.Cli.Options;
using TransferLens.Cli.Output;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Images;
using TransferLens.Vision.Models;

namespace TransferLens.Cli.Commands;

/// <summary>The images of <c>transferlens wise_ft</c>.</summary>
internal sealed class WiseFtInputs : IDisposable
{
    /// <summary>The images of <c>--data</c>.</summary>
    public required ImageSet Target { get; init; }

    /// <summary>The images of <c>--validation</c>; null without.</summary>
    public ImageSet? Validation { get; private set; }

    /// <summary>The images of <c>--source-data</c>; null without.</summary>
    public ImageSet? Source { get; private set; }

    /// <summary>The images of <c>--recalibrate-on</c>; null without, or where nothing is recomputed.</summary>
    public ImageSet? RecalibrateOn { get; private set; }

    /// <summary>The images of <c>--source-recalibrate-on</c>; null as above.</summary>
    public ImageSet? SourceRecalibrateOn { get; private set; }

    /// <summary>Opens the images.</summary>
    /// <param name="options">The options.</param>
    /// <param name="parsed">Their values.</param>
    /// <param name="files">The weights of P and of P-T.</param>
    /// <param name="models">P and P-T, whose heads have the classes of the images.</param>
    /// <param name="recalibrates">Whether running statistics are recomputed.</param>
    /// <param name="cancellationToken">Cancels the decoding.</param>
    /// <exception cref="InputException">
    /// Images cannot be used, have another number of classes than the head that they are measured with, or those that
    /// choose alpha are among those that judge it.
    /// </exception>
    public static WiseFtInputs Open(
        WiseFtOptions options,
        ParseResult parsed,
        IReadOnlyList<string> files,
        (Network Pretrained, Network FineTuned) models,
        bool recalibrates,
        CancellationToken cancellationToken
    )
    {
        var shared = options.Shared;
        var inputs = new WiseFtInputs
        {
            Target = AnalysisInputs.Labelled(shared, parsed, files[1], models.FineTuned, cancellationToken),
        };
        try
        {
            inputs.Validation = parsed.GetValue(options.Validation) is null
                ? null
                : AnalysisInputs.Labelled(
                    shared,
                    parsed,
                    files[1],
                    models.FineTuned,
                    cancellationToken,
                    options.Validation!
                );
            if (inputs.Validation is { } validation)
            {
                ValidationImages.RefuseShared(validation, inputs.Target);
            }

            inputs.Source = parsed.GetValue(options.SourceData) is null
                ? null
                : AnalysisInputs.Labelled(
                    shared,
                    parsed,
                    files[0],
                    models.Pretrained,
                    cancellationToken,
                    options.SourceData!,
                    options.SourceClassNames
                );
            inputs.RecalibrateOn = Statistics(options.RecalibrateOn);
            inputs.SourceRecalibrateOn = Statistics(options.SourceRecalibrateOn);
            return inputs;
        }
        catch
        {
            inputs.Dispose();
            throw;
        }

        ImageSet? Statistics(Option<string?> option) =>
            recalibrates && parsed.GetValue(option) is not null
                ? AnalysisInputs.ForStatistics(shared, parsed, option!, cancellationToken)
                : null;
    }

    /// <summary>The images in words that statistics on the target are recomputed from, where they are.</summary>
    public string StatisticsOfTarget => $"the images of {(RecalibrateOn is null ? "--data" : "--recalibrate-on")}";

    /// <summary>What statistics were recomputed from.</summary>
    /// <param name="recalibrates">Whether they were.</param>
    public WiseFtNotes Notes(bool recalibrates) =>
        new(
            RecalibrationNote.Create(recalibrates, RecalibrateOn, Target),
            recalibrates && Source is not null ? NoteOn(Source) : null
        );

    private RecalibrationNote NoteOn(ImageSet source) =>
        SourceRecalibrateOn is { } separate
            ? new("the images of --source-recalibrate-on", separate.Count)
            : new("the evaluated images themselves, since --source-recalibrate-on was not given", source.Count);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var images in (ImageSet?[])[Target, Validation, Source, RecalibrateOn, SourceRecalibrateOn])
        {
            images?.Dispose();
        }
    }
}
