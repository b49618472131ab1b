using System.Globalization;

namespace TransferLens.Vision.Models.Onnx;

/// <summary>Numbers that a file stores in single precision.</summary>
internal static class SinglePrecision
{
    /// <summary>
    /// The number that was meant: the shortest decimal that a float represents. An epsilon of 1e-5 was 1e-5 in double
    /// precision before it was exported.
    /// </summary>
    /// <param name="stored">The float.</param>
    public static double Meant(float stored) =>
        double.Parse(stored.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
