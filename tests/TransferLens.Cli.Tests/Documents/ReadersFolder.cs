using System.Text.RegularExpressions;
using TransferLens.Studies.Settings;
using TransferLens.Tests;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Models.Onnx.Export;
using TransferLens.Vision.Weights;

namespace TransferLens.Cli.Tests.Documents;

/// <summary>
/// A folder in which the code of the documentation runs: whatever file it names as there already is made, small: weights of
/// the network in its name, images in class folders, a finished run.
/// </summary>
internal sealed partial class ReadersFolder(FinishedStudy finished) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    /// <summary>Its path.</summary>
    public string Path => folder.Path;

    /// <summary>A file's path in it.</summary>
    public string this[string name] => System.IO.Path.GetFullPath(System.IO.Path.Combine(folder.Path, name));

    /// <summary>Makes what a command or a study names: words that look like a path and are not there.</summary>
    public void Provide(IEnumerable<string> words)
    {
        foreach (var word in words)
        {
            var path = this[word];
            if (File.Exists(path) || Directory.Exists(path))
            {
                continue;
            }

            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            if (Weights().IsMatch(word))
            {
                Save(path);
            }
            else if (word.EndsWith(".onnx", StringComparison.Ordinal))
            {
                using var network = Network(path);
                network.eval();
                OnnxExport.Write(path, network, new(new(32, 32, Normalization.ImageNet)));
            }
            else if (word.StartsWith("runs/", StringComparison.Ordinal))
            {
                using var copy = finished.Copy();
                Copy(copy["runs", "tiny"], path);
                Copy(copy["runs", "store"], this["runs/store"]);
            }
            else if (word.EndsWith(".yaml", StringComparison.Ordinal))
            {
                using var copy = finished.Copy();
                Copy(copy["source"], this["source"]);
                Copy(copy["target"], this["target"]);
                File.WriteAllText(path, TinyStudy.Text());
            }
            else
            {
                // Other images in each place, so that training is not on the test images.
                TinyImages.Write(path, 6, seed: word.Sum(letter => letter));
            }
        }
    }

    /// <summary>Makes what a study names.</summary>
    public void ProvideStudy(string yaml)
    {
        foreach (Match target in Target().Matches(yaml))
        {
            var key = LabelKey().Match(target.Value) is { Success: true } found ? found.Value : "label";
            foreach (var path in Paths(target.Value))
            {
                DataFiles.Write(target.Groups["format"].Value, this[path], key);
            }
        }

        Provide(Paths(yaml).Concat(Graphs().Matches(yaml).Select(match => match.Value)));
    }

    private static IEnumerable<string> Paths(string yaml) =>
        Named()
            .Matches(yaml)
            .Select(match => match.Groups["path"].Value)
            .SelectMany(list => OneOf().Matches(list).Select(item => item.Value));

    public void Dispose() => folder.Dispose();

    private static Network Network(string path)
    {
        var depth = Depth().Match(System.IO.Path.GetFileName(path));
        return Networks.Create(
            $"cifar_resnet{(depth.Success ? depth.Value : "20")}",
            TinyImages.Classes.Length,
            seed: path.Sum(letter => letter)
        );
    }

    private static void Save(string path)
    {
        using var network = Network(path);
        using var weights = StateDict.Of(network);
        Safetensors.Write(path, weights);
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var path = System.IO.Path.Combine(to, System.IO.Path.GetRelativePath(from, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            File.Copy(file, path, overwrite: true);
        }
    }

    [GeneratedRegex(@"\.(pth|th|pt|safetensors)$")]
    private static partial Regex Weights();

    [GeneratedRegex(@"\b(weights|train|test|data): *(?<path>\[[^\]]*\]|[^\s,{}\[\]]*[a-z/][^\s,{}\[\]]*)")]
    private static partial Regex Named();

    // Data that are no folders of images.
    [GeneratedRegex(@"\{format: *(?<format>npz|hf_parquet|webdataset)\b[^}]*\}")]
    private static partial Regex Target();

    [GeneratedRegex(@"(?<=^network: *)\S+\.onnx\b", RegexOptions.Multiline)]
    private static partial Regex Graphs();

    [GeneratedRegex(@"(?<=label_key: *)\w+")]
    private static partial Regex LabelKey();

    [GeneratedRegex(@"[^\s,\[\]]+")]
    private static partial Regex OneOf();

    [GeneratedRegex(@"(?<=resnet)(8|20|32|44|56|110)")]
    private static partial Regex Depth();
}
