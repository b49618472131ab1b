using System.Text.Json.Nodes;
using TransferLens.Tests;
using TransferLens.Vision.Weights;

namespace TransferLens.Cli.Tests.Commands;

/// <summary>Published weights on real images, through the command.</summary>
public sealed class GoldenTests(GoldenTests.Place place, FinishedStudy finished) : IClassFixture<GoldenTests.Place>
{
    private const string Weights = "weights/resnet20-12fca82f.th";

    /// <summary>One folder for all, so that images are decoded once.</summary>
    public sealed class Place : IDisposable
    {
        private readonly TemporaryFolder folder = new();

        internal JsonNode Do(string command, params IEnumerable<string> arguments) =>
            JsonNode.Parse(Command.Run(folder.Path, [command, "--json", .. arguments]).Ended(0).Output)!;

        internal string Path => folder.Path;

        public void Dispose() => folder.Dispose();
    }

    [Fact]
    public void Published_weights_have_the_accuracy_and_loss_of_an_independent_implementation()
    {
        var measured = place.Do(
            "evaluate",
            "--network",
            "cifar_resnet20",
            "--weights",
            SharedData.File(Weights),
            "--data",
            Path.Combine(SharedData.Images("cifar10-test"), "test"),
            "--size",
            "32"
        );
        Assert.Equal(0.8103, (double)measured["accuracy"]!, 0.002);
        Assert.Equal(0.8788, (double)measured["loss"]!, 0.01);
        Assert.Equal(10000, (int)measured["examples"]!);
        // Of 10000 draws that are right with probability 0.81: 1.96 standard errors are 0.0077.
        Assert.Equal((double)measured["accuracy"]! - 0.0077, (double)measured["low"]!, 0.001);
        Assert.Equal((double)measured["accuracy"]! + 0.0077, (double)measured["high"]!, 0.001);
    }

    [Fact]
    public void An_evaluation_reports_every_class_its_calibration_and_the_chosen_metric()
    {
        string[] shared = [.. Few(SharedData.File(Weights)), "--metric"];
        var plain = place.Do("evaluate", shared[..^1]);
        string[] fields = ["accuracy", "low", "high", "loss", "examples", "largestClass"];
        string[] details = ["balancedAccuracy", "macroF1", "calibrationError", "perClass"];
        Assert.Equal([.. fields, .. details], plain.AsObject().Select(field => field.Key));
        var classes = plain["perClass"]!.AsArray();
        Assert.Equal(["name", "examples", "recall", "precision"], classes[0]!.AsObject().Select(field => field.Key));
        Assert.Equal((int)plain["examples"]!, classes.Sum(of => (int)of!["examples"]!));
        Assert.Equal((double)plain["balancedAccuracy"]!, classes.Average(of => (double)of!["recall"]!), 1e-9);
        Assert.InRange((double)plain["calibrationError"]!, 0, 1);
        var chosen = place.Do("evaluate", [.. shared, "top_5"]);
        Assert.Equal("top_5", (string?)chosen["metric"]);
        Assert.Equal((double)plain["accuracy"]!, (double)chosen["accuracy"]!, 1e-12);
        Assert.InRange((double)chosen["top5"]!, (double)chosen["low"]!, (double)chosen["high"]!);
        Assert.True((double)chosen["top5"]! > (double)chosen["accuracy"]!);
        var same = place.Do("evaluate", [.. shared, "macro_f1"]);
        Assert.Equal((double)plain["macroF1"]!, (double)same["macroF1"]!, 1e-12);
    }

    [Fact]
    public void A_barrier_can_be_measured_in_another_metric()
    {
        string[] weights = ["--weights", SharedData.File(Weights), SharedData.File(Weights), "--points", "3"];
        string[] few = Few(SharedData.File(Weights));
        var shared = few.Where(argument => argument != "--weights" && argument != SharedData.File(Weights));
        var line = place.Do("barrier", [.. shared, .. weights, "--normalization", "raw", "--metric", "macro_f1"]);
        var end = place.Do("evaluate", few);
        Assert.Equal((double)end["macroF1"]!, (double)line["points"]![0]!["macroF1"]!, 1e-9);
    }

    [Fact]
    public void Converted_weights_give_the_same_numbers()
    {
        var converted = Path.Combine(place.Path, "resnet20.safetensors");
        var said = Command.Run(place.Path, "convert", SharedData.File(Weights), converted).Ended(0).Output;
        Assert.StartsWith("cifar_resnet20 with 10 classes\n", said);
        Assert.EndsWith($"tensors written to {converted}\n", said);
        Assert.Equal("cifar_resnet20", Safetensors.ReadMetadata(converted)["network"]);
        // The state dict of the original is named, that of the converted file has no name.
        Assert.Equal(Inspected(SharedData.File(Weights), "state_dict"), Inspected(converted, null));
        Assert.Equal("cifar_resnet20", (string)place.Do("inspect", converted)["network"]!);
        Assert.Equal(
            $"{place.Do("evaluate", Few(SharedData.File(Weights)))}",
            $"{place.Do("evaluate", Few(converted))}"
        );
        Assert.Equal(
            0.0,
            (double)
                place.Do("distance", "--network", "cifar_resnet20", "--weights", SharedData.File(Weights), converted)[
                    "total"
                ]!
        );
        Assert.Contains(
            "exists already",
            Command.Run(place.Path, "convert", SharedData.File(Weights), converted).Refused()
        );

        string Inspected(string file, string? taken)
        {
            var found = place.Do("inspect", file).AsObject();
            Assert.Equal(taken, (string?)found["taken"]);
            foreach (var key in (string[])["taken", "prefix"])
            {
                found.Remove(key);
            }

            return found.ToJsonString();
        }
    }

    [Fact]
    public void An_image_that_was_left_out_is_told_beside_the_numbers()
    {
        var (data, weights) = (
            Path.Combine(place.Path, "one-bad"),
            finished.Study["runs", "tiny", "checkpoints", "ink-P-T_s1.safetensors"]
        );
        TinyImages.Write(data, 2, seed: 5);
        File.WriteAllText(Path.Combine(data, "disc", "01.png"), "no image");
        string[] evaluate =
        [
            "evaluate",
            "--network",
            "cifar_resnet8",
            "--weights",
            weights,
            "--data",
            data,
            "--size",
            "16",
            "--json",
        ];
        Assert.Contains(Path.Combine(data, "disc", "01.png"), Command.Run(place.Path, evaluate).Refused());
        for (var time = 1; time <= 2; time++) // decoded, then from the cache
        {
            var measured = Command.Run(place.Path, [.. evaluate, "--skip-bad-images"]).Ended(0);
            Assert.Equal(
                "1 image could not be decoded and was left out.\n3 classes in text order: bar, disc, ring\n",
                measured.Error
            );
            Assert.Equal(5, (int)JsonNode.Parse(measured.Output)!["examples"]!);
        }
    }

    [Fact]
    public void A_file_lies_at_no_distance_from_itself()
    {
        var measured = place.Do(
            "distance",
            "--network",
            "cifar_resnet20",
            "--weights",
            SharedData.File(Weights),
            SharedData.File(Weights)
        );
        Assert.Equal(0.0, (double)measured["total"]!);
        Assert.All(measured["modules"]!.AsArray(), module => Assert.Equal(0.0, (double)module!["distance"]!));
        Assert.True((double)measured["firstNorm"]! > 1);
    }

    [Fact]
    public void The_ends_of_a_line_between_published_weights_are_what_evaluate_gives()
    {
        var end = place.Do("evaluate", Few(SharedData.File(Weights)));
        var line = place.Do(
            "barrier",
            [.. Few(SharedData.File(Weights), SharedData.File(Weights)), "--points", "3", "--normalization", "raw"]
        );
        Assert.Equal([0.0, 0.5, 1.0], line["points"]!.AsArray().Select(point => (double)point!["lambda"]!));
        Assert.All(line["points"]!.AsArray(), point => Assert.Equal(Measured(end), Measured(point!)));
        Assert.Equal(0.0, (double)line["barrier"]!["accuracy"]!);
    }

    [Fact]
    public void The_ends_of_a_line_between_two_trainings_are_what_evaluate_gives_and_what_their_study_says()
    {
        var study = finished.Study;
        string[] files =
        [
            .. ((string[])["P-T_s1", "P-T_s2"]).Select(run =>
                study["runs", "tiny", "checkpoints", $"ink-{run}.safetensors"]
            ),
        ];
        string[] shared = ["--network", "cifar_resnet8", "--data", study["target", "test"], "--size", "16"];
        var line = place.Do("barrier", ["--weights", .. files, .. shared, "--points", "3"]);
        Assert.All(files.Index(), file =>
            Assert.Equal(
                Measured(place.Do("evaluate", ["--weights", file.Item, .. shared])),
                Measured(line["raw"]!["points"]![2 * file.Index]!)
            )
        );
        var results = JsonNode.Parse(study.Results())!;
        Assert.Equal((double)results["runs"]![0]!["accuracy"]!, Measured(line["raw"]!["points"]![0]!).Score);
        Assert.Equal((double)results["runs"]![0]!["loss"]!, Measured(line["raw"]!["points"]![0]!).Loss, 1e-5);
        var apart = (double)place.Do("distance", ["--network", "cifar_resnet8", "--weights", .. files])["total"]!;
        Assert.Contains($"{apart:R}", $"{results["analyses"]!["parameter_distance"]}");
    }

    [Fact]
    public void The_solutions_on_a_plane_are_what_evaluate_gives_and_lie_at_their_distances()
    {
        var study = finished.Study;
        string[] files =
        [
            .. ((string[])["P-T_s1", "P-T_s2", "RI-T_s1"]).Select(run =>
                study["runs", "tiny", "checkpoints", $"ink-{run}.safetensors"]
            ),
        ];
        string[] shared = ["--network", "cifar_resnet8", "--data", study["target", "test"], "--size", "16"];
        var plane = place.Do("barrier", ["--weights", .. files, .. shared, "--plane", "2", "--normalization", "raw"])[
            "plane"
        ]!;
        Assert.All(files.Index(), file =>
            Assert.Equal(
                Measured(place.Do("evaluate", ["--weights", file.Item, .. shared])),
                Measured(plane["models"]![file.Index]!)
            )
        );
        Assert.Equal(
            (double)place.Do("distance", ["--network", "cifar_resnet8", "--weights", .. files[..2]])["total"]!,
            (double)plane["models"]![1]!["x"]!,
            1e-9
        );
        Assert.All(new[] { "x", "y", "accuracy", "loss" }, name => Assert.Equal(2, plane[name]!.AsArray().Count));
        var recalibrated = Command
            .Run(place.Path, ["barrier", "--weights", .. files, .. shared, "--plane", "2"])
            .Ended(0)
            .Output;
        Assert.Contains("Running statistics were recomputed from the evaluated images themselves", recalibrated);
        Assert.Contains(
            "no plane",
            Command
                .Run(place.Path, ["barrier", "--weights", files[0], files[1], files[1], .. shared, "--plane", "2"])
                .Refused()
        );
    }

    private static string[] Few(params string[] weights) =>
        [
            "--network",
            "cifar_resnet20",
            "--weights",
            .. weights,
            "--data",
            Path.Combine(SharedData.Images("cifar10-test"), "test"),
            "--size",
            "32",
            "--limit",
            "200",
        ];

    private static (double Score, double Loss) Measured(JsonNode json) =>
        ((double)json["accuracy"]!, (double)json["loss"]!);
}
