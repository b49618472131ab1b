namespace TransferLens.Studies.Settings;

/// <summary>One part of images that are divided at random, class by class.</summary>
/// <param name="Part">The part.</param>
/// <param name="Test">Share of the test images, in [0, 1).</param>
/// <param name="Validation">Share of the validation images, in [0, 1).</param>
/// <param name="Seed">Seed of the division.</param>
public sealed record DataSplit(DataPart Part, double Test, double Validation, int Seed);

/// <summary>A part of a data set.</summary>
public enum DataPart
{
    /// <summary>The training images.</summary>
    Train,

    /// <summary>The test images.</summary>
    Test,

    /// <summary>The validation images.</summary>
    Validation,
}
