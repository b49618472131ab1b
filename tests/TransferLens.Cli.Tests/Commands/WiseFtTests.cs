using System.Text.Json.Nodes;
using TransferLens.Tests;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Weights;

namespace TransferLens.Cli.Tests.Commands;

public sealed class WiseFtTests(FinishedStudy finished) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_ends_of_the_raw_line_are_what_evaluate_says_of_both_models()
    {
        var document = Line("--source-data", Data("source"), "--source-recalibrate-on", Data("source", "train"));
        var raw = document["raw"]!["points"]!.AsArray();
        var fineTuned = Evaluate(FineTuned, Data("target"));
        var pretrained = Evaluate(Pretrained, Data("source"));
        Assert.Equal([0.0, 0.5, 1.0], raw.Select(point => (double)point!["alpha"]!));
        Same(fineTuned, raw[2]!["target"]!);
        Same(pretrained, raw[0]!["source"]!);
        var points = document["points"]!;
        Assert.True(JsonNode.DeepEquals(document["raw"]!["points"], points));
        Assert.All(points.AsArray(), point =>
            Assert.All(((string[])["target", "source"]).Select(side => point![side]!), measured =>
            {
                Assert.InRange((double)measured["accuracy"]!, 0, 1);
                Assert.True((double)measured["loss"]! >= 0);
            })
        );
        var judged = document["recalibrated"]!["points"]!;
        Assert.Equal(
            (double)judged[0]!["source"]!["accuracy"]! - (double)judged[2]!["source"]!["accuracy"]!,
            (double)document["forgotten"]!["value"]!,
            1e-12
        );
    }

    [Fact]
    public void Without_recalibration_the_points_are_raw_and_only_the_target_needs_images()
    {
        var document = Line("--normalization", "raw");
        Same(Evaluate(FineTuned, Data("target")), document["points"]![2]!["target"]!);
        Assert.Null(document["points"]![0]!["source"]);
        Assert.Null(document["raw"]);
        Assert.Null(document["forgotten"]);
        Assert.Null(document["recalibratedOn"]);
        Assert.Null(document["sourceRecalibratedOn"]);
    }

    [Fact]
    public void The_result_states_where_the_statistics_of_each_data_set_come_from()
    {
        var document = Line("--recalibrate-on", Data("target", "train"), "--source-data", Data("source"));
        Assert.Equal("the images of --recalibrate-on", (string?)document["recalibratedOn"]);
        Assert.Equal(
            "the evaluated images themselves, since --source-recalibrate-on was not given",
            (string?)document["sourceRecalibratedOn"]
        );
        var separate = Run(
            Pretrained,
            "--source-data",
            Data("source"),
            "--source-recalibrate-on",
            Data("source", "train")
        );
        Assert.Contains(
            "Running statistics were recomputed from the evaluated images themselves, since --recalibrate-on was not "
                + "given: 18 images.\n"
                + "Those on the source were recomputed from the images of --source-recalibrate-on: 36 images.\n",
            separate.Ended(0).Output,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Only_a_detected_loss_is_called_forgotten_and_every_difference_has_its_interval()
    {
        string[] source = ["--source-data", Data("source"), "--margin", "100"];
        var document = Line(source);
        var text = Run(Pretrained, source).Ended(0).Output;
        var forgotten = (double)document["forgotten"]!["low"]! > 0;
        Assert.Equal(forgotten, text.Contains("P-T forgot ", StringComparison.Ordinal));
        Assert.Matches(
            @"\n(P-T (forgot|gained)|No forgetting of the source was detected:) [^\n]* \(95 % CI [^\n]*\n",
            text
        );
        Assert.Matches(@"\n  Target score minus that of P-T: \S+ points \(95 % CI \S+ to \S+\)\n", text);
        var regained = (double)document["regained"]!["low"]! > 0;
        Assert.Equal(regained, text.Contains("regains ", StringComparison.Ordinal));
    }

    [Fact]
    public void Images_of_validation_choose_as_they_would_alone_and_none_may_be_among_those_of_data()
    {
        string[] validation = ["--validation", Data("target", "train")];
        var chosen = Line(validation);
        var alone = JsonNode.Parse(RunOn(Data("target", "train"), Pretrained, "--json").Ended(0).Output)!;
        Assert.Equal((double)alone["alpha"]!, (double)chosen["alpha"]!);
        Assert.Equal((double)alone["smallestMargin"]!, (double)chosen["smallestMargin"]!, 1e-9);
        Assert.Contains(
            "--validation",
            RunOn(Data("target", "train"), Pretrained, validation).Refused(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void The_weights_at_the_chosen_alpha_are_written_and_have_its_score()
    {
        var document = Line(
            "--margin",
            "100",
            "--validation",
            Data("target", "train"),
            "--recalibrate-on",
            Data("target", "train"),
            "--output",
            folder["between.safetensors"]
        );
        // With a margin of all points alpha 0 is no worse.
        Assert.Equal(0, (double)document["alpha"]!);
        Assert.True((bool)document["chosenOnValidation"]!);
        Same(Evaluate(folder["between.safetensors"], Data("target")), document["recalibrated"]!["points"]![0]!["target"]!);
        Assert.Equal(
            "recomputed on the images of --recalibrate-on",
            Safetensors.ReadMetadata(folder["between.safetensors"])["running_statistics"]
        );
        _ = Line("--margin", "100", "--output", folder["other.safetensors"]);
        Assert.Equal(
            "recomputed on the images of --data",
            Safetensors.ReadMetadata(folder["other.safetensors"])["running_statistics"]
        );
        Assert.Contains(
            "exists already",
            Run(Pretrained, "--output", folder["between.safetensors"]).Refused(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void P_may_have_another_head_or_none_but_then_the_source_cannot_be_measured()
    {
        using var other = Networks.Create("cifar_resnet8", 5, 0);
        using var weights = StateDict.Of(other);
        Safetensors.Write(folder["five.safetensors"], weights);
        using var headless = new StateDict(
            weights
                .Where(entry => !entry.Key.StartsWith("linear.", StringComparison.Ordinal))
                .Select(entry => KeyValuePair.Create(entry.Key, entry.Value.clone()))
        );
        Safetensors.Write(folder["headless.safetensors"], headless);
        var (five, none) = (
            Run(folder["five.safetensors"], "--json").Ended(0),
            Run(folder["headless.safetensors"], "--json").Ended(0)
        );
        Assert.Equal(
            JsonNode.Parse(five.Output)!["points"]!.ToJsonString(),
            JsonNode.Parse(none.Output)!["points"]!.ToJsonString()
        );
        Assert.Equal(
            $"The weights of P in '{folder["headless.safetensors"]}' have no head, so the source cannot be measured. "
                + "Remove --source-data, or give weights with their head.",
            Run(folder["headless.safetensors"], "--source-data", Data("source")).Refused()
        );
        Assert.Equal(
            "--source-recalibrate-on was given without --source-data. Add the source's test images.",
            Run(Pretrained, "--source-recalibrate-on", Data("source")).Refused()
        );
    }

    private string FineTuned => finished.Study["runs", "tiny", "checkpoints", "ink-P-T_s1.safetensors"];

    private string Pretrained
    {
        get
        {
            var key = (string)JsonNode.Parse(finished.Study.Results())!["pretrained"]!["key"]!;
            return Directory
                .GetFiles(
                    finished.Study["runs", "store", "artifacts", key],
                    "*.safetensors",
                    SearchOption.AllDirectories
                )
                .Order(StringComparer.Ordinal)
                .Last(file => !Path.GetFileName(file).Contains("logits", StringComparison.Ordinal));
        }
    }

    private string Data(string of, string part = "test") => finished.Study[of, part];

    private JsonNode Line(params string[] more) =>
        JsonNode.Parse(Run(Pretrained, [.. more, "--json"]).Ended(0).Output)!;

    private CommandResult Run(string pretrained, params string[] more) => RunOn(Data("target"), pretrained, more);

    private CommandResult RunOn(string data, string pretrained, params string[] more) =>
        Command.Run(
            folder.Path,
            [
                "wise_ft",
                "--network",
                "cifar_resnet8",
                "--weights",
                pretrained,
                FineTuned,
                "--data",
                data,
                "--size",
                "16",
                "--points",
                "3",
                .. more,
            ]
        );

    private JsonNode Evaluate(string weights, string data) =>
        JsonNode.Parse(
            Command
                .Run(
                    folder.Path,
                    "evaluate",
                    "--network",
                    "cifar_resnet8",
                    "--weights",
                    weights,
                    "--data",
                    data,
                    "--size",
                    "16",
                    "--json"
                )
                .Ended(0)
                .Output
        )!;

    private static void Same(JsonNode evaluated, JsonNode point)
    {
        Assert.Equal((double)evaluated["accuracy"]!, (double)point["accuracy"]!);
        Assert.Equal((double)evaluated["loss"]!, (double)point["loss"]!);
    }
}
