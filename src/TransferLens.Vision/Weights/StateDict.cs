using System.Collections;
using System.Diagnostics.CodeAnalysis;
using TransferLens.Studies.Inputs;
using static TorchSharp.torch;

namespace TransferLens.Vision.Weights;

/// <summary>
/// Parameters and buffers of a network by name, in the order of their source. It owns its tensors, which are on the
/// CPU and have no gradients, and disposes them.
/// </summary>
public sealed class StateDict : IReadOnlyDictionary<string, Tensor>, IDisposable
{
    private readonly List<string> names = [];
    private readonly Dictionary<string, Tensor> tensors = new(StringComparer.Ordinal);

    /// <summary>Takes ownership of tensors; they leave their dispose scope.</summary>
    /// <param name="entries">Names and tensors, in order; the names are distinct.</param>
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
    /// <exception cref="InputException">Names or shapes differ; the message names the first such tensor.</exception>
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
                var (given, needed) = (string.Join(", ", value.shape), string.Join(", ", tensor.shape));
                throw new InputException(
                    $"The tensor '{name}' has shape [{given}] in the weights and [{needed}] in the network."
                );
            }

            tensor.copy_(value);
        }

        if (names.FirstOrDefault(name => !own.ContainsKey(name)) is { } extra)
        {
            throw new InputException($"The weights have a tensor '{extra}', which the network does not have.");
        }
    }

    /// <summary>A copy with tensors of its own.</summary>
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
