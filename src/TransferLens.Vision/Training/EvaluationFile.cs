using System.Text.Json.Nodes;
using TransferLens.Data;
using TransferLens.Weights;

namespace TransferLens.Training;

/// <summary>Reads what an evaluation left in the store.</summary>
public static class EvaluationFile
{
    /// <summary>The evaluation with every logit; its loss is NaN where none was finite.</summary>
    /// <param name="artifact">Folder of the artifact of a task of kind <c>evaluate</c>.</param>
    /// <exception cref="InputException">The logits cannot be read.</exception>
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
    /// <exception cref="InputException">The logits cannot be read.</exception>
    public static double[] Right(string artifact, PictureSet pictures) => Bootstrap.Right(Read(artifact), pictures.Labels.Single);
}
