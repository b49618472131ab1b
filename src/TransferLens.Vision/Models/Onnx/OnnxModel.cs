using System.Collections.Immutable;

namespace TransferLens.Vision.Models.Onnx;

/// <summary>An ONNX file: a graph, what its operators mean, and words about it.</summary>
internal sealed record OnnxModel
{
    /// <summary>Version of the file's form.</summary>
    public long IrVersion { get; init; }

    /// <summary>The program that wrote the file.</summary>
    public string Producer { get; init; } = "";

    /// <summary>Version of <see cref="Producer"/>.</summary>
    public string ProducerVersion { get; init; } = "";

    /// <summary>Reverse-DNS name of who made the model.</summary>
    public string Domain { get; init; } = "";

    /// <summary>The author's own version of the model.</summary>
    public long Version { get; init; }

    /// <summary>Text for people.</summary>
    public string Documentation { get; init; } = "";

    /// <summary>The computation.</summary>
    public OnnxGraph Graph { get; init; } = new();

    /// <summary>The operator sets that the graph's nodes belong to.</summary>
    public ImmutableArray<OnnxOpset> Opsets { get; init; } = [];

    /// <summary>Named texts, for example class names.</summary>
    public ImmutableArray<OnnxEntry> Metadata { get; init; } = [];

    /// <summary>Operators defined by the file; empty after reading, because calls of them are inlined.</summary>
    public ImmutableArray<OnnxFunction> Functions { get; init; } = [];
}

/// <summary>A version of an operator set.</summary>
/// <param name="Domain">Its name; empty for ONNX's own operators.</param>
/// <param name="Version">Its version, from 1.</param>
internal sealed record OnnxOpset(string Domain, long Version);

/// <summary>A named text.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Value">The text.</param>
internal sealed record OnnxEntry(string Key, string Value);

/// <summary>An operator that a file defines by a graph of other operators.</summary>
internal sealed record OnnxFunction
{
    /// <summary>The operator's name.</summary>
    public string Name { get; init; } = "";

    /// <summary>The operator's domain.</summary>
    public string Domain { get; init; } = "";

    /// <summary>Distinguishes functions of one name and domain.</summary>
    public string Overload { get; init; } = "";

    /// <summary>Names of its inputs.</summary>
    public ImmutableArray<string> Inputs { get; init; } = [];

    /// <summary>Names of its outputs.</summary>
    public ImmutableArray<string> Outputs { get; init; } = [];

    /// <summary>Names of the attributes that it takes.</summary>
    public ImmutableArray<string> Attributes { get; init; } = [];

    /// <summary>Attributes that it takes, with the values they have when a node does not give them.</summary>
    public ImmutableArray<OnnxAttribute> Defaults { get; init; } = [];

    /// <summary>Its nodes, each after those whose outputs it takes.</summary>
    public ImmutableArray<OnnxNode> Nodes { get; init; } = [];

    /// <summary>The operator sets that its nodes belong to.</summary>
    public ImmutableArray<OnnxOpset> Opsets { get; init; } = [];

    /// <summary>Text for people.</summary>
    public string Documentation { get; init; } = "";

    /// <summary>Named texts.</summary>
    public ImmutableArray<OnnxEntry> Metadata { get; init; } = [];
}
