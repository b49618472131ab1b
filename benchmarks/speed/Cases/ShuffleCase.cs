namespace TransferLens.Speed.Cases;

/// <summary>Blocks of a batch of 128 images of 224 x 224 permuted, in memory on both sides.</summary>
internal static class ShuffleCase
{
    private static readonly int[] Blocks = [56, 28];

    /// <summary>Makes the contest.</summary>
    public static Contest Create(Inputs inputs, bool quick)
    {
        var repeats = quick ? "1" : "15";
        Comparison Of(int block) =>
            new(
                $"block shuffle of 128 x 3 x 224 x 224, blocks of {block}",
                $"TransferLens {block}",
                $"peer {block}",
                10
            )
            {
                Unit = "images",
                Amount = 128,
                Seconds = measured => measured.Number("seconds"),
                Difference = (ours, peer) =>
                    ours["sha256"]!.GetValue<string>() == peer["sha256"]!.GetValue<string>() ? null : "bits differ",
            };
        return new(
            "shuffle",
            [
                .. Blocks.SelectMany(block =>
                    (Contender[])
                        [
                            new($"TransferLens {block}", () =>
                                Inputs.Library(inputs.Cache, "shuffle", $"{block}", repeats)
                            ),
                            new($"peer {block}", () =>
                                inputs.Peer("shuffle", ["--block", $"{block}", "--repeats", repeats])
                            ),
                        ]
                ),
            ],
            [.. Blocks.Select(Of)]
        );
    }
}
