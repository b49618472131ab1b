using System.Collections.Immutable;
using System.Text.RegularExpressions;
using TorchSharp.Modules;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Models;

namespace TransferLens.Vision.Training;

/// <summary>Parameters that share a rule for learning rate and weight decay.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Parameters">The parameters with their names; the tensors of the network itself.</param>
internal sealed record ParameterGroup(
    ParameterGroupSettings Rule,
    ImmutableArray<(string Name, Parameter Value)> Parameters
)
{
    private static readonly ParameterGroupSettings Default = new("", 1, null, 0, "zero");
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Splits the parameters of a network that are not frozen, and those of low-rank updates, into groups: each belongs
    /// to the first rule whose pattern matches its name, or to a default group. Where learning rates fall with depth,
    /// each module has groups of its own.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="training">The rules, in order, and the factor of the learning rate from module to module.</param>
    /// <param name="frozen">What is frozen.</param>
    /// <param name="updates">Low-rank updates; null for none.</param>
    /// <exception cref="InputException">A rule applies to no parameter, which is almost always a mistake.</exception>
    public static ImmutableArray<ParameterGroup> Split(
        Network network,
        TrainingSettings training,
        FrozenParts frozen,
        LowRankUpdates? updates
    )
    {
        var rules = training.ParameterGroups;
        var parameters = network
            .named_parameters()
            .Select(entry => (Name: entry.name, Value: entry.parameter))
            .Concat(updates?.Parameters ?? [])
            .ToList();
        var owners = parameters.Select(parameter => RuleFor(parameter.Name, rules)).ToList();
        if (rules.FirstOrDefault(rule => !owners.Contains(rule)) is { } unused)
        {
            throw new InputException(
                $"The parameter group '{unused.Match}' applies to no parameter of {network.Name}; correct its pattern."
            );
        }

        var groups = rules.Append(Default).Distinct().Select(rule => new ParameterGroup(rule, [.. ParametersOf(rule)]));
        return training.LayerDecay is { } factor
            ? [.. groups.SelectMany(group => group.Decay(network, factor))]
            : [.. groups];

        IEnumerable<(string, Parameter)> ParametersOf(ParameterGroupSettings rule) =>
            parameters.Where(
                (parameter, i) =>
                    owners[i] == rule && (!frozen.Contains(parameter.Name) || LowRankUpdates.Contains(parameter.Name))
            );
    }

    // Of M modules, the head last, module i has the rate times factor^(M - 1 - i).
    private IEnumerable<ParameterGroup> Decay(Network network, double factor) =>
        network.Modules.Select(
            (module, i) =>
                new ParameterGroup(
                    Rule with
                    {
                        LearningRateScale = Rule.LearningRateScale * Math.Pow(factor, network.Modules.Length - 1 - i),
                    },
                    [.. Parameters.Where(parameter => module.Owns(parameter.Name))]
                )
        );

    private static ParameterGroupSettings RuleFor(string name, ImmutableArray<ParameterGroupSettings> rules) =>
        rules.FirstOrDefault(rule => Regex.IsMatch(name, rule.Match, RegexOptions.None, MatchTimeout)) ?? Default;
}
