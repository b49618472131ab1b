using TransferLens.Studies.Plans;
using static TorchSharp.torch;

namespace TransferLens.Vision.Probes;

/// <summary>The steps of a <see cref="LogisticRegression"/> so far, among the partial results of a task.</summary>
/// <param name="parts">The partial results of the search.</param>
/// <param name="shape">Shape of the parameters.</param>
internal sealed class LogisticSearch(PartialResults parts, long[] shape)
{
    private const string Name = "search";
    private const int Numbers = 3;

    /// <summary>A search after a step.</summary>
    /// <param name="Step">Number of steps.</param>
    /// <param name="Products">Products of the last step.</param>
    /// <param name="Left">Products that are left.</param>
    /// <param name="Point">The parameters, in the caller's dispose scope.</param>
    /// <param name="Curved">Those at which the preconditioner was computed, in the caller's dispose scope.</param>
    public sealed record State(int Step, int Products, int Left, Tensor Point, Tensor Curved);

    /// <summary>The search that an earlier run of the task has kept; null without one.</summary>
    public State? Read()
    {
        if (parts.Read<double>(Name) is not { } kept)
        {
            return null;
        }

        var length = (kept.Length - Numbers) / 2;
        return new((int)kept[0], (int)kept[1], (int)kept[2], Parameters(Numbers), Parameters(Numbers + length));

        Tensor Parameters(int first) => tensor(kept[first..(first + length)]).reshape(shape);
    }

    /// <summary>Keeps the search where a part that is written now reaches the disk now.</summary>
    public void Write(int step, int products, int left, Tensor point, Tensor curved)
    {
        if (parts.IsDue)
        {
            parts.Write<double>(Name, [step, products, left, .. Values(point), .. Values(curved)]);
        }
    }

    private static double[] Values(Tensor parameters) => parameters.contiguous().data<double>().ToArray();
}
