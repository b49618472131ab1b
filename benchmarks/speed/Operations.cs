namespace TransferLens.Speed;

/// <summary>
/// Floating-point operations of a case: 2 for each multiply-accumulate of its convolutions, head and Gram matrices; a backward pass is twice its
/// forward pass. Counted as the case defines the work: who leaves out what is known already gets a larger share of the peak.
/// </summary>
internal static class Operations
{
    /// <summary>A forward pass of a CIFAR residual network on one image of 32 x 32.</summary>
    /// <param name="blocks">Blocks a stage: 3 in resnet20, 5 in resnet32.</param>
    public static double Forward(int blocks)
    {
        var sum = 32.0 * 32 * 9 * 3 * 16;
        var width = 16.0;
        for (var stage = 0; stage < 3; stage++)
        {
            var (outputs, side) = (16.0 * (1 << stage), 32 >> stage);
            sum += side * side * 9 * outputs * (width + (outputs * ((2 * blocks) - 1)));
            width = outputs;
        }

        return 2 * (sum + (width * 10));
    }

    /// <summary>Training on one image.</summary>
    public static double Training(int blocks) => 3 * Forward(blocks);

    /// <summary>Gram matrices of all modules, once for each minibatch, and their products pair by pair.</summary>
    public static double Similarity(double images, double batch, int first, int second)
    {
        double Features(int blocks) => (16 * 1024.0 * (blocks + 1)) + (32 * 256.0 * blocks) + (64 * 64.0 * blocks) + 10;
        return 2 * images * batch * (Features(first) + Features(second) + (((3 * first) + 2) * ((3 * second) + 2)));
    }
}
