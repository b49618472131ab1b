using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Models;
using TransferLens.Vision.Training;

namespace TransferLens.Analyses.FineTuningDepth;

/// <summary>One rung: how it trains.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Frozen">The modules that it freezes.</param>
/// <param name="Training">Its training settings.</param>
internal sealed record DepthRungPlan(string Name, ImmutableArray<string> Frozen, TrainingSettings Training)
{
    /// <summary>Whether it trains a part of the network.</summary>
    public bool IsPart => !Training.TrainsAll;

    /// <summary>
    /// Its cost as a share of the whole network's, for the estimate of a plan: a forward pass counts one, and the
    /// backward pass two for all modules.
    /// </summary>
    /// <param name="network">The network.</param>
    public double EstimatedShare(NetworkDeclaration network)
    {
        var trained = network.Modules.Length - Frozen.Length;
        var backward = Training.Adapt is null ? 2.0 : 1;
        return (1 + (backward * trained / network.Modules.Length)) / 3;
    }
}

/// <summary>The rungs of a study.</summary>
/// <param name="Network">The network, with the study's groups of modules.</param>
/// <param name="Rungs">The rungs in the order of the settings, the whole network among them.</param>
internal sealed record DepthLadder(NetworkDeclaration Network, ImmutableArray<DepthRungPlan> Rungs)
{
    /// <summary>
    /// The rungs that the settings name. One that trains as the whole network's runs do anyway is left out, and where
    /// no rungs are set, so is the probe of a network from a file whose head is not one linear layer.
    /// </summary>
    /// <param name="study">The study.</param>
    /// <param name="settings">The rungs.</param>
    /// <param name="training">The training settings of the whole network's runs.</param>
    /// <param name="analysis">Name of the analysis, for messages.</param>
    /// <exception cref="InputException">A rung is unknown, or the network has nothing for it to train.</exception>
    public static DepthLadder Create(
        PlannedStudy study,
        DepthSettings settings,
        TrainingSettings training,
        string analysis
    )
    {
        var network = study.Catalog.Network(study.Study.GroupedNetwork);
        var names = settings.Rungs.Contains(DepthChoice.Whole)
            ? settings.Rungs
            : [.. settings.Rungs, DepthChoice.Whole];
        var isDefault = settings.Rungs.SequenceEqual(DepthSettings.DefaultRungs);
        var rungs = names
            .Where(name => !isDefault || name != DepthChoice.ProbeFirst || HasLinearHead(study.Study, network))
            .Select(name => CreateRung(name))
            .Where(rung =>
                rung.Name is DepthChoice.Whole or DepthChoice.Scratch
                || TaskSettings.Write(rung.Training).ToJsonString() != TaskSettings.Write(training).ToJsonString()
            );
        return new(network, [.. rungs]);

        DepthRungPlan CreateRung(string name)
        {
            try
            {
                var made = new DepthRungPlan(
                    name,
                    DepthChoice.Frozen(network, name),
                    DepthChoice.Training(
                        network,
                        name,
                        training,
                        settings.LayerDecay,
                        new(settings.LoraRank, settings.LoraAlpha)
                    )
                );
                Check(made, study.Study, network);
                return made;
            }
            catch (InputException wrong)
            {
                throw new InputException($"analyses.{analysis}.rungs: {wrong.Message}", wrong);
            }
        }
    }

    private static void Check(DepthRungPlan rung, Study study, NetworkDeclaration network)
    {
        if (network is not NetworkArchitecture architecture)
        {
            return;
        }

        if (rung.Name is DepthChoice.NormHead or DepthChoice.Lora)
        {
            AdaptedLayers.Check(architecture, rung.Training);
        }

        if (rung.Name == DepthChoice.ProbeFirst && study.NetworkFile is not null)
        {
            AdaptedLayers.CheckHead(architecture, study.Images.Size);
        }
    }

    // Those by name have one. Others are computed, once.
    private static bool HasLinearHead(Study study, NetworkDeclaration network)
    {
        try
        {
            if (network is NetworkArchitecture architecture && study.NetworkFile is not null)
            {
                AdaptedLayers.CheckHead(architecture, study.Images.Size);
            }

            return true;
        }
        catch (InputException)
        {
            return false;
        }
    }
}
