using System.Collections.Immutable;
using TransferLens.Studies.Inputs;
using TransferLens.Vision.Models.Onnx.Files;
using TransferLens.Vision.Models.Onnx.Structure;

namespace TransferLens.Vision.Models.Onnx.Networks;

/// <summary>A network as an ONNX file defines it: its graph, cut into modules, and its weights.</summary>
/// <param name="Source">The file, for messages.</param>
/// <param name="Classifier">The graph.</param>
/// <param name="Flow">What its values depend on.</param>
/// <param name="Modules">Its modules in order of computation. The head is the last if the graph has one.</param>
/// <param name="Head">The head; null when the graph ends in features.</param>
/// <param name="Weights">Its weights in order of use, those of the head last.</param>
/// <param name="Outputs">Shape of each module's output for one image, without the axis of images.</param>
internal sealed record OnnxDefinition(
    string Source,
    OnnxClassifier Classifier,
    ValueFlow Flow,
    ImmutableArray<ModulePart> Modules,
    HeadLayer? Head,
    ImmutableArray<WeightTensor> Weights,
    ImmutableArray<ImmutableArray<long>> Outputs
)
{
    /// <summary>Side of the images at which a graph is cut if it takes any.</summary>
    private const long UsualSide = 224;

    /// <summary>Name of the head of a network whose graph ends in features.</summary>
    public const string NewHead = "head";

    /// <summary>Which tokens its modules pass on; null when it is not a transformer.</summary>
    public TokenLayout? Tokens { get; init; }

    /// <summary>Shape of the graph's output for one image, without the axis of images.</summary>
    public ImmutableArray<long> Features => Outputs[^1];

    /// <summary>What was left out or seems wrong, a clause each.</summary>
    public ImmutableArray<string> Notes =>
        [
            .. Classifier.Notes,
            .. Classifier.Axes.Batch is { } batch
                ? [$"the batch size, {batch} in the file, is open here"]
                : Array.Empty<string>(),
            .. FoldedNormalization.NoteFor(Classifier) is { } note ? [note] : Array.Empty<string>(),
        ];

    /// <summary>Names of the modules, the head last.</summary>
    public IEnumerable<string> ModuleNames =>
        Modules.Select(module => module.Name).Concat(Head is null ? [NewHead] : Array.Empty<string>());

    /// <summary>Number of classes of the file's own head; null for none.</summary>
    public int? Classes => Head is null ? null : (int)Weights.Single(weight => weight.Stored == Head.Weight).Shape[0];

    /// <summary>Side of the images at which the graph was cut into modules.</summary>
    public long TracedSide => SideOf(Classifier);

    /// <summary>Why the network does not take images of a size, as a sentence; null if it does.</summary>
    /// <param name="side">Side of the images.</param>
    public string? Refusal(int side)
    {
        try
        {
            using var trace = new GraphTrace(Classifier, Flow, (side, side), Source);
            return !trace.Shape(Classifier.Logits).AsSpan(1).SequenceEqual(Features.AsSpan())
                    ? "its output has another shape for it."
                : Modules.FirstOrDefault(module => !trace.CountsImages(module.Output)) is { } mixed
                    ? $"it mixes images in the module {mixed.Name}."
                : null;
        }
        catch (InputException failure)
        {
            return failure.Message;
        }
    }

    private static long SideOf(OnnxClassifier classifier) => classifier.Axes.Side ?? UsualSide;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">It is not an ONNX file of a network that can be computed; the message says
    /// why.</exception>
    public static OnnxDefinition Read(string path) => Of(OnnxFile.Read(path), path);

    /// <summary>The same without the values of weights, which take most of the memory.</summary>
    public OnnxDefinition WithoutValues() =>
        this with
        {
            Classifier = Classifier with
            {
                Stored = Classifier.Stored.ToImmutableDictionary(
                    entry => entry.Key,
                    entry => Flow.Weights.Contains(entry.Key) ? entry.Value with { Raw = default } : entry.Value
                ),
            },
        };

    /// <summary>Takes a model apart.</summary>
    /// <param name="model">The model.</param>
    /// <param name="source">Its file, for messages.</param>
    /// <exception cref="InputException">It is not a network that can be computed; the message says why.</exception>
    public static OnnxDefinition Of(OnnxModel model, string source)
    {
        var classifier = ConcatenationChain.Chain(Freed(OnnxClassifier.Of(model, source), source));
        var flow = ValueFlow.Of(classifier);
        var side = SideOf(classifier);
        using var trace = new GraphTrace(classifier, flow, (side, side), source);
        if (classifier.Axes.Side is not null)
        {
            classifier = WholePooling.MakeGlobal(classifier, trace.Shape);
        }

        var stretches = Stretch.Of(classifier, flow, trace.CountsImages);
        var head = HeadLayer.Of(classifier, stretches, flow);
        var modules = ModuleCut.Of(stretches, head is null ? null : (head.Stretch, head.Name), flow, trace.Shape);
        ImmutableArray<ImmutableArray<long>> outputs =
        [
            .. modules.Select(module => trace.Shape(module.Output).AsSpan(1).ToImmutableArray()),
        ];
        return new(source, classifier, flow, modules, head, WeightsOf(classifier, flow, head), outputs)
        {
            Tokens = TokenLayout.Of(classifier, flow, trace.Shape),
        };
    }

    private static OnnxClassifier Freed(OnnxClassifier classifier, string source)
    {
        if (classifier.Axes.Batch is not { } batch)
        {
            return classifier;
        }

        var freed = FrozenBatch.Free(classifier, batch, SideOf(classifier), source);
        FreedCheck.Run(classifier, freed, batch, SideOf(classifier), source);
        return freed;
    }

    private static ImmutableArray<WeightTensor> WeightsOf(OnnxClassifier classifier, ValueFlow flow, HeadLayer? head)
    {
        var used = classifier.Nodes.SelectMany(node => node.Inputs).Where(flow.Weights.Contains).Distinct();
        return
        [
            .. used.Where(name => name != head?.Weight && name != head?.Bias).Select(Own),
            .. head is null ? [] : HeadWeights(classifier, head),
        ];

        WeightTensor Own(string name) =>
            new(name, name, classifier.Stored[name].Shape, WeightRoles.Of(name, classifier, flow));
    }

    private static IEnumerable<WeightTensor> HeadWeights(OnnxClassifier classifier, HeadLayer head)
    {
        var stored = classifier.Stored[head.Weight].Shape;
        ImmutableArray<long> shape = head.IsTransposed ? [stored[1], stored[0]] : stored;
        yield return new($"{head.Name}.weight", head.Weight, shape, WeightRole.Linear)
        {
            IsTransposed = head.IsTransposed,
            CountsClasses = true,
        };
        if (head.Bias is { } bias)
        {
            yield return new($"{head.Name}.bias", bias, [shape[0]], WeightRole.Bias)
            {
                CountsClasses = true,
                Inputs = shape[1],
            };
        }
    }
}
