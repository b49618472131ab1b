using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Runs;

/// <summary>Checks a study against its network, before any data is read.</summary>
internal static class StudyCheck
{
    /// <summary>Checks the size of the images and the modules to freeze.</summary>
    /// <exception cref="InputException">The network does not accept the size, or has no module of a name.</exception>
    public static void Network(Study study, Catalog catalog)
    {
        var network = catalog.Network(study.Network);
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
                Freeze.Modules(training?.Freeze, network.Modules, network.Name);
            }
            catch (InputException wrong)
            {
                throw new InputException($"{section}.freeze: {wrong.Message}", wrong);
            }
        }
    }
}
