using TransferLens.Vision.Models.Graphs;
using TransferLens.Vision.Runtime;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Layers;

/// <summary>
/// Dropout (Srivastava et al. 2014): in training mode each value is zero with probability <paramref name="rate"/>, and
/// the others are divided by 1 - rate. It acts only while <see cref="Enable"/> gives it a generator. So nothing is
/// dropped in frozen modules, in evaluation, or while running statistics are recomputed.
/// </summary>
/// <param name="rate">The probability, in [0, 1).</param>
/// <param name="wholeImages">Whether one draw decides for all values of an image. On the branch of a residual block
/// this is stochastic depth (Huang et al. 2016), torchvision's <c>StochasticDepth</c> in mode <c>row</c>.</param>
internal sealed class Dropout(double rate, bool wholeImages = false) : nn.Module<Tensor, Tensor>("Dropout"), IGraphLayer
{
    private Generator? generator;

    public override Tensor forward(Tensor input)
    {
        if (!training || generator is null || rate == 0)
        {
            return input.alias();
        }

        using var scope = NewDisposeScope();
        var kept = rand(wholeImages ? ImageShape(input) : input.shape, generator: generator).ge(rate);
        kept = DevicePath.Upload(kept, input.device).to(input.dtype);
        return (input * kept).mul_(1 / (1 - rate)).MoveToOuterDisposeScope();
    }

    /// <summary>Adds a node, which passes its input on in evaluation; none for whole images, which ONNX's dropout does
    /// not have.</summary>
    public GraphValue Write(GraphWriter graph, GraphValue input) =>
        wholeImages || rate == 0 ? input : graph.Apply("Dropout", input, graph.Number(rate));

    // (n, 1, 1, ...): one value for each image.
    private static long[] ImageShape(Tensor input) => [.. input.shape.Select((length, i) => i == 0 ? length : 1)];

    /// <summary>Lets the dropout layers of a network act until the returned object is disposed.</summary>
    /// <param name="network">The network.</param>
    /// <param name="seed">Seed of the generator that they share.</param>
    public static IDisposable Enable(Network network, ulong seed) =>
        new Activation([.. network.Root.modules().OfType<Dropout>()], new Generator(seed));

    private sealed class Activation : IDisposable
    {
        private readonly Dropout[] layers;
        private readonly Generator generator;

        public Activation(Dropout[] layers, Generator generator)
        {
            (this.layers, this.generator) = (layers, generator);
            Array.ForEach(layers, layer => layer.generator = generator);
        }

        public void Dispose()
        {
            Array.ForEach(layers, layer => layer.generator = null);
            generator.Dispose();
        }
    }
}
