using System.Collections.Immutable;
using System.Globalization;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Pickles;
using TransferLens.Vision.Weights.Layouts;

namespace TransferLens.Vision.Weights;

/// <summary>
/// Walks what a pickle contains for tensors: through dictionaries, lists and tuples, and through the modules of
/// TorchScript, whose attributes carry names. Objects of unknown classes are not entered.
/// </summary>
/// <param name="objects">The checkpoint.</param>
internal sealed class PyTorchTree(PyTorchObjects objects)
{
    private const int Deepest = 64;
    private const int Longest = 2000;
    private const int MostAliases = 100;

    private readonly ImmutableArray<StoredTensor>.Builder found = ImmutableArray.CreateBuilder<StoredTensor>();
    private readonly Dictionary<object, string> seen = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<object> held = new(ReferenceEqualityComparer.Instance);
    private readonly Stack<Node> open = new();
    private long left = objects.Limit; // of the text of all names

    /// <summary>An object of an unknown class that was passed; null for none.</summary>
    public string? Unknown { get; private set; }

    /// <summary>Keys of dictionaries that were met before, with the path at which they were.</summary>
    public Dictionary<string, string> Aliases { get; } = new(StringComparer.Ordinal);

    /// <summary>Lists the tensors in the order of the pickle.</summary>
    /// <exception cref="InputException">There is none; the message names what is there instead.</exception>
    public ImmutableArray<StoredTensor> Find(object? value)
    {
        open.Push(new("", "", value, 0));
        while (open.TryPop(out var node))
        {
            Visit(node);
        }

        return found.ToImmutable();
    }

    private void Visit(Node node)
    {
        switch (node.Value)
        {
            case TensorView view:
                found.Add(new(node.Container, node.Name, view.Shape, view));
                break;
            case PickledArray array when objects.TensorOf(array) is { } tensor:
                Visit(node with { Value = tensor });
                break;
            case UnreadableTensor tensor:
                found.Add(new(node.Container, node.Name, tensor.Shape, tensor) { Problem = tensor.Problem });
                break;
            case Opaque opaque:
                Unknown ??= opaque.Name;
                if (HoldsTensor(opaque))
                {
                    var problem = $"is part of an object of {opaque.Name}";
                    found.Add(new(node.Container, node.Name, [], opaque) { Problem = problem });
                }

                break;
            case PickleGlobal global:
                Unknown ??= global.ToString();
                break;
            case PickleDictionary dictionary when CanEnter(node):
                Enter(node, dictionary.IsModule, dictionary.Entries);
                break;
            case List<object?> list when CanEnter(node):
                Enter(node, isModule: false, Numbered(list));
                break;
            case object?[] tuple when CanEnter(node):
                Enter(node, isModule: false, Numbered(tuple));
                break;
        }
    }

    // A second reference to the same dictionary says nothing new, and hostile pickles have billions.
    private bool CanEnter(Node node)
    {
        if (node.Depth >= Deepest)
        {
            return false;
        }

        if (seen.TryGetValue(node.Value!, out var first))
        {
            if (Aliases.Count < MostAliases && first.Length > 0)
            {
                Aliases[node.Path] = first;
            }

            return false;
        }

        seen.Add(node.Value!, node.Value is PickleDictionary { IsModule: false } ? node.Path : "");
        return true;
    }

    private void Enter(Node node, bool isModule, IEnumerable<KeyValuePair<string, object?>> entries)
    {
        // Attributes of a module continue the tensor's name; keys of a dictionary begin a new one.
        var (container, prefix) = isModule
            ? (node.Container, node.Name.Length == 0 ? "" : node.Name + ".")
            : (node.Path, "");
        left -= container.Length;
        foreach (var (key, value) in entries.Reverse())
        {
            if (!IsOfInterest(value))
            {
                Unknown ??= (value as PickleGlobal)?.ToString();
                continue;
            }

            left -= prefix.Length + key.Length + 1;
            if (left < 0 || key.Length > Longest)
            {
                throw objects.Broken("the names in it are far longer than the file");
            }

            open.Push(new(container, prefix + key, value, node.Depth + 1));
        }
    }

    private static bool IsOfInterest(object? value) =>
        value
            is TensorView
                or UnreadableTensor
                or PickledArray
                or Opaque
                or PickleDictionary
                or List<object?>
                or object?[];

    // What an object was given: a tensor made from it would depend on code that nobody runs here.
    private bool HoldsTensor(Opaque opaque)
    {
        var rest = new Stack<object?>([opaque]);
        while (rest.TryPop(out var next))
        {
            if (next is TensorView or UnreadableTensor or PickledArray)
            {
                return true;
            }

            if (next is not null && Parts(next) is { } parts && held.Add(next))
            {
                parts.ToList().ForEach(rest.Push);
            }
        }

        return false;
    }

    private static IEnumerable<object?>? Parts(object value) =>
        value switch
        {
            Opaque opaque => opaque.Held,
            PickleDictionary dictionary => dictionary.Entries.Values,
            List<object?> list => list,
            object?[] tuple => tuple,
            _ => null,
        };

    private static IEnumerable<KeyValuePair<string, object?>> Numbered(IReadOnlyList<object?> items) =>
        items.Any(item => item is not (null or long or double or string or bool))
            ? items.Select((item, i) => KeyValuePair.Create(i.ToString(CultureInfo.InvariantCulture), item))
            : [];

    private sealed record Node(string Container, string Name, object? Value, int Depth)
    {
        public string Path => Container.Length == 0 ? Name : $"{Container}.{Name}";
    }
}
