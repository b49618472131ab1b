using TorchSharp;
using TransferLens.Studies.Inputs;
using TransferLens.Tests;
using TransferLens.Vision.Models;
using TransferLens.Vision.Models.Architectures;
using TransferLens.Vision.Weights;
using static TransferLens.Vision.Tests.Weights.ForgedCheckpoint;

namespace TransferLens.Vision.Tests.Weights;

/// <summary>Which tensors of a file are taken, from pickles that are put together by hand.</summary>
public sealed class ContainerTests : IDisposable
{
    private static readonly NetworkArchitecture Network = Networks.Find("cifar_resnet8");

    private readonly TemporaryFolder folder = new();

    /// <summary>What surrounds the state dict, what is taken and said, and what else is there.</summary>
    public static TheoryData<string, string?, string, string[]> Containers =>
        new()
        {
            { "SD", null, "", [] },
            { Dictionary(("net", "SD"), ("acc", "N")), "net", "", [] },
            { Dictionary(("a", Dictionary(("b", Dictionary(("c", "SD")))))), "a.b.c", "", [] },
            { $"]({"N"}SDe", "1", "", [] },
            { Dictionary(("state_dict", "SD[model.]")), "state_dict", "model.", [] },
            { "SD[module._orig_mod.]", null, "module._orig_mod.", [] },
            { "SD[_orig_mod.module.net.backbone.]", null, "_orig_mod.module.net.backbone.", [] },
            { Dictionary(("state_dict", "SD"), ("state_dict_ema", "SD")), "state_dict_ema", "", ["state_dict"] },
            { Dictionary(("student", "SD"), ("teacher", "SD[module.]")), "teacher", "module.", ["student"] },
            { Dictionary(("model", "SD"), ("model_old", "SD")), "model", "", ["model_old"] },
            { Dictionary(("student", "SD"), ("epoch", "K\u0003")), "student", "", [] },
            { Dictionary(("MODEL", "SD"), ("MODEL_EMA", "SD")), "MODEL_EMA", "", ["MODEL"] },
            { Dictionary(("model", "SD"), ("modelEma", "SD")), "modelEma", "", ["model"] },
            { Dictionary(("schema", "SD"), ("ema", "SD")), "ema", "", ["schema"] },
            { Dictionary(("optimizer", Dictionary(("exp_avg", "SD"))), ("model", "SD")), "model", "", [] },
            { Dictionary(("grads", "SD"), ("old_model", "SD")), "old_model", "", [] },
            { Dictionary(("init_state_dict", "SD"), ("state_dict", "SD")), "state_dict", "", ["init_state_dict"] },
            { Dictionary(("target_model", "SD"), ("model", "SD")), "model", "", ["target_model"] },
            { Dictionary(("last", "SD"), ("best", "SD")), "best", "", ["last"] },
            {
                Dictionary(("model", "SD"), ("ema", Dictionary(("online_model", "SD"), ("ema_model", "SD")))),
                "ema.ema_model",
                "",
                ["model", "ema.online_model"]
            },
            {
                Dictionary(("target_network", "SD"), ("online_network", "SD")),
                "online_network",
                "",
                ["target_network"]
            },
            { Dictionary(("old", Dictionary(("ema", "SD"))), ("model", "SD")), "model", "", ["old.ema"] },
            { Dictionary(("ema", Dictionary(("best", "SD"))), ("best", "SD")), "ema.best", "", ["best"] },
            {
                Dictionary(("state_dict", "SD[m.]"), ("current_model_state", "SD[m.]")),
                "state_dict",
                "m.",
                ["current_model_state"]
            },
        };

    [Theory]
    [MemberData(nameof(Containers))]
    public void The_state_dict_that_fits_is_taken_and_the_others_are_named(
        string pickle,
        string? taken,
        string prefix,
        string[] others
    )
    {
        Write(pickle);
        using var read = Checkpoint.Read(folder["x.pth"], Network);
        Assert.Equal((taken, prefix), (read.Notes.Taken, read.Notes.Prefix));
        Assert.Equal(others, read.Notes.AlsoThere);
        Assert.Equal(4, read.Classes);
        Assert.Empty(read.Notes.Dropped);
        using var network = Network.CreateOutline(4);
        Assert.Equal(
            network.state_dict().Count,
            WeightsLoader.Load(network, read.Weights, newHead: false).Loaded.Length
        );
    }

    [Fact]
    public void A_key_chooses_at_any_depth_and_a_wrong_one_is_answered_with_the_right_ones()
    {
        Write(Dictionary(("student", "SD[module.]"), ("teacher", "SD[a.]"), ("optimizer", Dictionary(("s", "SD")))));
        Assert.Equal("student", Taken("student"));
        Assert.Equal("student", Taken("student.module"));
        Assert.Equal("teacher", Taken("teacher.a"));
        Assert.Equal(
            $"'{folder["x.pth"]}' has no state dict 'pupil'. It has 'student', 'teacher'. Name one of these.",
            Assert.Throws<InputException>(() => Taken("pupil")).Message
        );
    }

    [Fact]
    public void A_key_without_what_is_around_it_is_answered_with_all_of_it()
    {
        Write(Dictionary(("state_dict", Dictionary(("student", "SD[module.encoder_k.]"), ("teacher", "SD")))));
        Assert.Equal(
            $"'{folder["x.pth"]}' has no state dict 'encoder_k'. It has 'state_dict.student.module.encoder_k'. "
                + "Name one of these.",
            Assert.Throws<InputException>(() => Taken("encoder_k")).Message
        );
        Assert.Equal("state_dict.student", Taken("state_dict.student.module.encoder_k"));
    }

    [Fact]
    public void The_key_that_was_chosen_by_rule_leaves_out_nothing_of_what_is_said()
    {
        Write(Dictionary(("student", "SD"), ("teacher", "SD[module.]")));
        using var chosen = Checkpoint.Read(folder["x.pth"], Network);
        using var named = Checkpoint.Read(folder["x.pth"], Network, chosen.Notes.Key);
        Assert.Equal(("teacher.module", "teacher"), (chosen.Notes.Key, named.Notes.Taken));
        Assert.Equal(["student"], named.Notes.AlsoThere);
        Assert.Equal(chosen.Notes.Text, named.Notes.Text);
    }

    /// <summary>Objects next to the tensors, as Python would make them.</summary>
    public static TheoryData<string> Beside =>
        new(
            $"ccollections\nCounter\n{Dictionary(("100", "K\u0001"))}\u0085R",
            "cnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\n(X\u0002\0\0\0f8K\0K\u0001tRC\u00080000000\0tR",
            $"cpathlib\nPosixPath\n({Text("runs")}tR",
            $"comegaconf.dictconfig\nDictConfig\n)\u0081{Dictionary(("_content", "]"))}b",
            $"cmmengine.config.config\nConfigDict\n)\u0081({Text("a")}K\u0001u",
            $"c__main__\nConfig\n)\u0081{Dictionary(("lr", "K\u0001"))}b",
            $"{Text("torch.optim.lr_scheduler")}{Text("LambdaLR")}\u0093",
            "ctorch\nfloat32\n",
            $"cbuiltins\ngetattr\n(cmy.module\nColor\n{Text("RED")}tR",
            $"c__builtin__\ngetattr\nq\u0000(cmy.module\nColor\n{Text("RED")}tR"
                + $"h\u0000(cmy.module\nA\n{Text("B")}tR\u0086",
            $"c_operator\nor_\ncbuiltins\ngetattr\nq\u0000(cmy.module\nF\n{Text("A")}tR"
                + $"h\u0000(cmy.module\nF\n{Text("B")}tR\u0086R",
            $"cbuiltins\ngetattr\n(cbuiltins\ngetattr\n(cmy.module\nOuter\n{Text("Inner")}tR{Text("X")}tR",
            "cfunctools\npartial\nctorch.nn.functional\nrelu\n\u0085R(NNNNtb",
            "cbuiltins\nset\n](K\u0001K\u0002e\u0085R",
            $"(cmy.module\nThing\n{Text("x")}o",
            $"({Text("x")}imy.module\nThing\n",
            "cmy.module\nThing\n)}\u0092",
            $"cmy.module\nList\n)\u0081(K\u0001K\u0002e",
            $"cbuiltins\ngetattr\n(cmy.module\nMeter\n)\u0081{Text("update")}tR",
            $"cbuiltins\ngetattr\n(cmy.module\nModel\n)\u0081{Text("__call__")}tR",
            $"cbuiltins\ngetattr\n(cmy.module\nEye\n{Text("os")}tR",
            "cmy.module\ndotdict\n)\u0081",
            "cmy.module\ndotdict\n)R",
            "ctorch.nn.functional\nrelu\n",
            "cbuiltins\ntype\nN\u0085R",
            "coperator\ngetitem\n(ctyping\nList\ncbuiltins\nint\ntR",
            "cbuiltins\niter\n]\u0085R",
            "cpandas._libs.internals\n_unpickle_block\n)R",
            "cnumpy.random._pickle\n__generator_ctor\n)R",
            $"cmy.module\nfactory\n)R){"R"}"
        );

    [Theory]
    [MemberData(nameof(Beside))]
    public void Unknown_objects_beside_the_tensors_are_blanks(string value)
    {
        Write(Dictionary(("state_dict", "SD"), ("extra", value)));
        using var read = Checkpoint.Read(folder["x.pth"], Network);
        Assert.Equal(4, read.Classes);
    }

    [Fact]
    public void A_tensor_that_depends_on_an_unknown_object_is_refused_by_name()
    {
        var tensor = $"cmy.tensors\nQuantized\n({Tensor([4, 64], [64, 1], count: 256, key: "w")}tR";
        Write(Dictionary(("state_dict", StateDictOf("", "linear.weight", ("linear.weight", tensor)))), ("w", 256));
        var message = Assert.Throws<InputException>(() => Checkpoint.Read(folder["x.pth"])).Message;
        Assert.Contains("'state_dict.linear.weight'", message);
        Assert.Contains("my.tensors.Quantized", message);
        Write($"cmy.models\nNet\n)\u0081{Dictionary(("_modules", "SD"))}b");
        Assert.Contains(
            "it contains a whole model, my.models.Net, and not a state dict",
            Assert.Throws<InputException>(() => Checkpoint.Read(folder["x.pth"], Network)).Message
        );
    }

    [Fact]
    public void What_is_not_used_is_named_and_what_changes_the_network_is_refused()
    {
        var extra = Tensor([4], [1], key: "e");
        Write(StateDictOf("module.", ("n_averaged", extra), ("layer1.0.total_ops", extra), ("queue", extra)), ("e", 4));
        using (var read = Checkpoint.Read(folder["x.pth"], Network))
        {
            Assert.Equal(
                ["module.layer1.0.total_ops", "module.n_averaged", "module.queue"],
                read.Notes.Dropped.Order(StringComparer.Ordinal)
            );
            Assert.Equal(
                "prefix 'module.' removed; 3 not used: module.n_averaged, module.layer1.0.total_ops, module.queue",
                read.Notes.Text
            );
        }

        foreach (
            var name in (string[])
                [
                    "layer1.0.se.weight",
                    "layer1.1.conv1.weight",
                    "fc_norm.weight",
                    "conv1.bias",
                    "layer4.0.conv1.weight",
                    "neck.weight",
                    "ca.fc1.weight",
                    "avgpool.p",
                    "bn2.weight",
                    "fc2.weight",
                ]
        )
        {
            Write(StateDictOf("", (name, extra)), ("e", 4));
            Assert.Equal(
                $"The weights do not fit cifar_resnet8: '{name}' is not part of the network. The outputs may depend on "
                    + "what is not part of it. If they do not, remove it from the state dict in Python, or name the "
                    + "state dict of the network alone.",
                Assert.Throws<InputException>(() => Checkpoint.Read(folder["x.pth"], Network)).Message
            );
        }
    }

    [Fact]
    public void A_missing_head_is_no_obstacle_and_a_projection_in_its_place_is_left_out()
    {
        var layer = Tensor([4, 64], [64, 1], count: 256, key: "e");
        Write(StateDictOf("encoder.", without: "linear.", ("linear.0.weight", layer)), ("e", 256));
        using var read = Checkpoint.Read(folder["x.pth"], Network);
        Assert.Null(read.Classes);
        Assert.Equal(["encoder.linear.0.weight"], read.Notes.Dropped);
        using var network = Network.Create(9, seed: 1);
        WeightsLoader.Load(network, read.Weights, newHead: true);
    }

    [Fact]
    public void One_missing_tensor_is_an_error_and_the_nearest_network_is_named()
    {
        Write(StateDictOf("", without: "layer2.0.conv1."));
        Assert.Equal(
            "The weights do not fit cifar_resnet8: 'layer2.0.conv1.weight' is missing.",
            Assert.Throws<InputException>(() => Checkpoint.Read(folder["x.pth"], Network)).Message
        );
        using var found = Checkpoint.Identify(folder["x.pth"]);
        Assert.Null(found.Network);
        Assert.Equal("cifar_resnet8", found.Nearest!.Network);
        Assert.Equal(["layer2.0.conv1.weight"], found.Nearest.Missing);
    }

    [Fact]
    public void A_tie_is_refused_and_a_key_decides_it()
    {
        var other = StateDictOf(
            "",
            "conv1.weight",
            ("conv1.weight", Tensor([16, 3, 3, 3], [27, 9, 3, 1], count: 432, key: "o"))
        );
        Write(Dictionary(("model_0", "SD"), ("model_1", other)), ("o", 432));
        Assert.Equal(
            $"'{folder["x.pth"]}' has several state dicts that fit, and their keys do not tell which is meant: "
                + "'model_0', 'model_1'. Give the key of one of these.",
            Assert.Throws<InputException>(() => Taken(null)).Message
        );
        Assert.Throws<InputException>(() => Checkpoint.Identify(folder["x.pth"]));
        Assert.Equal("model_1", Taken("model_1"));
    }

    [Fact]
    public void Whole_numbers_are_no_weights()
    {
        var layer = Tensor([4, 64], [64, 1], count: 256, key: "e", type: "CharStorage");
        Write(StateDictOf("", without: "linear.weight", ("linear.weight", layer)), ("e", 64));
        var message = Assert.Throws<InputException>(() => Checkpoint.Read(folder["x.pth"], Network)).Message;
        Assert.Contains("'linear.weight'", message);
        Assert.Contains("int8", message);
    }

    /// <summary>Layers next to a body without a head; what is taken as its head, and what could be it.</summary>
    public static TheoryData<string[], string?, int> Layers =>
        new()
        {
            { ["fc"], "fc", 0 },
            { ["fc.0"], "fc.0", 0 },
            { ["linear.1"], "linear.1", 0 },
            { ["heads.head"], "heads.head", 0 },
            { ["output"], "output", 0 },
            { ["fc", "fc2"], null, 2 },
            { ["linear.0", "linear.2"], null, 0 },
            { ["projector", "fc"], "fc", 0 },
            { ["aux"], null, 0 },
        };

    [Theory]
    [MemberData(nameof(Layers))]
    public void One_linear_layer_beside_a_body_is_its_head(string[] names, string? taken, int possible)
    {
        Write(StateDictOf("", without: "linear.", [.. names.SelectMany(Linear)]), ("w", 256), ("b", 4));
        using var read = Checkpoint.Read(folder["x.pth"], Network);
        Assert.Equal(taken, read.Notes.HeadFrom);
        Assert.Equal(taken is null ? null : 4, read.Classes);
        Assert.Equal(possible, read.Notes.PossibleHeads.Length);
        Assert.Equal(taken is not null, read.Weights.ContainsKey("linear.bias"));
    }

    [Fact]
    public void A_head_may_be_beside_the_module_or_the_dictionary_of_its_body()
    {
        var body = StateDictOf("", without: "linear.");
        Write(Dictionary(("backbone", body), ("head", Dictionary([.. Linear("")]))), ("w", 256), ("b", 4));
        Assert.Equal("head", HeadFrom());
        Write(Dictionary(("encoder", body), ("linear", Dictionary([.. Linear("linear")]))), ("w", 256), ("b", 4));
        Assert.Equal("linear.linear", HeadFrom());
        Write(
            Dictionary(("model", body), ("neck", Dictionary([.. Linear("")])), ("fc", Dictionary([.. Linear("")]))),
            ("w", 256),
            ("b", 4)
        );
        Assert.Contains(
            "'neck.weight' is not part of the network",
            Assert.Throws<InputException>(() => Checkpoint.Read(folder["x.pth"], Network)).Message
        );

        string? HeadFrom()
        {
            using var read = Checkpoint.Read(folder["x.pth"], Network);
            Assert.Equal(4, read.Classes);
            return read.Notes.HeadFrom;
        }
    }

    [Theory]
    [InlineData("weight_g", "weight_v")]
    [InlineData("parametrizations.weight.original0", "parametrizations.weight.original1")]
    public void Weight_normalization_is_computed(string scale, string direction)
    {
        using var scope = torch.NewDisposeScope();
        using var network = Network.CreateOutline(4);
        using var weights = ReferenceWeights.Of(network);
        var whole = weights["linear.weight"];
        var norms = whole.norm(1, keepdim: true);
        using var split = new StateDict(
            weights
                .Where(entry => entry.Key != "linear.weight")
                .Select(entry => KeyValuePair.Create(entry.Key, entry.Value.clone()))
                .Append(new($"linear.{scale}", norms))
                .Append(new($"linear.{direction}", whole * 3))
                .ToList()
        );
        Safetensors.Write(folder["x.safetensors"], split);
        using var read = Checkpoint.Read(folder["x.safetensors"], Network);
        Assert.InRange((read.Weights["linear.weight"] - whole).abs().max().item<float>(), 0, 1e-6f);
        Assert.Empty(read.Notes.Dropped);
    }

    [Fact]
    public void An_average_that_cannot_be_read_is_named()
    {
        Write(
            Dictionary(
                ("state_dict", "SD"),
                (
                    "model_ema",
                    StateDictOf("").Replace(Text("conv1.weight"), Text("conv1weight"), StringComparison.Ordinal)
                )
            )
        );
        using var read = Checkpoint.Read(folder["x.pth"], Network);
        Assert.Equal(["model_ema"], read.Notes.Unread);
        Assert.Contains("was not read", read.Notes.Text);
    }

    [Fact]
    public void The_folder_of_the_last_step_is_followed()
    {
        Write(Dictionary(("module", "SD")));
        Directory.CreateDirectory(folder["run/step3"]);
        File.Move(folder["x.pth"], folder["run/step3/mp_rank_00_model_states.pt"]);
        File.WriteAllText(folder["run/latest"], "step3\n");
        using (var read = Checkpoint.Read(folder["run"], Network))
        {
            Assert.Equal("module", read.Notes.Taken);
        }

        File.WriteAllText(folder["run/latest"], "../run/step3");
        Assert.Throws<InputException>(() => Checkpoint.Read(folder["run"], Network));
    }

    public void Dispose() => folder.Dispose();

    // Weight and bias with as many inputs as the network's head has.
    private static IEnumerable<(string Name, string Value)> Linear(string name)
    {
        var prefix = name.Length == 0 ? "" : $"{name}.";
        yield return ($"{prefix}weight", Tensor([4, 64], [64, 1], count: 256, key: "w"));
        yield return ($"{prefix}bias", Tensor([4], [1], count: 4, key: "b"));
    }

    private string? Taken(string? key)
    {
        using var read = Checkpoint.Read(folder["x.pth"], Network, key);
        return read.Notes.Taken;
    }

    // SD is the network's state dict, SD[prefix] the same under a prefix; each tensor is its own storage of zeros.
    private void Write(string pickle, params (string Key, int Count)[] more)
    {
        pickle = System.Text.RegularExpressions.Regex.Replace(pickle, @"SD(?:\[([a-z_.]*)\])?", match =>
            StateDictOf(match.Groups[1].Value)
        );
        using var network = Network.CreateOutline(4);
        WriteZip(
            folder["x.pth"],
            pickle,
            [
                .. network
                    .state_dict()
                    .Select(entry => (entry.Key, new byte[Math.Max(1, entry.Value.numel()) * Size(entry.Key)])),
                .. more.Select(storage => Storage(storage.Key, storage.Count)),
            ]
        );
    }

    private static string StateDictOf(string prefix, params (string Name, string Value)[] more) =>
        StateDictOf(prefix, null, more);

    private static string StateDictOf(string prefix, string? without, params (string Name, string Value)[] more)
    {
        using var network = Network.CreateOutline(4);
        return Dictionary([
            .. more.Select(entry => (prefix + entry.Name, entry.Value)),
            .. network
                .state_dict()
                .Where(entry => without is null || !entry.Key.StartsWith(without, StringComparison.Ordinal))
                .Select(entry =>
                    (
                        prefix + entry.Key,
                        Tensor(
                            entry.Value.shape,
                            entry.Value.stride(),
                            count: Math.Max(1, entry.Value.numel()),
                            key: entry.Key,
                            type: Size(entry.Key) == 8 ? "LongStorage" : "FloatStorage"
                        )
                    )
                ),
        ]);
    }

    private static int Size(string name) => name.EndsWith("num_batches_tracked", StringComparison.Ordinal) ? 8 : 4;
}
