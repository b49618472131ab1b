namespace TransferLens.Speed.Cases;

/// <summary>How long the command takes when there is next to nothing to do.</summary>
internal static class StartCase
{
    /// <summary>Makes the contest.</summary>
    public static Contest Create(Inputs inputs) =>
        new(
            "start",
            [
                new("help", () => inputs.TransferLens("--help")),
                new("evaluate", () =>
                    inputs.TransferLens(
                        "evaluate",
                        "--network",
                        "cifar_resnet20",
                        "--weights",
                        inputs.Weights(20),
                        "--data",
                        inputs["ten"],
                        "--threads",
                        "2",
                        "--json"
                    )
                ),
            ],
            [
                new("`transferlens --help`", "help", null, 0.3),
                new("`evaluate` of 10 images, cache warm", "evaluate", null, 2),
            ]
        );
}
