using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models;
using TransferLens.Vision.Weights;
using static TorchSharp.torch;

namespace TransferLens.Analyses.ModuleCriticality;

/// <summary>Initial and final weights of a network, and the modules that can be moved between them.</summary>
internal sealed record ModulePair(
    Network Network,
    StateDict Initial,
    StateDict Final,
    ImmutableArray<NetworkModule> Modules,
    bool HeadLeftOut
)
{
    /// <summary>Checks both weights. The head is left out if its two shapes differ.</summary>
    /// <exception cref="InputException">
    /// A tensor is missing or unknown, or one outside the head has another shape; the message names it.
    /// </exception>
    public static ModulePair Create(Network network, StateDict initial, StateDict final)
    {
        Check(network, final, _ => true);
        var otherHead = final.Any(entry =>
            network.Head.Owns(entry.Key)
            && initial.TryGetValue(entry.Key, out var value)
            && !value.shape.SequenceEqual(entry.Value.shape)
        );
        Check(network, initial, name => !(otherHead && network.Head.Owns(name)));
        return new(
            network,
            initial,
            final,
            [.. network.Modules.Where(module => !(otherHead && module == network.Head))],
            otherHead
        );
    }

    /// <summary>Checks that weights have the network's tensors.</summary>
    /// <exception cref="InputException">They do not; the message names up to three tensors.</exception>
    public static void Check(Network network, StateDict weights, Func<string, bool> counts)
    {
        using var scope = NewDisposeScope();
        var expected = network.state_dict();
        var problems = expected
            .Where(entry => counts(entry.Key))
            .Select(entry =>
                !weights.TryGetValue(entry.Key, out var value) ? $"'{entry.Key}' is missing"
                : value.shape.SequenceEqual(entry.Value.shape) ? null
                : $"'{entry.Key}' has shape {Text(value)} instead of {Text(entry.Value)}"
            )
            .Concat(
                weights
                    .Keys.Where(name => !expected.ContainsKey(name))
                    .Select(name => $"'{name}' is not part of the network")
            )
            .OfType<string>()
            .ToList();
        if (problems.Count > 0)
        {
            var more = problems.Count > 3 ? $" and {problems.Count - 3} more" : "";
            throw new InputException(
                $"The weights do not fit {network.Name}: {string.Join(", ", problems.Take(3))}{more}; "
                    + "use two checkpoints of one run."
            );
        }
    }

    /// <summary>Euclidean distance of a module's final parameters from its initial ones.</summary>
    public double Distance(NetworkModule module) => Between(Initial, Final, Parameters(module));

    /// <summary>Names of a module's parameters.</summary>
    public ImmutableArray<string> Parameters(NetworkModule module) =>
        [.. Network.named_parameters().Select(parameter => parameter.name).Where(module.Owns)];

    /// <summary>Euclidean distance over some tensors, accumulated in float64.</summary>
    public static double Between(StateDict first, StateDict second, IEnumerable<string> names) =>
        Math.Sqrt(
            names.Sum(name =>
            {
                using var scope = NewDisposeScope();
                return (first[name].to(float64) - second[name].to(float64)).square().sum().item<double>();
            })
        );

    private static string Text(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}]";
}
