using System.Collections;
using System.Diagnostics.CodeAnalysis;
using TransferLens.Studies.Inputs;
using static TorchSharp.torch;

namespace TransferLens.Vision.Weights;

/// <summary>
/// A network's parameters and buffers by name, in the order of their origin: the caller's own copies, on the CPU,
/// without gradients. Owns its tensors and disposes them.
/// </summary>
public sealed class StateDict : IReadOnlyDictionary<string, Tensor>, IDisposable
{
    private readonly List<string> names = [];
    private readonly Dictionary<string, Tensor> tensors = new(StringComparer.Ordinal);

    /// <summary>Takes over tensors; they leave any dispose scope.</summary>
    /// <param name="entries">Names and tensors, in order. Names are unique.</param>
    public StateDict(IEnumerable<KeyValuePair<string, Tensor>> entries)
    {
        foreach (var (name, tensor) in entries)
        {
            names.Add(name);
            tensors.Add(name, tensor.DetachFromDisposeScope());
        }
    }

    /// <summary>Copies a module's parameters and buffers.</summary>
    /// <param name="module">Any TorchSharp module.</param>
    public static StateDict Of(nn.Module module)
    {
        using var scope = NewDisposeScope();
        return new(
            module.state_dict().Select(entry => KeyValuePair.Create(entry.Key, entry.Value.detach().cpu().clone()))
        );
    }

    /// <summary>Writes these values into a module's parameters and buffers, in place.</summary>
    /// <param name="module">A module with exactly these names and shapes.</param>
    /// <exception cref="InputException">Names or shapes differ; the first tensor that does is named.</exception>
    public void CopyTo(nn.Module module)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var own = module.state_dict();
        foreach (var (name, tensor) in own)
        {
            if (!tensors.TryGetValue(name, out var value))
            {
                throw new InputException($"The weights have no tensor '{name}', which the network needs.");
            }

            if (!value.shape.SequenceEqual(tensor.shape))
            {
                throw new InputException(
                    $"The tensor '{name}' has shape [{string.Join(", ", value.shape)}] in the weights and [{string.Join(", ", tensor.shape)}] in the network."
                );
            }

            tensor.copy_(value);
        }

        if (names.FirstOrDefault(name => !own.ContainsKey(name)) is { } extra)
        {
            throw new InputException($"The weights have a tensor '{extra}', which the network does not know.");
        }
    }

    /// <summary>A copy that owns its own tensors.</summary>
    public StateDict Clone()
    {
        using var scope = NewDisposeScope();
        return new(names.Select(name => KeyValuePair.Create(name, tensors[name].clone())));
    }

    /// <inheritdoc/>
    public Tensor this[string key] => tensors[key];

    /// <inheritdoc/>
    public IEnumerable<string> Keys => names;

    /// <inheritdoc/>
    public IEnumerable<Tensor> Values => names.Select(name => tensors[name]);

    /// <inheritdoc/>
    public int Count => names.Count;

    /// <inheritdoc/>
    public bool ContainsKey(string key) => tensors.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out Tensor value) => tensors.TryGetValue(key, out value);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, Tensor>> GetEnumerator() =>
        names.Select(name => KeyValuePair.Create(name, tensors[name])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in tensors.Values)
        {
            tensor.Dispose();
        }
    }
}
