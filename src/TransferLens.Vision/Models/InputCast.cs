using TransferLens.Vision.Runtime;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models;

/// <summary>Lets modules whose parameters have different number formats follow one another.</summary>
internal static class InputCast
{
    /// <summary>
    /// A module that casts its input to the number format of its first parameter, unless another of its parameters has
    /// the input's format.
    /// </summary>
    /// <param name="module">The module.</param>
    /// <param name="root">Contains its parameters.</param>
    public static NetworkModule Add(NetworkModule module, nn.Module root)
    {
        return module with { Forward = Forward };

        Tensor Forward(Tensor input)
        {
            if (TypeFor(input) is not { } type)
            {
                return module.Forward(input);
            }

            SignalStack.WidenFor(type);
            using var cast = input.to(type);
            return module.Forward(cast);
        }

        // Looked up each time, since moving or casting a TorchSharp module replaces its parameters.
        ScalarType? TypeFor(Tensor input)
        {
            var types = root.named_parameters()
                .Where(entry => module.Owns(entry.name) && entry.parameter.is_floating_point())
                .Select(entry => (ScalarType?)entry.parameter.dtype)
                .ToList();
            return types.Contains(input.dtype) ? null : types.FirstOrDefault();
        }
    }
}
