namespace TransferLens.Analyses.WiseFt;

/// <summary>Which of two models has the head that is at every point of the line between them.</summary>
public enum LineHead
{
    /// <summary>That of P: measures what is left of the source.</summary>
    Pretrained,

    /// <summary>That of P-T: measures the target.</summary>
    FineTuned,
}
