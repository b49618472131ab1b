using System.Text;
using System.Text.Json.Nodes;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;
using TransferLens.Studies.Settings;
using TransferLens.Tests;

namespace TransferLens.Studies.Tests.Plans;

public sealed class PlannerTests : IDisposable
{
    private const string OtherRun = "\nanalyses:";

    private readonly StudyFolder folder = new(ImageFormats.All);

    [Fact]
    public void A_plan_has_every_task_once_and_its_inputs_before_it()
    {
        var plan = Plan();
        Assert.Equal(
            [
                "read P from p.th",
                "decode cartoon, test images",
                "decode cartoon, training images",
                "train cartoon P-T s1",
                "evaluate cartoon P-T s1",
                "train cartoon P-T s2",
                "evaluate cartoon P-T s2",
                "do pair 11",
            ],
            plan.Tasks.Select(task => task.Title).OrderBy(Rank)
        );
        Assert.Equal(plan.Tasks.Length, plan.Tasks.DistinctBy(task => task.Key).Count());
        var seen = new HashSet<string>();
        Assert.All(plan.Tasks, task =>
        {
            Assert.All(task.Inputs.Values, input => Assert.Contains(input.Key, seen));
            seen.Add(task.Key);
        });
        Assert.Equal("read P from p.th", plan.Pretraining!.Title);
        Assert.Equal(["performance_barrier"], plan.Analyses.Select(analysis => analysis.Name));

        // The order between tasks that do not need each other is nobody's business.
        static int Rank(string title) =>
            title.Split(' ')[0] switch
            {
                "read" => 0,
                "decode" => 1,
                "do" => 3,
                _ => 2,
            };
    }

    [Fact]
    public void Runs_that_mean_the_same_share_their_training()
    {
        var plan = Plan(
            StudyFolder.Plain.Replace(
                OtherRun,
                "\n  again:\n    init: pretrained\n    learning_rate: 0.02\n    seeds: [2, 3]" + OtherRun
            )
        );
        Assert.Equal(["P-T s1", "P-T s2", "again s2", "again s3"], plan.Runs.Select(run => run.Label));
        Assert.Equal(plan.Runs[1].Train.Key, plan.Runs[2].Train.Key);
        Assert.Equal(3, plan.Tasks.Count(task => task.Kind == StudyTasks.TrainKind));
    }

    [Fact]
    public void Each_learning_rate_and_seed_is_a_training_and_its_label_tells_it_apart()
    {
        var plan = Plan(StudyFolder.Plain.Replace("learning_rate: 0.02", "learning_rate: [0.02, 0.1]"));
        Assert.Equal(
            ["P-T lr 0.02 s1", "P-T lr 0.02 s2", "P-T lr 0.1 s1", "P-T lr 0.1 s2"],
            plan.Runs.Select(run => run.Label)
        );
        Assert.Equal(4, plan.Runs.DistinctBy(run => run.Train.Key).Count());
    }

    [Fact]
    public void A_seed_of_the_initial_weights_is_in_the_trainings_that_ask_for_one_and_in_no_others_key()
    {
        const string One = "\n  one:\n    init: random\n    init_seed: 5\n    learning_rate: 0.02\n    seeds: [1, 2]";
        var plan = Plan(StudyFolder.Plain.Replace(OtherRun, One + OtherRun));
        Assert.Equal([null, null, 5, 5], plan.Runs.Select(run => (int?)run.Train.Settings["init_seed"]));
        Assert.All(plan.Runs.Take(2), run => Assert.False(run.Train.Settings.ContainsKey("init_seed")));
        Assert.Equal(Trainings(Plan()), Trainings(plan).Take(2));
        Assert.Contains(
            "init_seed",
            Assert
                .Throws<InputException>(() =>
                    Plan(StudyFolder.Plain.Replace(OtherRun, One.Replace("5", "-1") + OtherRun))
                )
                .Message
        );
    }

    [Fact]
    public void Keys_do_not_depend_on_where_data_lie_and_do_on_what_they_hold()
    {
        using var elsewhere = new StudyFolder(ImageFormats.All);
        var (here, there) = (Plan(), Plan(elsewhere.Read(StudyFolder.Plain), new FakeData()));
        Assert.Equal(here.Tasks.Select(task => task.Key), there.Tasks.Select(task => task.Key));
        Assert.NotEqual($"{here.Tasks[0].Locations}", $"{there.Tasks[0].Locations}");
        var other = Plan(folder.Read(StudyFolder.Plain), new FakeData { Content = "other" });
        Assert.Empty(here.Tasks.Select(task => task.Key).Intersect(other.Tasks.Select(task => task.Key)));
    }

    [Theory]
    [InlineData("study: cartoon-from-cifar", "study: another-name")]
    [InlineData("cartoon:", "comic:")]
    [InlineData("P-T:", "finetuned:")]
    [InlineData("points: 11", "points: 12")]
    public void Names_and_analyses_decide_nothing_about_trainings(string old, string with) =>
        Assert.Equal(Trainings(Plan()), Trainings(Plan(StudyFolder.Plain.Replace(old, with))));

    [Theory]
    [InlineData("network: cifar_resnet20", "network: cifar_resnet32")]
    [InlineData("size: 32", "size: 40")]
    [InlineData("epochs: 24", "epochs: 25")]
    [InlineData("batch_size: 64", "batch_size: 65")]
    [InlineData("learning_rate: 0.02", "learning_rate: 0.03")]
    [InlineData("seeds: [1, 2]", "seeds: [3, 4]")]
    [InlineData("init: pretrained", "init: random")]
    public void What_changes_weights_changes_every_key_of_trainings(string old, string with) =>
        Assert.Empty(Trainings(Plan()).Intersect(Trainings(Plan(StudyFolder.Plain.Replace(old, with)))));

    [Fact]
    public void A_class_that_is_only_in_the_test_images_is_named()
    {
        var data = new FakeData { Classes = { ["test"] = ["cat", "dog", "emu"] } };
        var message = Assert.Throws<InputException>(() => Plan(folder.Read(StudyFolder.Plain), data)).Message;
        Assert.Contains("'emu' of cartoon", message);
        data.Classes["test"] = ["cat"];
        Assert.Equal(2, (int)Plan(folder.Read(StudyFolder.Plain), data).Runs[0].Train.Settings["classes"]!);
    }

    [Fact]
    public void Kinds_of_labels_that_do_not_go_together_are_refused()
    {
        var message = Assert
            .Throws<InputException>(() => Plan(folder.Read(StudyFolder.Plain), new FakeData { Many = { "test" } }))
            .Message;
        Assert.Contains("test images of cartoon are multi-label, but its training images have one class each", message);
        var data = new FakeData { Many = { "train", "test" }, Classes = { ["test"] = ["cat"] } };
        Assert.Contains(
            "training images of cartoon have the label 'dog', but its test images do not",
            Assert.Throws<InputException>(() => Plan(folder.Read(StudyFolder.Plain), data)).Message
        );
    }

    [Fact]
    public void A_loss_that_nobody_chose_is_the_one_that_the_images_ask_for()
    {
        var many = new FakeData { Many = { "train", "test" } };
        var plan = Plan(folder.Read(StudyFolder.Plain), many);
        Assert.All(plan.Runs, run =>
            Assert.Equal(
                ("binary_cross_entropy", DeclaredMetrics.MeanAuc),
                ((string?)run.Train.Settings["training"]!["loss"], run.Metric)
            )
        );
        Assert.Equal(Loss.BinaryCrossEntropy, plan.Study.Training.Loss);
        Assert.All(PlanFile.Read(PlanFile.Write(plan).ToJsonString()).Runs, run =>
            Assert.Equal(DeclaredMetrics.MeanAuc, run.Metric)
        );
        Assert.All(Plan().Runs, run =>
            Assert.Equal(
                ("cross_entropy", DeclaredMetrics.Accuracy),
                ((string?)run.Train.Settings["training"]!["loss"], run.Metric)
            )
        );
        var wrong = StudyFolder.Plain.Replace("batch_size: 64", "batch_size: 64\n  loss: cross_entropy");
        Assert.Contains(
            "cartoon are multi-label, but the loss is cross_entropy",
            Assert.Throws<InputException>(() => Plan(folder.Read(wrong), many)).Message
        );
    }

    [Fact]
    public void A_run_s_metric_and_the_kind_of_its_labels_survive_the_plan_file()
    {
        var plan = Plan();
        foreach (var (metric, isMultiLabel) in new[] { ("mean_auc", false), ("macro_f1", true), ("top_5", false) })
        {
            var chosen = DeclaredMetrics.All.First(one => one.Key == metric);
            var judged = plan with
            {
                Runs = [.. plan.Runs.Select(run => run with { Metric = chosen, IsMultiLabel = isMultiLabel })],
            };
            Assert.All(PlanFile.Read(PlanFile.Write(judged).ToJsonString()).Runs, run =>
                Assert.Equal((chosen, isMultiLabel, metric), (run.Metric, run.IsMultiLabel, run.MetricOverride))
            );
        }

        Assert.All(plan.Runs, run => Assert.Null(run.MetricOverride));
        Assert.DoesNotContain("metric", PlanFile.Write(plan)["runs"]![0]!.AsObject().Select(field => field.Key));
    }

    [Fact]
    public void Class_weights_are_written_only_when_set_and_need_cross_entropy()
    {
        Assert.DoesNotContain(
            "class_weights",
            Plan().Runs[0].Train.Settings["training"]!.AsObject().Select(field => field.Key)
        );
        var balanced = StudyFolder.Plain.Replace("batch_size: 64", "batch_size: 64\n  class_weights: balanced");
        Assert.All(Plan(folder.Read(balanced), new FakeData()).Runs, run =>
            Assert.Equal("balanced", (string?)run.Train.Settings["training"]!["class_weights"])
        );
        Assert.Contains(
            "remove class_weights or use loss: cross_entropy",
            Assert
                .Throws<InputException>(() => Plan(folder.Read(balanced), new FakeData { Many = { "train", "test" } }))
                .Message
        );
    }

    [Fact]
    public void Settings_of_analyses_are_checked_and_filled_in_before_data_are_looked_at()
    {
        Assert.Equal(
            "study.yaml, line 16: analyses.performance_barrier.points must be at least 2, but is 1.",
            folder.ErrorWith("points: 11", "points: 1")
        );
        var study = folder.Read(StudyFolder.Plain.Replace(" {points: 11}", ""));
        Assert.Equal(11, (int)study.Analyses.Single().Value["points"]!);
        Assert.Equal(11, (int)Plan(study, new FakeData()).Study.Analyses.Single().Value["points"]!);

        var without = new Planner(new NoData(), SmallCatalog.Default with { Analyses = [] }, false);
        Assert.Equal(
            "The analysis 'performance_barrier' is unknown; it takes none.",
            Assert.Throws<InputException>(() => without.Plan(study)).Message
        );
    }

    [Fact]
    public void P_that_is_trained_here_is_a_training_on_the_source()
    {
        var plan = Plan(
            StudyFolder.Plain.Replace(
                "pretrained: {weights: p.th}",
                "pretrained: {data: {format: image_folder, train: cartoon/train, test: cartoon/test}, training: {epochs: 5}}"
            )
        );
        Assert.Equal("train P on the source", plan.Pretraining!.Title);
        Assert.Equal(5, TaskSettings.Read<TrainTaskSettings>(plan.Pretraining.Settings).Training.Epochs);
        Assert.All(plan.Runs, run => Assert.Same(plan.Pretraining, run.Train.Inputs["pretrained"]));
        Assert.Equal(5 * (300 + 100) + 100, plan.Pretraining.Cost);
    }

    [Fact]
    public void Skipping_bad_images_makes_other_tasks() =>
        Assert.Empty(
            Plan()
                .Tasks.Where(task => task.Kind == StudyTasks.ImagesKind)
                .Select(task => task.Key)
                .Intersect(
                    new Planner(new FakeData(), SmallCatalog.Default, skipBadImages: true)
                        .Plan(folder.Read(StudyFolder.Plain))
                        .Tasks.Select(task => task.Key)
                )
        );

    [Fact]
    public void A_plan_is_read_as_it_was_written()
    {
        var plan = Plan();
        var text = PlanFile.Write(plan).ToJsonString();
        var read = PlanFile.Read(text);
        Assert.Equal(plan.Tasks.Select(task => task.Key), read.Tasks.Select(task => task.Key));
        Assert.Equal(
            plan.Tasks.Select(task => (task.Title, task.Cost)),
            read.Tasks.Select(task => (task.Title, task.Cost))
        );
        Assert.Equal(plan.Pretraining!.Key, read.Pretraining!.Key);
        Assert.Equal(plan.Runs.Select(Facts), read.Runs.Select(Facts));
        Assert.Equal(
            plan.Analyses.Select(a => (a.Name, string.Join(' ', a.Tasks.Select(t => (t.Role, t.Task.Key))))),
            read.Analyses.Select(a => (a.Name, string.Join(' ', a.Tasks.Select(t => (t.Role, t.Task.Key)))))
        );
        Assert.Equal(text, PlanFile.Write(read).ToJsonString());

        static object Facts(PlannedRun run) =>
            (
                run.Target,
                run.Run,
                run.Label,
                run.Initialization,
                run.LearningRate,
                run.Seed,
                run.Train.Key,
                run.Evaluate.Key,
                run.TrainImages.Key,
                run.TestImages.Key
            );
    }

    [Fact]
    public void A_plan_that_was_changed_is_refused()
    {
        var text = PlanFile.Write(Plan()).ToJsonString();
        var json = JsonNode.Parse(text)!;
        json["tasks"]![0]!["settings"]!["network"] = "cifar_resnet110";
        var tasks = JsonNode.Parse(text)!;
        tasks["tasks"]!.AsArray().RemoveAt(0);
        var twice = JsonNode.Parse(text)!;
        twice["tasks"]!.AsArray().Add(twice["tasks"]![0]!.DeepClone());
        string[] wrong =
        [
            "",
            "null",
            "[]",
            "{}",
            text[..^9],
            json.ToJsonString(),
            tasks.ToJsonString(),
            twice.ToJsonString(),
        ];
        Assert.All(wrong, changed =>
            Assert.Contains("run the study again", Assert.Throws<InputException>(() => PlanFile.Read(changed)).Message)
        );
    }

    [Fact]
    public void A_plan_of_another_version_is_refused_with_both_versions()
    {
        var json = PlanFile.Write(Plan());
        json["version"] = 1;
        Assert.Equal(
            "The run's plan.json has version 1, but this program reads version 2; run the study again.",
            Assert.Throws<InputException>(() => PlanFile.Read(json.ToJsonString())).Message
        );
    }

    [Fact]
    public void Kinds_of_a_plan_that_is_read_have_their_traits()
    {
        var read = PlanFile.Read(PlanFile.Write(Plan()).ToJsonString());
        Assert.All(read.Runs, run => Assert.Equal(StudyTasks.TrainKind, run.Train.Kind));
        Assert.All(read.Runs, run => Assert.Equal(StudyTasks.ImagesKind, run.TestImages.Kind));
        Assert.Equal(StudyTasks.ImportWeightsKind, read.Pretraining!.Kind);
    }

    [Theory]
    [InlineData("[\"Flies\"]")]
    [InlineData("[1]")]
    [InlineData("null")]
    public void A_plan_with_an_unknown_trait_is_refused(string traits)
    {
        var json = PlanFile.Write(Plan());
        json["tasks"]![0]!["traits"] = JsonNode.Parse(traits);
        Assert.Equal(
            "The run's plan.json is damaged; run the study again.",
            Assert.Throws<InputException>(() => PlanFile.Read(json.ToJsonString())).Message
        );
    }

    [Fact]
    public void A_mutated_plan_is_a_plan_or_one_sentence()
    {
        var sound = Encoding.UTF8.GetBytes(PlanFile.Write(Plan()).ToJsonString());
        HostileInput.Check(
            "plan.json",
            seed: 4,
            random => Encoding.UTF8.GetString(HostileInput.Mutated(sound, random)),
            text => () => PlanFile.Read(text),
            least: 0.1
        );
    }

    public void Dispose() => folder.Dispose();

    private Plan Plan(string text = StudyFolder.Plain) => Plan(folder.Read(text), new FakeData());

    private static Plan Plan(Study study, FakeData data) =>
        new Planner(data, SmallCatalog.Default, skipBadImages: false).Plan(study);

    private static List<string> Trainings(Plan plan) =>
        [.. plan.Tasks.Where(task => task.Kind == StudyTasks.TrainKind).Select(task => task.Key)];

    private sealed class NoData : IPlannedData
    {
        public ImagesDescription Describe(DataSource source) => throw new InvalidOperationException("looked at");

        public WeightsDescription DescribeWeights(string path, string? key, string network) =>
            throw new InvalidOperationException("looked at");
    }
}
