using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Layers;

/// <summary>
/// Dropout (Srivastava et al. 2014): in training each value is zero with probability <paramref name="rate"/>, and the others are
/// divided by 1 - rate. It acts only while a training lends it randomness, so nothing is dropped where running statistics are
/// recomputed, in frozen modules, or in evaluation.
/// </summary>
internal sealed class Dropout(double rate) : nn.Module<Tensor, Tensor>("Dropout")
{
    private Generator? random;

    public override Tensor forward(Tensor input)
    {
        if (!training || random is null)
        {
            return input.alias();
        }

        using var scope = NewDisposeScope();
        var kept = rand(input.shape, generator: random).ge(rate).to(input.dtype).to(input.device);
        return (input * kept).mul_(1 / (1 - rate)).MoveToOuterDisposeScope();
    }

    /// <summary>Lends the dropout layers of a network one stream of random numbers, until what is returned is disposed.</summary>
    /// <param name="network">The network.</param>
    /// <param name="seed">Seed of the stream.</param>
    public static IDisposable Lend(Network network, ulong seed) =>
        new Loan([.. network.Root.modules().OfType<Dropout>()], new Generator(seed));

    private sealed class Loan : IDisposable
    {
        private readonly Dropout[] layers;
        private readonly Generator generator;

        public Loan(Dropout[] layers, Generator generator)
        {
            (this.layers, this.generator) = (layers, generator);
            Array.ForEach(layers, layer => layer.random = generator);
        }

        public void Dispose()
        {
            Array.ForEach(layers, layer => layer.random = null);
            generator.Dispose();
        }
    }
}
