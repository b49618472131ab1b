namespace TransferLens.Speed.Cases;

/// <summary>Peak memory as a function of batch, size and modules; CKA of as many images as a test set of ImageNet has.</summary>
internal static class MemoryCase
{
    /// <summary>Measures, line by line.</summary>
    /// <returns>Lines of a table.</returns>
    public static IEnumerable<string> Lines(Inputs inputs, bool quick)
    {
        yield return "| what | batch | images | peak memory | time |";
        yield return "| --- | --- | --- | --- | --- |";
        foreach (var batch in new[] { 128, 512 })
        {
            yield return Evaluate("cifar_resnet20", inputs.Weights(20), "barrier", 32, batch);
        }

        foreach (var batch in new[] { 32, 128 })
        {
            yield return Evaluate("resnet18", inputs["resnet18.pth"], "jpegs", 224, batch);
        }

        foreach (var batch in new[] { 64, 256 })
        {
            yield return Line(
                $"training of cifar_resnet20, one worker and the coordinator",
                batch,
                $"{inputs.Count("tuning/train"):#,0} of 32 x 32",
                inputs.Study(
                    $$"""
                    study: memory
                    network: cifar_resnet20
                    images: {size: 32, normalize: imagenet}
                    targets: {cifar: {format: image_folder, train: tuning/train, test: tuning/test} }
                    training: {epochs: 1, batch_size: {{batch}} }
                    runs: {RI-T: {init: random, learning_rate: 0.1, seeds: 1} }
                    analyses: {learning_curves: }
                    """
                )
            );
        }

        var copies = quick ? 1 : 5;
        inputs.Link("barrier", "many", 1000, copies);
        foreach (var count in quick ? new[] { 500, 1000 } : [10_000, 50_000])
        {
            yield return Line(
                "CKA of cifar_resnet20 (11 modules) and cifar_resnet32 (17), all pairs, minibatches",
                128,
                $"{count:#,0} of 32 x 32",
                inputs.TransferLens(
                    "similarity",
                    "--network",
                    "cifar_resnet20",
                    "cifar_resnet32",
                    "--weights",
                    inputs.Weights(20),
                    inputs.Weights(32),
                    "--data",
                    inputs["many"],
                    "--limit",
                    $"{count}",
                    "--all-pairs",
                    "--form",
                    "minibatch",
                    "--batch-size",
                    "128",
                    "--threads",
                    "2",
                    "--json"
                )
            );
        }

        string Evaluate(string network, string weights, string data, int size, int batch)
        {
            // The first decodes, the second is what counts.
            string[] command =
            [
                "evaluate",
                "--network",
                network,
                "--weights",
                weights,
                "--data",
                inputs[data],
                "--size",
                $"{size}",
                "--batch-size",
                $"{batch}",
                "--threads",
                "2",
                "--json",
            ];
            inputs.TransferLens([.. command, "--limit", "512"]);
            var measured = inputs.TransferLens([.. command, "--limit", "512"]);
            return Line($"evaluate {network}", batch, $"{measured.Result["examples"]} of {size} x {size}", measured);
        }
    }

    private static string Line(string what, int batch, string images, Measured measured) =>
        $"| {what} | {batch} | {images} | {measured.Peak / 1e6:#,0} MB | {measured.Seconds:0.0} s |";
}
