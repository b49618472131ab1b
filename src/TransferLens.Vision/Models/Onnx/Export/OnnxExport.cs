using TransferLens.Studies.Inputs;
using TransferLens.Studies.Storage;
using TransferLens.Vision.Models.Onnx.Files;
using TransferLens.Vision.Models.Onnx.Structure;
using static TorchSharp.torch;

namespace TransferLens.Vision.Models.Onnx.Export;

/// <summary>Writes networks as ONNX files, for other programs to run.</summary>
public static class OnnxExport
{
    // Files are limited by Protocol Buffers to less than 2 GiB; some of it is names and nodes.
    private const long LargestWeights = int.MaxValue - (64L << 20);
    private const double BytesPerGibibyte = 1L << 30;

    /// <summary>
    /// Writes a network in evaluation mode, reads the file again, and compares its logits with the network's on random
    /// images. The file appears complete and checked, or not at all.
    /// </summary>
    /// <param name="path">The file; one that exists is replaced.</param>
    /// <param name="network">A shipped network, or one from an ONNX file, on any device.</param>
    /// <param name="settings">How it is exported.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="InputException">The network is defined in code and has no graph, the opset or the number of
    /// class names does not fit, the weights have more than 2 GiB, or the file cannot be written.</exception>
    /// <exception cref="InvalidOperationException">Logits of the file and of the network differ by more than 0.0001 of
    /// the largest logit.</exception>
    public static OnnxExportResult Write(string path, Network network, OnnxExportSettings settings)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(settings);
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var modes = new ModuleModes(network.Root);
        network.eval();
        var model = Model(network, settings);
        CheckBytes(model, network.Name);
        var draft = $"{path}.{UniqueName.Create()}.part";
        try
        {
            WriteFile(draft, model);
            var difference = ExportCheck.Difference(draft, network, settings);
            if (!(difference <= ExportCheck.Tolerance))
            {
                throw new InvalidOperationException(
                    $"The exported graph of {network.Name} does not compute the network's logits (difference "
                        + $"{difference:g2} of the largest), so '{path}' was not written."
                );
            }

            var result = Result(model, new FileInfo(draft).Length, difference);
            File.Move(draft, path, overwrite: true);
            return result;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Sentence.IsFullDisk(failure)
                ? new IOException(failure.Message, failure.HResult)
                : new InputException($"'{path}' cannot be written: {failure.Message}", failure);
        }
        finally
        {
            if (File.Exists(draft))
            {
                File.Delete(draft);
            }
        }
    }

    private static OnnxModel Model(Network network, OnnxExportSettings settings)
    {
        ExportMetadata.Check(settings.Classes, network.state_dict()[$"{network.Head.Name}.weight"].shape[0]);
        var plain = NetworkGraph.Of(network, new(settings.Opset, settings.Images.Size));
        var model = plain with
        {
            Producer = ExportMetadata.Producer,
            ProducerVersion = typeof(OnnxExport).Assembly.GetName().Version?.ToString(3) ?? "",
            Metadata = ExportMetadata.Of(plain, network.Name, settings),
        };
        return settings.WithPreprocessing
            ? GraphPreprocessing.Add(model, OnnxClassifier.Of(model, network.Name).Axes, settings.Images.Normalize)
            : model;
    }

    private static void CheckBytes(OnnxModel model, string network)
    {
        var bytes = model.Graph.Initializers.Sum(tensor => (long)tensor.Raw.Length);
        if (bytes > LargestWeights)
        {
            throw new InputException(
                $"The weights of {network} have {bytes / BytesPerGibibyte:0.0} GiB; an ONNX file has at most 2."
            );
        }
    }

    private static void WriteFile(string path, OnnxModel model)
    {
        using var file = File.Create(path);
        OnnxFile.Write(model, file);
        file.Flush(flushToDisk: true);
    }

    private static OnnxExportResult Result(OnnxModel model, long bytes, double difference)
    {
        var graph = model.Graph;
        var opset = model.Opsets.First(set => set.Domain.Length == 0).Version;
        return new(Text(graph.Inputs[0]), Text(graph.Outputs[0]), opset, graph.Nodes.Length, bytes, difference);
    }

    private static string Text(OnnxValue value) => $"{value.Name} {value.Type!.Tensor!.Shape}".TrimEnd();
}
