using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace TransferLens.Vision.Models.Onnx.Operators;

/// <summary>
/// Batch normalization (Ioffe, Szegedy 2015). Whether it uses the statistics of the batch is for the run to say: see
/// <see cref="OnnxMode"/>.
/// </summary>
internal static class BatchStatistics
{
    /// <summary>Computes <c>BatchNormalization</c>: the output and the running statistics after it.</summary>
    public static Tensor[] Compute(OnnxCall call)
    {
        if (call.Integer("spatial", 1) == 0)
        {
            throw call.Refusal("normalizes each pixel by itself, which is not supported");
        }

        var stored = call.Run.Mode == OnnxMode.AsStored && call.Integer("training_mode", 0) != 0;
        return stored ? AsDefined(call) : [Normalized(call), call[3].alias(), call[4].alias()];
    }

    // ONNX's momentum is the weight of the old statistics, PyTorch's that of the new.
    private static Tensor Normalized(OnnxCall call)
    {
        var training = call.Run.Mode == OnnxMode.Training;
        var (mean, variance) = training ? (call.Original(3), call.Original(4)) : (call[3], call[4]);
        return F.batch_norm(
            call[0],
            mean,
            variance,
            call[1],
            call[2],
            training,
            1 - (double)call.Float("momentum", 0.9f),
            call.Float("epsilon", 1e-5f)
        );
    }

    // Unlike PyTorch, ONNX puts the biased variance into the running statistics.
    private static Tensor[] AsDefined(OnnxCall call)
    {
        var (input, momentum) = (call[0], call.Float("momentum", 0.9f));
        long[] axes = [0, .. Enumerable.Range(2, (int)input.dim() - 2).Select(i => (long)i)];
        var mean = input.mean(axes);
        var variance = input.var(axes, unbiased: false);
        var output = F.batch_norm(input, mean, variance, call[1], call[2], eps: call.Float("epsilon", 1e-5f));
        Tensor Mixed(Tensor before, Tensor now) => (before * momentum) + (now * (1 - momentum));
        return [output, Mixed(call[3], mean), Mixed(call[4], variance)];
    }
}
