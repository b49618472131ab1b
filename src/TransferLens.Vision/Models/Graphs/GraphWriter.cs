using TransferLens.Vision.Models.Onnx;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Graphs;

/// <summary>
/// Collects the nodes of a network's graph, as its modules and layers state them. Stored tensors have the names of the
/// state dict. A node is named after the layer that states it: <c>/layer1/layer1.0/conv1/Conv</c>.
/// </summary>
internal sealed class GraphWriter
{
    private readonly Dictionary<Tensor, string> names = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, OnnxTensor> stored = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> uses = new(StringComparer.Ordinal);
    private readonly List<OnnxNode> nodes = [];
    private string scope = "";

    /// <summary>An empty graph.</summary>
    /// <param name="weights">The network's state dict.</param>
    /// <param name="opset">Version of ONNX's operator set.</param>
    public GraphWriter(IReadOnlyDictionary<string, Tensor> weights, long opset)
    {
        Opset = opset;
        foreach (var (name, tensor) in weights)
        {
            names.TryAdd(tensor, name);
        }
    }

    /// <summary>Version of ONNX's operator set.</summary>
    public long Opset { get; }

    /// <summary>Whether a node depends on the size of the images.</summary>
    public bool HasFixedSize { get; private set; }

    /// <summary>The nodes so far.</summary>
    public IReadOnlyList<OnnxNode> Nodes => nodes;

    /// <summary>The weights that they take.</summary>
    public IEnumerable<OnnxTensor> Stored => stored.Values;

    /// <summary>Height and width of a map, for a layer whose nodes depend on it: the graph then fits images of one
    /// size only.</summary>
    /// <param name="map">The map.</param>
    public long SideOf(GraphValue map)
    {
        HasFixedSize = true;
        return map.Side;
    }

    /// <summary>Names the nodes that follow after a module, until the returned object is disposed.</summary>
    /// <param name="module">Full name of the module.</param>
    public IDisposable Enter(string module)
    {
        var outer = scope;
        scope = NodeScopes.Path(module);
        return new Scope(this, outer);
    }

    /// <summary>Names the nodes that follow after the layer that owns a weight.</summary>
    /// <param name="weight">The weight.</param>
    public IDisposable EnterOwner(Tensor weight)
    {
        var name = names[weight];
        return Enter(name[..Math.Max(0, name.LastIndexOf('.'))]);
    }

    /// <summary>Stores a weight.</summary>
    /// <param name="weight">A tensor of the state dict.</param>
    /// <param name="values">Values to store instead of its own; null for its own.</param>
    /// <returns>The name by which nodes take it: its name in the state dict.</returns>
    public string Weight(Tensor weight, Tensor? values = null)
    {
        var name = names[weight];
        if (!stored.ContainsKey(name))
        {
            stored.Add(name, OnnxTensor.FromTensor(name, values ?? weight));
        }

        return name;
    }

    /// <summary>Adds a node with one output.</summary>
    /// <param name="operation">Its operator.</param>
    /// <param name="inputs">Names of its inputs.</param>
    /// <param name="attributes">Its attributes.</param>
    /// <returns>Name of its output.</returns>
    public string Add(string operation, IEnumerable<string> inputs, params IEnumerable<OnnxAttribute> attributes)
    {
        var plain = $"{scope}/{operation}";
        var count = uses[plain] = uses.GetValueOrDefault(plain) + 1;
        var name = count == 1 ? plain : $"{plain}_{count - 1}";
        var output = $"{name}_output_0";
        nodes.Add(
            new()
            {
                Name = name,
                Operator = operation,
                Inputs = [.. inputs],
                Outputs = [output],
                Attributes = [.. attributes],
                Opset = Opset,
            }
        );
        return output;
    }

    private sealed class Scope(GraphWriter graph, string outer) : IDisposable
    {
        public void Dispose() => graph.scope = outer;
    }
}
