using System.CommandLine;
using TransferLens.Runs;
using TransferLens.Studies.Inputs;

namespace TransferLens.Cli.Options;

/// <summary>Names a model of a finished study, in place of a network and its weights.</summary>
internal sealed class StudyModelOptions
{
    /// <summary><c>RUN</c>.</summary>
    public Argument<DirectoryInfo?> Run { get; } =
        new("RUN")
        {
            Description =
                "The folder of a finished study, for example runs/STUDY, which states network, weights, preprocessing "
                + "and class names. Without it, give --network.",
            Arity = ArgumentArity.ZeroOrOne,
        };

    /// <summary><c>--target NAME</c>.</summary>
    public Option<string?> Target { get; } =
        new("--target") { Description = "Target of the study; only needed for several.", HelpName = "NAME" };

    // The words are not taken from the catalog, which loads libtorch: every command is created before one is chosen.
    /// <summary><c>--model NAME</c>.</summary>
    public Option<string?> Model { get; } =
        new("--model")
        {
            Description =
                "Model of the study: best, soup, wise_ft, frozen, or a run, for example 'P-T s1'; by default best. "
                + "The report lists what there is.",
            HelpName = "NAME",
        };

    /// <summary>Checks that a study or a network is given, and nothing that only fits the other.</summary>
    /// <param name="command">The command, for its parse errors.</param>
    /// <param name="network">Required without a study.</param>
    /// <param name="stated">Options whose values a study states.</param>
    public void AddCheck(Command command, Option network, IReadOnlyCollection<Option> stated) =>
        command.Validators.Add(result =>
        {
            var fromStudy = result.GetResult(Run) is { Tokens.Count: > 0 };
            var unwanted = fromStudy ? stated : [Target, Model];
            if (unwanted.FirstOrDefault(option => result.GetResult(option) is { Implicit: false }) is { } option)
            {
                result.AddError(
                    fromStudy
                        ? $"The study states what {option.Name} is for. Remove {option.Name}, or the study's folder."
                        : $"{option.Name} is for a study. Add the folder of its run, or remove {option.Name}."
                );
            }
            else if (!fromStudy && result.GetResult(network) is null)
            {
                result.AddError($"Name the folder of a finished study, or a network with {network.Name}.");
            }
        });

    /// <summary>The model; null where no study is given.</summary>
    /// <exception cref="InputException">The study is not finished, or has no such target or model.</exception>
    public StudyModel? Find(ParseResult parsed)
    {
        if (parsed.GetValue(Run) is not { } folder)
        {
            return null;
        }

        var run = StudyRun.Open(folder.FullName);
        return StudyModel.Open(run, parsed.GetValue(Model) ?? StudyModels.Words(run.Catalog)[0], TargetOf(parsed, run));
    }

    private string TargetOf(ParseResult parsed, StudyRun run)
    {
        var targets = StudyModels.Targets(run.Plan);
        return (parsed.GetValue(Target), targets) switch
        {
            (null, [var only]) => only,
            (null, _) => throw new InputException(
                $"The study has the targets {string.Join(", ", targets)}. Choose one with {Target.Name}."
            ),
            (var given, _) when targets.Contains(given) => given,
            (var given, _) => throw new InputException(
                $"{Target.Name} is '{given}', but the study has no such target; "
                    + Sentence.Instead(given, [.. targets])
            ),
        };
    }
}
