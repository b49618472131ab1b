using TransferLens.Studies.Files;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;

namespace TransferLens.Tests;

/// <summary>A folder with a study file and the files that it names.</summary>
internal sealed class StudyFolder : IDisposable
{
    /// <summary>A small study. Tests rely on its line numbers.</summary>
    public const string Plain = """
        study: cartoon-from-cifar
        network: cifar_resnet20
        images: {size: 32}
        pretrained: {weights: p.th}
        targets:
          cartoon: {format: image_folder, train: cartoon/train, test: cartoon/test}
        training:
          epochs: 24
          batch_size: 64
        runs:
          P-T:
            init: pretrained
            learning_rate: 0.02
            seeds: [1, 2]
        analyses:
          performance_barrier: {points: 11}
        """;

    private readonly TemporaryFolder folder = new();

    /// <param name="formats">The formats that data may have; only class folders by default, as in <see cref="Plain"/>.</param>
    public StudyFolder(IEnumerable<DataFormat>? formats = null)
    {
        Catalog = formats is null ? SmallCatalog.Default : SmallCatalog.Default with { Formats = [.. formats] };
        System.IO.File.WriteAllText(folder["p.th"], "weights");
        System.IO.File.WriteAllText(folder["images.csv"], "path,label");
        Directory.CreateDirectory(folder["cartoon", "train"]);
        Directory.CreateDirectory(folder["cartoon", "test"]);
    }

    /// <summary>Full path of the study file.</summary>
    public string File => folder["study.yaml"];

    /// <summary>Full path of a file in the folder.</summary>
    public string this[params string[] parts] => folder[parts];

    /// <summary>What its studies may name.</summary>
    public Catalog Catalog { get; init; }

    public Study Read(string text, string[]? overrides = null, string[]? networks = null, IAnalysis[]? analyses = null)
    {
        System.IO.File.WriteAllText(File, text);
        var catalog = Catalog with
        {
            Networks = networks is null ? Catalog.Networks : [.. networks.Select(name => new FakeNetwork(name))],
            Analyses = analyses is null ? Catalog.Analyses : [.. analyses],
        };
        return StudyFile.Read(File, catalog, overrides);
    }

    /// <summary>The error of a study, without the path of the folder.</summary>
    public string Error(
        string text,
        string[]? overrides = null,
        string[]? networks = null,
        IAnalysis[]? analyses = null
    ) =>
        Assert
            .Throws<InputException>(() => Read(text, overrides, networks, analyses))
            .Message.Replace(folder.Path + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);

    /// <summary>The error of <see cref="Plain"/> after a replacement.</summary>
    public string ErrorWith(string old, string with)
    {
        Assert.Contains(old, Plain, StringComparison.Ordinal);
        return Error(Plain.Replace(old, with, StringComparison.Ordinal));
    }

    public void Dispose() => folder.Dispose();
}
