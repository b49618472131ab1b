namespace TransferLens.Vision.Training;

/// <summary>What is trained when a network's weights are computed from other parameters.</summary>
internal interface IWeightUpdates
{
    /// <summary>Called before the forward pass of each batch.</summary>
    void Prepare();

    /// <summary>Sets the gradients of the trained parameters from those of the network's weights.</summary>
    void TakeGradients();

    /// <summary>Called after each step, to put the result into the network.</summary>
    void Merge();
}
