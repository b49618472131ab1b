using System.Collections.Immutable;
using TorchSharp.Modules;
using TransferLens.Studies.Settings;
using TransferLens.Vision.Randomness;
using static TorchSharp.torch;

namespace TransferLens.Vision.Training;

/// <summary>
/// Low-rank updates (LoRA, Hu et al. 2021) of weight matrices: W = W0 + (alpha / rank) B A, with B (outputs, rank) and
/// A (rank, inputs). A starts uniform in +-1 / sqrt(inputs), as in the authors' code, and B at zero, so that the
/// network computes at first what it did before.
/// </summary>
/// <remarks>
/// W itself stays merged in the network. Libtorch computes the gradient of W as for any layer, from which those of A
/// and B follow exactly: (alpha / rank) B^T dW and (alpha / rank) dW A^T.
/// </remarks>
internal sealed class LowRankUpdates : IWeightUpdates, IDisposable
{
    private sealed record Update(AdaptedMatrix Matrix, Tensor Base, Parameter A, Parameter B);

    private const string First = ".lora_A";
    private const string Second = ".lora_B";

    private readonly double scale;
    private readonly ImmutableArray<Update> updates;

    /// <summary>Starts updates of zero.</summary>
    /// <param name="matrices">The matrices, with the values that are kept.</param>
    /// <param name="settings">Rank and alpha.</param>
    /// <param name="seed">Seed of A.</param>
    public LowRankUpdates(ImmutableArray<AdaptedMatrix> matrices, LoraSettings settings, int seed)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(DerivedSeed.Of(seed, 0, DerivedSeed.LowRank));
        scale = settings.Rank > 0 ? settings.Alpha / settings.Rank : 0;
        updates = [.. matrices.Select(Create)];

        Update Create(AdaptedMatrix matrix)
        {
            var (bound, device) = (1 / Math.Sqrt(matrix.Inputs), matrix.Value.device);
            var first = (rand([matrix.Rank, matrix.Inputs], generator: generator) * (2 * bound) - bound).to(device);
            var second = zeros(matrix.Outputs, matrix.Rank, device: device);
            return new(
                matrix,
                matrix.Value.detach().clone().DetachFromDisposeScope(),
                new Parameter(first.DetachFromDisposeScope()),
                new Parameter(second.DetachFromDisposeScope())
            );
        }
    }

    /// <summary>
    /// A and B of every matrix: its name with <c>.lora_A</c> or <c>.lora_B</c>; the tensors themselves.
    /// </summary>
    public IEnumerable<(string Name, Parameter Value)> Parameters =>
        updates.SelectMany(update =>
            new[] { ($"{update.Matrix.Name}{First}", update.A), ($"{update.Matrix.Name}{Second}", update.B) }
        );

    /// <summary>Whether a parameter belongs to an update, and not to the network.</summary>
    /// <param name="parameter">Its name.</param>
    public static bool Contains(string parameter) =>
        parameter.EndsWith(First, StringComparison.Ordinal) || parameter.EndsWith(Second, StringComparison.Ordinal);

    /// <summary>Copies of A and B, for a file.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State() =>
        Parameters.Select(entry => KeyValuePair.Create(entry.Name, entry.Value.detach().cpu().clone()));

    /// <summary>Restores A and B; the network's merged weights are restored with the network.</summary>
    public void Restore(IReadOnlyDictionary<string, Tensor> saved)
    {
        using var frozen = no_grad();
        foreach (var (name, parameter) in Parameters)
        {
            parameter.copy_(saved[name]);
        }
    }

    /// <inheritdoc/>
    public void Prepare() { }

    /// <summary>Sets the gradients of A and B from those of the matrices.</summary>
    public void TakeGradients()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        foreach (var (matrix, _, a, b) in updates)
        {
            if (matrix.Value.grad is { } gradient)
            {
                var slope = AsMatrix(gradient, matrix) * scale;
                a.grad = b.t().matmul(slope);
                b.grad = slope.matmul(a.t());
            }
        }
    }

    /// <summary>Puts W0 + (alpha / rank) B A into the network.</summary>
    public void Merge()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        foreach (var (matrix, start, a, b) in updates)
        {
            var update = b.matmul(a) * scale;
            matrix.Value.copy_(start + (matrix.IsTransposed ? update.t() : update).reshape(matrix.Value.shape));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, start, a, b) in updates)
        {
            start.Dispose();
            a.Dispose();
            b.Dispose();
        }
    }

    // (outputs, inputs)
    private static Tensor AsMatrix(Tensor weight, AdaptedMatrix matrix) =>
        matrix.IsTransposed ? weight.t() : weight.reshape(matrix.Outputs, matrix.Inputs);
}
