using System.Collections.Immutable;

namespace TransferLens.Vision.Models.Onnx.Structure;

/// <summary>
/// Groups the stretches of a network into modules as a person would: blocks, and layers with what follows them.
/// </summary>
/// <remarks>
/// A stretch with weights belongs to the module of its scope (see <see cref="ScopeTree"/>). A normalization of its own
/// joins the one layer before it, and is a module after a block. Activation and pooling join what is before them, and
/// the pooling over all positions, flattening and dropout what is after them.
/// </remarks>
internal sealed class ModuleCut
{
    private readonly ValueFlow flow;
    private readonly Func<string, long[]> shapes;
    private readonly ScopeTree tree;
    private readonly List<(string Name, int Maps, List<Stretch> Stretches)> modules = [];
    private readonly List<Stretch> pending = [];

    private ModuleCut(
        IReadOnlyCollection<Stretch> stretches,
        OnnxNode? head,
        ValueFlow flow,
        Func<string, long[]> shapes
    )
    {
        (this.flow, this.shapes) = (flow, shapes);
        tree = ScopeTree.Of(
            stretches.SelectMany(Layers).Append(head).OfType<OnnxNode>().Select(node => (PathOf(node), IsMap(node))),
            stretches.Where(stretch => Layers(stretch).Skip(1).Any()).Select(CommonPath).Where(path => path.Length > 0),
            head is null ? [] : PathOf(head)
        );
    }

    /// <summary>Whether a node is a linear map with weights.</summary>
    /// <param name="node">The node.</param>
    /// <param name="flow">What the values depend on.</param>
    public static bool IsMap(OnnxNode node, ValueFlow flow) =>
        node.Operator is "Conv" or "ConvTranspose" or "Gemm" or "MatMul" or "Einsum" && flow.TakesWeights(node);

    /// <summary>Groups stretches.</summary>
    /// <param name="stretches">The stretches of the network.</param>
    /// <param name="head">Index of the stretch with the head's linear map, and the head's name; null for none.</param>
    /// <param name="flow">What the values depend on.</param>
    /// <param name="shapes">Shape of a value for a batch of images.</param>
    public static ImmutableArray<ModulePart> Of(
        ImmutableArray<Stretch> stretches,
        (int Index, string Name)? head,
        ValueFlow flow,
        Func<string, long[]> shapes
    )
    {
        var body = head is { } found ? stretches[..found.Index] : stretches;
        var map = head is { Index: var at } ? stretches[at].Nodes.First(flow.TakesWeights) : null;
        var cut = new ModuleCut(body, map, flow, shapes);
        foreach (var stretch in body)
        {
            cut.Add(stretch);
        }

        if (head is var (index, name))
        {
            cut.modules.Add((name, 1, [.. cut.TakePending(), .. stretches[index..]]));
        }
        else if (cut.pending.Count > 0)
        {
            cut.modules[^1].Stretches.AddRange(cut.TakePending());
        }

        return [.. cut.Merged().Select(module => new ModulePart(module.Name, [.. module.Stretches]))];
    }

    private void Add(Stretch stretch)
    {
        if (!Layers(stretch).Any())
        {
            AddWithoutWeights(stretch);
            return;
        }

        var maps = Layers(stretch).Count(IsMap);
        var module = tree.ModuleOf(CommonPath(stretch));
        if (maps == 0 && JoinsLayer(module) && modules is [.., var layer])
        {
            layer.Stretches.AddRange([.. TakePending(), stretch]);
            return;
        }

        var name = module?.Name ?? string.Join('.', PathOf(Layers(stretch).OrderByDescending(IsMap).First()));
        if (modules is [.., var last] && last.Name == name)
        {
            last.Stretches.AddRange([.. TakePending(), stretch]);
            return;
        }

        modules.Add((name, module?.Maps ?? maps, [.. TakePending(), stretch]));
    }

    // Tokens and positions that no module has, or the normalization after a single layer.
    private bool JoinsLayer((string Name, int Maps)? module) =>
        module is null || (module is { Maps: 0 } && pending.All(IsNormalization) && modules is [.., { Maps: <= 1 }]);

    private void AddWithoutWeights(Stretch stretch)
    {
        if (modules.Count == 0 || pending.Count > 0 || GoesWithNext(stretch))
        {
            pending.Add(stretch);
        }
        else
        {
            modules[^1].Stretches.Add(stretch);
        }
    }

    private bool GoesWithNext(Stretch stretch)
    {
        var (before, after) = (shapes(stretch.Input), shapes(stretch.Output));
        return stretch.Nodes is [{ Operator: "Dropout" }]
            || IsNormalization(stretch)
            || (after.Length == 2 && before.Length > 2)
            || (after.Length == 4 && Positions(after) == 1 && Positions(before) > 1);
    }

    // Of layer normalization that was written as several nodes, all but scale and shift.
    private static bool IsNormalization(Stretch stretch) =>
        stretch.Nodes.Length > 1
        && stretch.Nodes.Any(node => node.Operator == "ReduceMean")
        && stretch.Nodes.Any(node => node.Operator is "Sub" or "Sqrt")
        && stretch.Nodes.All(node =>
            node.Operator is "ReduceMean" or "Sub" or "Pow" or "Mul" or "Add" or "Sqrt" or "Div"
        );

    private static long Positions(long[] shape) => shape[2] * shape[3];

    private List<Stretch> TakePending()
    {
        List<Stretch> taken = [.. pending];
        pending.Clear();
        return taken;
    }

    // Modules of one name, or that share a weight, are one, with all between them.
    private List<(string Name, int Maps, List<Stretch> Stretches)> Merged()
    {
        for (var i = 0; i < modules.Count; i++)
        {
            var weights = Weights(modules[i].Stretches).ToHashSet(StringComparer.Ordinal);
            var last = modules.FindLastIndex(other =>
                other.Name == modules[i].Name || Weights(other.Stretches).Any(weights.Contains)
            );
            if (last > i)
            {
                modules[i].Stretches.AddRange(modules[(i + 1)..(last + 1)].SelectMany(other => other.Stretches));
                modules.RemoveRange(i + 1, last - i);
                i--;
            }
        }

        return modules;
    }

    private IEnumerable<string> Weights(IEnumerable<Stretch> stretches) =>
        stretches.SelectMany(stretch => stretch.Nodes).SelectMany(node => flow.WeightsOf(node));

    private IEnumerable<OnnxNode> Layers(Stretch stretch) => stretch.Nodes.Where(flow.TakesWeights);

    private bool IsMap(OnnxNode node) => IsMap(node, flow);

    private ImmutableArray<string> PathOf(OnnxNode node) =>
        NodeScope.Of(node, flow.WeightsOf(node)) ?? [flow.WeightsOf(node)[0]];

    private ImmutableArray<string> CommonPath(Stretch stretch) => Layers(stretch).Select(PathOf).Aggregate(Common);

    private static ImmutableArray<string> Common(ImmutableArray<string> one, ImmutableArray<string> other) =>
        [.. one.Zip(other).TakeWhile(pair => pair.First == pair.Second).Select(pair => pair.First)];
}
