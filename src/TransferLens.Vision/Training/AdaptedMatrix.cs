using System.Collections.Immutable;
using TorchSharp.Modules;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Models;

namespace TransferLens.Vision.Training;

/// <summary>A weight matrix that gets a low-rank update.</summary>
/// <param name="Name">Its name in the network.</param>
/// <param name="Value">The parameter: (outputs, inputs), (outputs, inputs, 1, 1), or its transpose.</param>
/// <param name="IsTransposed">Whether it is (inputs, outputs).</param>
/// <param name="Rank">Rank of the update: the setting, or the smaller side of the matrix if that is less.</param>
internal sealed record AdaptedMatrix(string Name, Parameter Value, bool IsTransposed, int Rank)
{
    // Names of the layers that make queries, keys, values and the projection, in timm, torchvision and transformers.
    private static readonly ImmutableArray<string> Attention = ["attn", "attention"];

    /// <summary>Number of outputs of the linear map.</summary>
    public long Outputs => Value.shape[IsTransposed ? 1 : 0];

    /// <summary>Number of its inputs.</summary>
    public long Inputs => Value.shape[IsTransposed ? 0 : 1];

    /// <summary>Number of parameters of the update.</summary>
    public long Parameters => Rank * (Outputs + Inputs);

    /// <summary>
    /// Multiply-accumulates of one step besides the network's own: the product B A, and the gradients of B and A.
    /// </summary>
    public long PerStep => 3 * Rank * Outputs * Inputs;

    /// <summary>
    /// The linear maps to adapt. Where a network has attention, these are its queries, keys, values and projections
    /// alone: the linear maps with a part of their name that ends in <c>attn</c> or <c>attention</c>.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="layers">Its layers that may be adapted.</param>
    /// <param name="settings">Rank and alpha.</param>
    public static ImmutableArray<AdaptedMatrix> In(
        Network network,
        ImmutableArray<DeclaredLayer> layers,
        LoraSettings settings
    )
    {
        var parameters = network
            .named_parameters()
            .ToDictionary(entry => entry.name, entry => entry.parameter, StringComparer.Ordinal);
        var linear = layers.Where(layer => layer.Kind == LayerKind.Linear).DistinctBy(layer => layer.Weight).ToList();
        var attending = linear.Where(layer => IsAttention(layer.Weight)).ToList();
        return [.. (attending.Count > 0 ? attending : linear).Select(Adapt)];

        AdaptedMatrix Adapt(DeclaredLayer layer)
        {
            var parameter = parameters[layer.Weight];
            var rank = (int)Math.Min(settings.Rank, Math.Min(parameter.shape[0], parameter.shape[1]));
            return new(layer.Weight, parameter, layer.IsTransposed, rank);
        }
    }

    private static bool IsAttention(string name) =>
        name.Split('.').Any(part => Attention.Any(end => part.EndsWith(end, StringComparison.OrdinalIgnoreCase)));
}
