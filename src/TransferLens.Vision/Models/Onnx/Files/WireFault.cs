namespace TransferLens.Vision.Models.Onnx.Files;

/// <summary>Why bytes are not an ONNX file. Readers of whole files turn it into a sentence with the path.</summary>
/// <param name="why">Half a sentence, for example "it ends inside a field".</param>
internal sealed class WireFault(string why) : Exception(why);
