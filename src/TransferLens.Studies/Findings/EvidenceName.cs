namespace TransferLens.Studies.Findings;

/// <summary>
/// Names of evidence that say what the 95 % interval covers, for example <c>P-T minus RI-T, 95 % interval over seeds
/// and test images</c>.
/// </summary>
public static class EvidenceName
{
    private const string Interval = ", 95 % interval over ";
    private const string Simultaneous = ", simultaneous 95 % interval over ";

    /// <summary>The name of a quantity whose 95 % interval covers something.</summary>
    /// <param name="quantity">The quantity, for example <c>P-T minus RI-T</c>.</param>
    /// <param name="covered">What the interval covers, for example <c>seeds and test images</c>.</param>
    public static string Over(string quantity, string covered) => quantity + Interval + covered;

    /// <summary>The name of a quantity that belongs to several whose 95 % intervals hold together.</summary>
    /// <param name="quantity">The quantity, for example <c>layer1 minus layer2</c>.</param>
    /// <param name="covered">What the interval covers.</param>
    public static string OverTogether(string quantity, string covered) => quantity + Simultaneous + covered;

    /// <summary>The quantity alone; the whole name of evidence without such an interval.</summary>
    /// <param name="evidence">The evidence.</param>
    public static string QuantityOf(Evidence evidence) =>
        evidence.Name.Split([Interval, Simultaneous], StringSplitOptions.None)[0];
}
