using System.Collections.Immutable;

namespace TransferLens.Vision.Models.Onnx.Structure;

/// <summary>
/// The modules that the nodes with weights come from, as a tree, and where a person would cut it: at blocks, or at
/// single layers where there are no blocks.
/// </summary>
/// <remarks>
/// A block is the innermost module around all weights of a stretch that has several: nothing can be cut inside it. What
/// is next to a block, in the same place of the tree, is cut like it, so that all blocks of a stage are modules whether
/// they have a shortcut or not. What is around the head and more is cut, since the head is a module of its own.
/// </remarks>
internal sealed class ScopeTree
{
    private readonly string name;
    private readonly ScopeTree? parent;
    private readonly Dictionary<string, ScopeTree> children = new(StringComparer.Ordinal);
    private readonly List<ScopeTree> inOrder = [];
    private int maps;
    private bool isBlock;
    private bool isModule;
    private bool isAroundHead;

    private ScopeTree(string name, ScopeTree? parent) => (this.name, this.parent) = (name, parent);

    /// <summary>Builds the tree and cuts it.</summary>
    /// <param name="layers">The path of each node with weights, and whether it is a linear map: a convolution or a
    /// matrix product.</param>
    /// <param name="blocks">The innermost path around all nodes of each stretch with several weights.</param>
    /// <param name="head">The path of the head, which is a module of its own; empty for none.</param>
    public static ScopeTree Of(
        IEnumerable<(ImmutableArray<string> Path, bool IsMap)> layers,
        IEnumerable<ImmutableArray<string>> blocks,
        ImmutableArray<string> head
    )
    {
        var root = new ScopeTree("", null);
        foreach (var (path, isMap) in layers)
        {
            for (var scope = root.Add(path); scope is not null && isMap; scope = scope.parent)
            {
                scope.maps++;
            }
        }

        List<ScopeTree> found = [.. blocks.Select(root.Find)];
        found.ForEach(block => block.isBlock = true);
        foreach (var block in found)
        {
            block.isBlock = false;
            block.Outermost().isBlock = true;
        }

        for (var scope = root.Find(head).parent; scope is not null; scope = scope.parent)
        {
            scope.isAroundHead = true;
        }

        root.isBlock = false;
        root.Cut();
        return root;
    }

    /// <summary>The module that a path belongs to: its name, and its number of linear maps; null when the path is
    /// outside of all modules.</summary>
    /// <param name="path">The path.</param>
    public (string Name, int Maps)? ModuleOf(ImmutableArray<string> path)
    {
        for (var scope = Find(path); scope is not null; scope = scope.parent)
        {
            if (scope.isModule)
            {
                return (scope.name, scope.maps);
            }
        }

        return null;
    }

    private ScopeTree Add(ImmutableArray<string> path)
    {
        var scope = this;
        foreach (var part in path)
        {
            if (!scope.children.TryGetValue(part, out var child))
            {
                child = new(scope.name.Length == 0 ? part : $"{scope.name}.{part}", scope);
                scope.children.Add(part, child);
                scope.inOrder.Add(child);
            }

            scope = child;
        }

        return scope;
    }

    // The innermost scope of the tree on a path.
    private ScopeTree Find(ImmutableArray<string> path)
    {
        var scope = this;
        foreach (var part in path)
        {
            if (!scope.children.TryGetValue(part, out var child))
            {
                break;
            }

            scope = child;
        }

        return scope;
    }

    // A module whose weights are all in one inner module represents it: features.3 for features.3.conv. But a member of
    // a sequence represents itself, even the only one (layer1.0), and so does a stage of one block next to longer
    // stages.
    private ScopeTree Outermost() =>
        !IsMember && parent is { parent: { } above, inOrder.Count: 1 } && !above.inOrder.Any(scope => scope.HasBlocks())
            ? parent.Outermost()
            : this;

    private bool IsMember => name[(name.LastIndexOf('.') + 1)..].All(char.IsAsciiDigit);

    private bool HasBlocks() => inOrder.Count > 1 && inOrder.Any(child => child.ToBlock() != int.MaxValue);

    private void Cut()
    {
        if (parent is not null && !isAroundHead && (isBlock || maps <= 1 || inOrder.Count == 0))
        {
            isModule = true;
            return;
        }

        var depth = inOrder.Select(child => child.ToBlock()).DefaultIfEmpty(int.MaxValue).Min();
        foreach (var child in inOrder)
        {
            child.CutAt(depth);
        }
    }

    // No block below: cut down to single layers.
    private void CutAt(int depth)
    {
        if (depth == int.MaxValue || isAroundHead)
        {
            Cut();
        }
        else if (depth == 0 || maps <= 1 || inOrder.Count == 0)
        {
            isModule = true;
        }
        else
        {
            inOrder.ForEach(child => child.CutAt(depth - 1));
        }
    }

    // How many levels down the nearest block is.
    private int ToBlock() =>
        isBlock ? 0
        : inOrder.Select(child => child.ToBlock()).DefaultIfEmpty(int.MaxValue).Min() is var below and < int.MaxValue
            ? below + 1
        : int.MaxValue;
}
