using System.Text.Json.Nodes;
using TransferLens.Data;
using TransferLens.Training;
using TransferLens.Weights;

namespace TransferLens.Analyses;

/// <summary>Reads what a task of the kind <c>evaluate</c> left.</summary>
internal static class Answers
{
    /// <summary>The evaluation, with every logit.</summary>
    /// <param name="artifact">Folder of its artifact.</param>
    public static Evaluation Read(string artifact)
    {
        using var file = Safetensors.Read(Path.Combine(artifact, "logits.safetensors"));
        var logits = file["logits"];
        var result = JsonNode.Parse(File.ReadAllText(Path.Combine(artifact, "result.json")))!;
        return new((double)result["accuracy"]!, (double?)result["loss"] ?? double.NaN, (int)logits.shape[0], logits.data<float>().ToArray(), (int)logits.shape[1]);
    }

    /// <summary>1 for every picture that it got right, 0 for the others.</summary>
    /// <param name="artifact">Folder of its artifact.</param>
    /// <param name="pictures">The pictures that it was evaluated on.</param>
    public static double[] Right(string artifact, PictureSet pictures) => Bootstrap.Right(Read(artifact), pictures.Labels);
}
