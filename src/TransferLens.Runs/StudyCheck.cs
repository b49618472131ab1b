using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Models;
using TransferLens.Vision.Training;

namespace TransferLens.Runs;

/// <summary>Checks a study against its network, before any data is read.</summary>
internal static class StudyCheck
{
    /// <summary>Checks that every batch normalization that is trained gets several values per channel.</summary>
    /// <param name="study">The study.</param>
    /// <param name="plan">Its plan, which knows the numbers of images.</param>
    /// <param name="catalog">Contains the network.</param>
    /// <exception cref="InputException">A batch has one image, and its smallest map one pixel.</exception>
    public static void Batches(Study study, Plan plan, Catalog catalog)
    {
        if (catalog.Network(study.GroupedNetwork) is not NetworkArchitecture network)
        {
            return;
        }

        var images = plan.Targets.Min(target => target.TrainImages);
        foreach (var (name, run) in study.Runs)
        {
            var batch = Math.Min(run.Training.BatchSize, images);
            SingleValues.Check(network, study.Images.Size, batch, run.Training, $"runs.{name}");
        }

        if (study.Pretrained?.Training is { } source)
        {
            SingleValues.Check(network, study.Images.Size, source.BatchSize, source, "pretrained.training");
        }
    }

    private static NetworkDeclaration Grouped(Study study, Catalog catalog)
    {
        try
        {
            return catalog.Network(study.GroupedNetwork);
        }
        catch (InputException wrong) when (study.Modules is not null)
        {
            throw new InputException($"modules: {wrong.Message}", wrong);
        }
    }

    private static void CheckAdapted(string section, TrainingSettings? training, NetworkDeclaration network)
    {
        if (training is { Adapt: not null } or { Lora: not null } && network is NetworkArchitecture architecture)
        {
            try
            {
                AdaptedLayers.Check(architecture, training);
            }
            catch (InputException wrong)
            {
                throw new InputException($"{section}: {wrong.Message}", wrong);
            }
        }
    }

    /// <summary>Checks the size of the images, the modules to freeze and the layers to adapt.</summary>
    /// <exception cref="InputException">
    /// The network does not accept the size, has no module of a name, or no layer to adapt.
    /// </exception>
    public static void Network(Study study, Catalog catalog)
    {
        var network = Grouped(study, catalog);
        network.CheckSize(study.Images.Size);
        Check("training", study.Training);
        Check("pretrained.training", study.Pretrained?.Training);
        foreach (var (name, run) in study.Runs)
        {
            Check($"runs.{name}", run.Training);
        }

        void Check(string section, TrainingSettings? training)
        {
            try
            {
                Freeze.Modules(training?.Freeze, network.Modules, network.Title);
            }
            catch (InputException wrong)
            {
                throw new InputException($"{section}.freeze: {wrong.Message}", wrong);
            }

            CheckAdapted(section, training, network);
        }
    }
}
