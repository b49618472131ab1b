using System.Collections.Immutable;
using System.Text.RegularExpressions;
using TorchSharp.Modules;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Models;

namespace TransferLens.Vision.Training;

/// <summary>Parameters that one rule holds for.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Parameters">The parameters with their names; the network's own tensors.</param>
internal sealed record ParameterGroup(
    ParameterGroupSettings Rule,
    ImmutableArray<(string Name, Parameter Value)> Parameters
)
{
    private static readonly ParameterGroupSettings Rest = new("", 1, null, 0, "zero");

    /// <summary>Every parameter of a network that is not frozen in exactly one group: that of the first rule whose pattern is found in its name.</summary>
    /// <exception cref="InputException">A rule matches no parameter, which is hardly ever meant.</exception>
    public static ImmutableArray<ParameterGroup> Of(
        Network network,
        ImmutableArray<ParameterGroupSettings> rules,
        FrozenModules frozen
    )
    {
        var all = network.named_parameters().Select(p => (p.name, p.parameter)).ToList();
        var owners = all.Select(p =>
                rules.FirstOrDefault(rule =>
                    Regex.IsMatch(p.name, rule.Match, RegexOptions.None, TimeSpan.FromSeconds(1))
                ) ?? Rest
            )
            .ToList();
        if (rules.FirstOrDefault(rule => !owners.Contains(rule)) is { } idle)
        {
            throw new InputException(
                $"The parameter group '{idle.Match}' holds for no parameter of {network.Name}; `transferlens inspect` lists their names."
            );
        }

        return
        [
            .. rules
                .Append(Rest)
                .Distinct()
                .Select(rule => new ParameterGroup(
                    rule,
                    [
                        .. all.Where(
                            (parameter, i) =>
                                (ReferenceEquals(owners[i], rule) || owners[i] == rule) && !frozen.Holds(parameter.name)
                        ),
                    ]
                )),
        ];
    }
}
