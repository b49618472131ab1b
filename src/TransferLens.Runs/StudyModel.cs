using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Models;
using TransferLens.Vision.Tasks;
using TransferLens.Vision.Training;

namespace TransferLens.Runs;

/// <summary>A model of a finished study, with all that another program needs to use it.</summary>
/// <param name="Model">The model.</param>
/// <param name="Offer">Why it is offered.</param>
/// <param name="Architecture">Its network.</param>
/// <param name="Weights">The file of its weights, in the store.</param>
/// <param name="Images">The preprocessing of its images.</param>
/// <param name="Classes">Names of its classes, in the order of its outputs.</param>
internal sealed record StudyModel(
    OfferedModel Model,
    ModelOffer Offer,
    NetworkArchitecture Architecture,
    string Weights,
    ImageSettings Images,
    ImmutableArray<string> Classes
)
{
    /// <summary>Finds a model and the file of its weights, whose digest is checked.</summary>
    /// <param name="run">The study.</param>
    /// <param name="model">One of <see cref="StudyModels.Words"/>, or the label of a run.</param>
    /// <param name="target">Name of the target.</param>
    /// <exception cref="InputException">The study is not finished, or has no such model.</exception>
    public static StudyModel Open(StudyRun run, string model, string target)
    {
        var offer = StudyModels.Find(run, model, target);
        var found = offer.Require();
        var folder = run.Store.Open(found.Task.Key);
        return new(
            found,
            offer,
            (NetworkArchitecture)run.Catalog.Network(run.Plan.Study.Network),
            found.File is { } file ? Path.Combine(folder, file) : CheckpointFiles.Find(folder, "last"),
            run.Plan.Study.Images,
            DataNotes.ClassesOf(run.Plan.Runs.First(one => one.Target == target).TrainImages)
        );
    }

    /// <summary>The network with the weights, which the caller disposes.</summary>
    public Network Load() => ModelFile.LoadOwnHead(Architecture, Weights);
}
