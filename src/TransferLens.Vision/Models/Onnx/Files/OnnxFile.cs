using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Models.Onnx.Files;

/// <summary>Reads and writes ONNX files. A file is data: nothing in it is executed.</summary>
internal static class OnnxFile
{
    /// <summary>
    /// Reads a model: checks it, loads data that it keeps in other files, and replaces calls of its own functions and
    /// branches with a constant condition by their nodes.
    /// </summary>
    /// <param name="path">The file. Other files that it names must be in its folder.</param>
    /// <returns>A model without functions, each of whose nodes knows the version of its operator set, and each of whose
    /// tensors has its bytes.</returns>
    /// <exception cref="InputException">The file does not exist or is not a model that can be read; the message names
    /// the file and, where there is one, the node and its operator.</exception>
    public static OnnxModel Read(string path)
    {
        var model = Parse(path, Content(path), Messages.Model);
        try
        {
            var contents = new TensorContents(Path.GetDirectoryName(Path.GetFullPath(path))!);
            var whole = ModelRewriting.MapTensors(model, contents.Load);
            var inlined = FunctionInlining.Inline(whole);
            var flat = BranchFolding.Fold(inlined);
            GraphCheck.Check(flat.Graph);
            return flat;
        }
        catch (WireFault fault)
        {
            throw Broken(path, fault.Message);
        }
    }

    /// <summary>Reads a file with one tensor (<c>TensorProto</c>), such as the data of ONNX's own tests.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">The file does not exist or is not a tensor.</exception>
    public static OnnxTensor ReadTensor(string path)
    {
        var tensor = Parse(path, Content(path), Messages.Tensor);
        try
        {
            return new TensorContents(Path.GetDirectoryName(Path.GetFullPath(path))!).Load(tensor);
        }
        catch (WireFault fault)
        {
            throw Broken(path, fault.Message);
        }
    }

    /// <summary>Reads what is in a file, without the checks and replacements of <see cref="Read"/>.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">The file does not exist or is not an ONNX file.</exception>
    public static OnnxModel ReadUnchecked(string path) => Parse(path, Content(path), Messages.Model);

    /// <summary>Writes a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="file">Where to.</param>
    public static void Write(OnnxModel model, Stream file)
    {
        foreach (var part in Messages.Model.Write(model).Parts)
        {
            file.Write(part.Span);
        }
    }

    private static T Parse<T>(string path, ReadOnlyMemory<byte> content, Message<T> message)
        where T : class
    {
        try
        {
            return message.Read(new(content));
        }
        catch (WireFault fault)
        {
            throw new InputException($"'{path}' is not a valid ONNX file: {fault.Message}; get the file again.");
        }
    }

    private static byte[] Content(string path)
    {
        try
        {
            using var file = InputFile.Open(path, Array.MaxLength);
            var content = new byte[file.Length];
            file.ReadExactly(content);
            return content;
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException($"The ONNX file '{path}' does not exist.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"The ONNX file '{path}' cannot be read: {failure.Message}", failure);
        }
    }

    private static InputException Broken(string path, string why) =>
        new($"The ONNX file '{path}' cannot be used: {why}.");
}
