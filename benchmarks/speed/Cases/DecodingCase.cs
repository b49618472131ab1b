namespace TransferLens.Speed.Cases;

/// <summary>A first pass over JPEGs, the process's start included, and a second over the same data.</summary>
internal static class DecodingCase
{
    /// <summary>Makes the contest.</summary>
    public static Contest Create(Inputs inputs)
    {
        var (images, cache, check) = (inputs.Count("jpegs"), inputs["decoding"], inputs["peer.bin"]);
        var common = new Comparison(
            $"first pass over {images:#,0} JPEGs: decode, resize 256, crop 224",
            "TransferLens",
            "peer",
            1.6
        )
        {
            Unit = "images",
            Amount = images,
            Seconds = measured => measured.Number("first"),
            Difference = (_, _) =>
                Apart(Directory.GetFiles(cache, "images.bin", SearchOption.AllDirectories).Single(), check),
        };
        return new("decoding", [new("TransferLens", () =>
                {
                    if (Directory.Exists(cache))
                    {
                        Directory.Delete(cache, recursive: true);
                    }

                    return Inputs.Library(cache, "decode", inputs["jpegs"]);
                }), new("peer", () => inputs.Peer("decode", [inputs["jpegs"], "--check", check]))], [common, common with { Case = "second epoch over the same data, against decoding again", Bar = 20, Seconds = measured => measured.Number("second") }]);
    }

    private static string? Apart(string ours, string peer)
    {
        var (mine, its) = (File.ReadAllBytes(ours), File.ReadAllBytes(peer));
        var sum = 0L;
        for (var i = 0; i < Math.Min(mine.Length, its.Length); i++)
        {
            sum += Math.Abs(mine[i] - its[i]);
        }

        return mine.Length == its.Length && sum < mine.Length
            ? null
            : $"{mine.Length} against {its.Length} bytes, {sum / (double)mine.Length:0.000} apart on average";
    }
}
