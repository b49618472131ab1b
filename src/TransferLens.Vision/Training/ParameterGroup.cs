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
    /// Splits the parameters of a network that are not frozen into groups: each belongs to the first rule whose
    /// pattern matches its name, or to a default group.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="rules">The rules, in order.</param>
    /// <param name="frozen">The frozen modules.</param>
    /// <exception cref="InputException">A rule applies to no parameter, which is almost always a mistake.</exception>
    public static ImmutableArray<ParameterGroup> Split(
        Network network,
        ImmutableArray<ParameterGroupSettings> rules,
        FrozenModules frozen
    )
    {
        var parameters = network.named_parameters().Select(entry => (entry.name, entry.parameter)).ToList();
        var owners = parameters.Select(parameter => RuleFor(parameter.name, rules)).ToList();
        if (rules.FirstOrDefault(rule => !owners.Contains(rule)) is { } unused)
        {
            throw new InputException(
                $"The parameter group '{unused.Match}' applies to no parameter of {network.Name}; correct its pattern."
            );
        }

        return [.. rules.Append(Default).Distinct().Select(rule => new ParameterGroup(rule, [.. ParametersOf(rule)]))];

        IEnumerable<(string, Parameter)> ParametersOf(ParameterGroupSettings rule) =>
            parameters.Where((parameter, i) => owners[i] == rule && !frozen.Contains(parameter.name));
    }

    private static ParameterGroupSettings RuleFor(string name, ImmutableArray<ParameterGroupSettings> rules) =>
        rules.FirstOrDefault(rule => Regex.IsMatch(name, rule.Match, RegexOptions.None, MatchTimeout)) ?? Default;
}
