using System.Globalization;
using System.Runtime.InteropServices;
using TransferLens.Studies.Inputs;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models;

/// <summary>Checks that the declared modules of a network compute what its root module computes.</summary>
/// <param name="network">The network.</param>
/// <param name="root">Its root.</param>
internal sealed class ForwardCheck(Network network, nn.Module<Tensor, Tensor> root)
{
    private const double Tolerance = 1e-4;

    /// <summary>What a layer received.</summary>
    /// <param name="Layer">The layer's name in the root.</param>
    /// <param name="Module">The declared module that was being computed; empty in the root's own forward pass.</param>
    /// <param name="Value">A copy of the input.</param>
    private sealed record LayerInput(string Layer, string Module, Tensor Value);

    private readonly List<LayerInput> inputs = [];
    private string current = "";

    /// <summary>Compares the two on a batch, in evaluation mode. Modes and buffers are as before afterwards.</summary>
    /// <param name="example">The batch.</param>
    /// <exception cref="InputException">They differ, or a module changes its input or a buffer.</exception>
    public void Run(Tensor example)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var modes = new ModuleModes(root);
        var buffers = root.named_buffers()
            .Select(entry => (entry.name, entry.buffer, Copy: entry.buffer.clone()))
            .ToList();
        var hooks = AddHooks();
        root.eval();
        try
        {
            var expected = root.call(network.ToDevice(example).clone());
            CheckLogits(expected, example);
            var received = inputs.ToLookup(input => input.Layer, input => input.Value);
            inputs.Clear();
            Compare(expected, ComputeModules(example, buffers), received);
        }
        finally
        {
            hooks.ForEach(remove => remove());
            buffers.ForEach(entry => entry.buffer.copy_(entry.Copy));
        }
    }

    private List<Action> AddHooks()
    {
        var hooks = new List<Action>();
        foreach (var (name, layer) in root.named_modules())
        {
            if (layer is nn.Module<Tensor, Tensor> hookable && !ReferenceEquals(layer, root))
            {
                hooks.Add(hookable.register_forward_pre_hook((_, input) => Record(name, input)).remove);
            }
        }

        return hooks;
    }

    private Tensor Record(string layer, Tensor input)
    {
        inputs.Add(new(layer, current, input.clone()));
        return input;
    }

    private void CheckLogits(Tensor logits, Tensor example)
    {
        if (logits.dim() != 2 || logits.shape[0] != example.shape[0])
        {
            throw new InputException(
                $"{network.Name} maps a batch {Shape(example)} to {Shape(logits)} instead of logits (n, classes)."
            );
        }

        if (!logits.isfinite().all().item<bool>())
        {
            throw new InputException(
                $"{network.Name} computes logits that are not finite on the example; give ordinary images."
            );
        }
    }

    // The logits, or the failure that a module ended with.
    private (Tensor? Logits, Exception? Failure) ComputeModules(
        Tensor example,
        List<(string Name, Tensor Buffer, Tensor Copy)> buffers
    )
    {
        var value = network.ToDevice(example).clone();
        foreach (var module in network.Modules)
        {
            current = module.Name;
            var (input, copy) = (value, value.clone());
            try
            {
                value = module.Forward(input);
            }
            catch (Exception failure) when (failure is ExternalException or ArgumentException)
            {
                return (null, failure);
            }

            CheckTokens(module, value);
            if (!AreEqual(input, copy))
            {
                throw new InputException(
                    $"Module '{module.Name}' of {network.Name} changes its input in place; let it compute on a copy."
                );
            }

            if (buffers.Find(entry => !AreEqual(entry.Buffer, entry.Copy)).Name is { } changed)
            {
                throw new InputException(
                    $"Module '{module.Name}' of {network.Name} changes the buffer '{changed}' in evaluation mode; "
                        + "only training mode may change it."
                );
            }
        }

        return (value, null);
    }

    private void CheckTokens(NetworkModule module, Tensor output)
    {
        if (module.Tokens is { } tokens && !(output.dim() == 3 && output.shape[1] > tokens.Prefix))
        {
            throw new InputException(
                $"Module '{module.Name}' of {network.Name} declares {tokens.Prefix} tokens before the patches, but its "
                    + $"output is {Shape(output)} instead of (n, tokens, features) with more tokens."
            );
        }
    }

    private void Compare(
        Tensor expected,
        (Tensor? Logits, Exception? Failure) computed,
        ILookup<string, Tensor> received
    )
    {
        if (computed.Logits is { } logits && Difference(expected, logits) is null)
        {
            return;
        }

        var difference = FirstDifference(received)
            ?? (
                computed.Failure is { } failure
                    ? $"module '{current}' fails: {failure.Message.Split('\n')[0].TrimEnd('.')}"
                    : $"the output of module '{current}' {Difference(expected, computed.Logits!)}"
            );
        throw new InputException(
            $"The declared modules of {network.Name} do not compute what its forward computes: {difference}."
        );
    }

    // The first layer, in the order of the declared modules, whose input is not what it is in the root's own pass.
    private string? FirstDifference(ILookup<string, Tensor> received)
    {
        var calls = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var input in inputs)
        {
            var call = calls[input.Layer] = calls.GetValueOrDefault(input.Layer) + 1;
            if (
                received[input.Layer].ElementAtOrDefault(call - 1) is { } expected
                && Difference(expected, input.Value) is { } difference
            )
            {
                return $"the input of the layer '{input.Layer}' in module '{input.Module}' {difference}";
            }
        }

        return null;
    }

    private static string? Difference(Tensor expected, Tensor actual)
    {
        if (!expected.shape.SequenceEqual(actual.shape))
        {
            return $"has shape {Shape(actual)} instead of {Shape(expected)}";
        }

        using var scope = NewDisposeScope();
        var (left, right) = (expected.to(ScalarType.Float64), actual.to(ScalarType.Float64));
        var (distance, largest) = (left.sub(right).abs().max().item<double>(), left.abs().max().item<double>());
        if (distance <= Tolerance * largest)
        {
            return null;
        }

        var (relative, allowed) = (Text(distance / largest), Text(Tolerance));
        return $"differs by {relative} of the largest value, where {allowed} is allowed";
    }

    private static string Text(double value) => value.ToString("G2", CultureInfo.InvariantCulture);

    private static bool AreEqual(Tensor left, Tensor right) => left.equal(right).all().item<bool>();

    private static string Shape(Tensor tensor) => $"({string.Join(", ", tensor.shape)})";
}
