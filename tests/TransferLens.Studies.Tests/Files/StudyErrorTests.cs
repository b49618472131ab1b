using TransferLens.Tests;

namespace TransferLens.Studies.Tests.Files;

public sealed class StudyErrorTests : IDisposable
{
    private readonly StudyFolder folder = new(ImageFormats.All);

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(
        "learning_rate: 0.02",
        "lerning_rate: 0.02",
        "study.yaml, line 13: unknown key 'lerning_rate' in runs.P-T; did you mean 'learning_rate'?"
    )]
    [InlineData(
        "network:",
        "netwrok:",
        "study.yaml, line 2: unknown key 'netwrok' in the study; did you mean 'network'?"
    )]
    [InlineData(
        "{size: 32}",
        "{size: 32, colour: red}",
        "study.yaml, line 3: unknown key 'colour' in images; write one of size, resize, resize_mode, normalize, interpolation, preprocessing."
    )]
    [InlineData(
        "train: cartoon/train",
        "trian: cartoon/train",
        "study.yaml, line 6: unknown key 'trian' in targets.cartoon; did you mean 'train'?"
    )]
    [InlineData(
        "image_folder,",
        "image_folder, style: photo,",
        "study.yaml, line 6: unknown key 'style' in targets.cartoon; write one of format, train, test, limit, train_limit, test_limit, data, split, validation, classes."
    )]
    [InlineData(
        "batch_size: 64",
        "optimizer: {names: sgd}",
        "study.yaml, line 9: unknown key 'names' in training.optimizer; did you mean 'name'?"
    )]
    [InlineData(
        "{weights: p.th}",
        "{weight: p.th}",
        "study.yaml, line 4: unknown key 'weight' in pretrained; did you mean 'weights'?"
    )]
    public void An_unknown_key_is_told_with_its_line_and_the_nearest(string old, string with, string message) =>
        Assert.Equal(message, folder.ErrorWith(old, with));

    [Theory]
    [InlineData(
        "learning_rate: 0.02",
        "epochs: 1",
        "study.yaml, line 11: the key 'learning_rate' is missing in runs.P-T; add it."
    )]
    [InlineData("init: pretrained", "epochs: 1", "study.yaml, line 11: the key 'init' is missing in runs.P-T; add it.")]
    [InlineData(
        "network: cifar_resnet20\n",
        "",
        "study.yaml, line 1: the key 'network' is missing in the study; add it."
    )]
    [InlineData(
        ", test: cartoon/test",
        "",
        "study.yaml, line 6: the key 'test' is missing in targets.cartoon; add it."
    )]
    [InlineData(
        "format: image_folder, ",
        "",
        "study.yaml, line 6: the key 'format' is missing in targets.cartoon; add it."
    )]
    [InlineData(
        "batch_size: 64",
        "parameter_groups: [{l2: 1}]",
        "study.yaml, line 9: the key 'match' is missing in training.parameter_groups[0]; add it."
    )]
    public void A_missing_key_is_told_with_the_line_of_what_lacks_it(string old, string with, string message) =>
        Assert.Equal(message, folder.ErrorWith(old, with));

    [Theory]
    [InlineData(
        "epochs: 24",
        "epochs: ten",
        "study.yaml, line 8: training.epochs must be a whole number, but is 'ten'."
    )]
    [InlineData(
        "epochs: 24",
        "epochs: '10'",
        "study.yaml, line 8: training.epochs must be a whole number, but is the quoted text '10'."
    )]
    [InlineData(
        "epochs: 24",
        "epochs: 1.5",
        "study.yaml, line 8: training.epochs must be a whole number, but is '1.5'."
    )]
    [InlineData(
        "epochs: 24",
        "epochs: [24]",
        "study.yaml, line 8: training.epochs must be a whole number, but is a list."
    )]
    [InlineData(
        "epochs: 24",
        "epochs:",
        "study.yaml, line 8: training.epochs is empty; give it a value or remove the key."
    )]
    [InlineData(
        "learning_rate: 0.02",
        "learning_rate: fast",
        "study.yaml, line 13: runs.P-T.learning_rate must be a number, but is 'fast'."
    )]
    [InlineData(
        "learning_rate: 0.02",
        "learning_rate: {a: 1}",
        "study.yaml, line 13: runs.P-T.learning_rate must be a list, but is a mapping."
    )]
    [InlineData(
        "batch_size: 64",
        "keep_best: yes",
        "study.yaml, line 9: training.keep_best must be true or false, but is 'yes'."
    )]
    [InlineData("{size: 32}", "32", "study.yaml, line 3: images must be a mapping of keys to values, but is '32'.")]
    [InlineData("cifar_resnet20", "[a]", "study.yaml, line 2: network must be text, but is a list.")]
    [InlineData(
        "batch_size: 64",
        "parameter_groups: {}",
        "study.yaml, line 9: training.parameter_groups must be a list, but is a mapping."
    )]
    public void A_value_of_the_wrong_type_is_told_with_what_it_is(string old, string with, string message) =>
        Assert.Equal(message, folder.ErrorWith(old, with));

    [Theory]
    [InlineData("epochs: 24", "epochs: -1", "line 8: training.epochs must be at least 0, but is -1.")]
    [InlineData(
        "epochs: 24",
        "epochs: 3000000000",
        "line 8: training.epochs must be at most 2147483647, but is 3000000000."
    )]
    [InlineData("batch_size: 64", "batch_size: 0", "line 9: training.batch_size must be at least 1, but is 0.")]
    [InlineData(
        "learning_rate: 0.02",
        "learning_rate: 0",
        "line 13: runs.P-T.learning_rate must be above 0, but is '0'."
    )]
    [InlineData(
        "learning_rate: 0.02",
        "learning_rate: [0.1, -.5]",
        "line 13: runs.P-T.learning_rate[1] must be above 0, but is '-.5'."
    )]
    [InlineData(
        "learning_rate: 0.02",
        "learning_rate: .inf",
        "line 13: runs.P-T.learning_rate must be a finite number, but is '.inf'."
    )]
    [InlineData(
        "learning_rate: 0.02",
        "learning_rate: 1e999",
        "line 13: runs.P-T.learning_rate must be a finite number, but is '1e999'."
    )]
    [InlineData(
        "learning_rate: 0.02",
        "learning_rate: .nan",
        "line 13: runs.P-T.learning_rate must be a finite number, but is '.nan'."
    )]
    [InlineData("seeds: [1, 2]", "seeds: [1, -2]", "line 14: runs.P-T.seeds[1] must be at least 0, but is -2.")]
    [InlineData("seeds: [1, 2]", "seeds: [1, 1]", "line 14: runs.P-T.seeds[1] lists 1 twice; remove one of the two.")]
    [InlineData("seeds: [1, 2]", "seeds: []", "line 14: runs.P-T.seeds is an empty list; write at least one value.")]
    [InlineData(
        "batch_size: 64",
        "optimizer: {momentum: 1}",
        "line 9: training.optimizer.momentum must be at least 0 and below 1, but is '1'."
    )]
    [InlineData(
        "batch_size: 64",
        "optimizer: {weight_decay: -1}",
        "line 9: training.optimizer.weight_decay must be 0 or more, but is '-1'."
    )]
    [InlineData(
        "batch_size: 64",
        "optimizer: {name: adamw, momentum: 0.9}",
        "line 9: training.optimizer.momentum is not a setting of adamw; remove it or choose the other optimizer."
    )]
    [InlineData(
        "batch_size: 64",
        "optimizer: {nesterov: true, momentum: 0}",
        "line 9: training.optimizer has nesterov without momentum; give a momentum above 0."
    )]
    [InlineData(
        "batch_size: 64",
        "optimizer: {name: sdg}",
        "line 9: training.optimizer.name has the unknown value 'sdg'; did you mean 'sgd'?"
    )]
    [InlineData(
        "batch_size: 64",
        "schedule: {name: multi_step, milestones: [4, 4]}",
        "line 9: training.schedule.milestones[1] is 4 after 4; sort milestones in ascending order."
    )]
    [InlineData(
        "batch_size: 64",
        "schedule: {name: multi_step}",
        "line 9: training.schedule is multi_step without milestones; list the epochs at which the learning rate falls."
    )]
    [InlineData(
        "batch_size: 64",
        "schedule: {name: cosine, gamma: 0.1}",
        "line 9: training.schedule.gamma is a setting of multi_step, but the schedule is cosine; remove it or choose multi_step."
    )]
    [InlineData(
        "batch_size: 64",
        "schedule: {name: multi_step, milestones: [4], gamma: 0}",
        "line 9: training.schedule.gamma must be above 0, but is '0'."
    )]
    [InlineData("batch_size: 64", "mixup: -0.1", "line 9: training.mixup must be 0 or more, but is '-0.1'.")]
    [InlineData(
        "batch_size: 64",
        "augment: all",
        "line 9: training.augment must be none, or a mapping with crop_padding, resized_crop, horizontal_flip or affine."
    )]
    [InlineData(
        "batch_size: 64",
        "augment: {affine: {rotation: 181}}",
        "line 9: training.augment.affine.rotation must be from 0 to 180, but is '181'."
    )]
    [InlineData(
        "batch_size: 64",
        "augment: {affine: {fill: 256}}",
        "line 9: training.augment.affine.fill must be at most 255, but is 256."
    )]
    [InlineData("{size: 32}", "{size: 0}", "line 3: images.size must be at least 1, but is 0.")]
    [InlineData(
        "{size: 32}",
        "{size: 32, resize: 31}",
        "line 3: images.resize must be at least images.size, which is 32, but is 31."
    )]
    [InlineData(
        "{size: 32}",
        "{size: 32, normalize: other}",
        "line 3: images.normalize has the unknown value 'other'; write imagenet, inception, clip, chexpert, none, or three means and three standard deviations as M,M,M/S,S,S, the latter in quotes."
    )]
    [InlineData(
        "image_folder,",
        "image_folder, limit: 0,",
        "line 6: targets.cartoon.limit must be at least 1, but is 0."
    )]
    [InlineData(
        "image_folder",
        "imagefolder",
        "line 6: targets.cartoon.format has the unknown value 'imagefolder'; did you mean 'image_folder'?"
    )]
    [InlineData(
        "init: pretrained",
        "init: pretraind",
        "line 12: runs.P-T.init has the unknown value 'pretraind'; did you mean 'pretrained'?"
    )]
    [InlineData(
        "{points: 11}",
        "{points: .inf}",
        "line 16: analyses.performance_barrier.points must be a whole number, but is '.inf'."
    )]
    public void A_value_out_of_range_is_told_with_the_range(string old, string with, string message) =>
        Assert.Equal($"study.yaml, {message}", folder.ErrorWith(old, with));

    [Fact]
    public void A_pattern_that_is_no_regular_expression_is_told_with_its_line() =>
        Assert.StartsWith(
            "study.yaml, line 10: training.parameter_groups[0].match is not a regular expression (",
            folder.ErrorWith("batch_size: 64", "parameter_groups:\n  - match: 'bias('"),
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("cartoon-from-cifar", "a b")]
    [InlineData("cartoon-from-cifar", ".a")]
    [InlineData("cartoon-from-cifar", "../a")]
    [InlineData("cartoon-from-cifar", "''")]
    [InlineData("  cartoon:", "  a/b:")]
    [InlineData("  P-T:", "  '':")]
    [InlineData("  P-T:", "  ' a':")]
    public void A_name_that_cannot_be_a_folder_is_refused(string old, string with) =>
        Assert.Contains("has the invalid name", folder.ErrorWith(old, with), StringComparison.Ordinal);

    [Fact]
    public void A_run_may_be_called_as_the_papers_do() =>
        Assert.Equal(
            "RI + P-T.2",
            folder.Read(StudyFolder.Plain.Replace("P-T:", "RI + P-T.2:", StringComparison.Ordinal)).Runs[0].Key
        );

    [Fact]
    public void A_run_from_P_needs_a_P() =>
        Assert.Equal(
            "study.yaml, line 11: runs.P-T.init is pretrained, but the study has no pretrained section; add one with weights or data, or write random.",
            folder.ErrorWith("pretrained: {weights: p.th}\n", "")
        );

    [Theory]
    [InlineData(
        "{weights: p.th, seed: 1}",
        "line 4: pretrained.seed cannot be combined with weights: P is read from a file or trained; remove seed or weights."
    )]
    [InlineData("{weights: {key: teacher}}", "line 4: the key 'file' is missing in pretrained.weights; add it.")]
    [InlineData(
        "{weights: {file: p.th, kye: teacher}}",
        "line 4: unknown key 'kye' in pretrained.weights; did you mean 'key'?"
    )]
    [InlineData(
        "{seed: 1}",
        "line 4: pretrained has neither weights nor data; give P's weights file, or the data to train P on."
    )]
    [InlineData(
        "{data: {format: synthetic, style: photo, train: 1, test: 1}, keep: [1], training: {keep: [2]}}",
        "line 4: pretrained.keep is given in pretrained.training too; remove one of the two."
    )]
    public void P_comes_from_one_place(string with, string message) =>
        Assert.Equal($"study.yaml, {message}", folder.ErrorWith("{weights: p.th}", with));

    [Theory]
    [InlineData(
        "p.th}",
        "q.th}",
        "line 4: pretrained.weights names '",
        "q.th', a file or folder that does not exist; give another path, relative to the study file's folder."
    )]
    [InlineData(
        "p.th}",
        "{file: q.th, key: teacher}}",
        "line 4: pretrained.weights.file names '",
        "q.th', a file or folder that does not exist; give another path, relative to the study file's folder."
    )]
    [InlineData(
        "test: cartoon/test",
        "test: cartoon/tset",
        "line 6: targets.cartoon.test names '",
        "cartoon/tset', a folder that does not exist; give another path, relative to the study file's folder."
    )]
    [InlineData(
        "test: cartoon/test",
        "test: p.th",
        "line 6: targets.cartoon.test names '",
        "p.th', which is a file and not a folder; give another path, relative to the study file's folder."
    )]
    [InlineData("test: cartoon/test", "test: ''", "line 6: targets.cartoon.test is an empty path; write one.", "")]
    public void A_path_that_leads_nowhere_is_told_before_any_work(string old, string with, string begin, string end) =>
        Assert.Equal($"study.yaml, {begin}{end}", folder.ErrorWith(old, with));

    [Fact]
    public void An_unknown_network_is_told_with_the_nearest() =>
        Assert.Equal(
            "study.yaml, line 2: network has the unknown value 'cifar_resnet20'; did you mean 'cifar_resnet32'?",
            folder.Error(StudyFolder.Plain, networks: ["resnet18", "cifar_resnet32"])
        );

    [Theory]
    [InlineData(
        "performance_barier:",
        "study.yaml, line 16: unknown key 'performance_barier' in analyses; did you mean 'performance_barrier'?"
    )]
    [InlineData(
        "performance_barrier: {point: 3}\n  #",
        "study.yaml, line 16: unknown key 'point' in analyses.performance_barrier; did you mean 'points'?"
    )]
    [InlineData(
        "mistakes: {points: 3}\n  x:",
        "study.yaml, line 17: unknown key 'x' in analyses; write one of performance_barrier, mistakes."
    )]
    [InlineData(
        "mistakes: {points: 3}\n  #",
        "study.yaml, line 16: unknown key 'points' in analyses.mistakes; it takes none."
    )]
    public void An_unknown_analysis_or_setting_is_told_with_the_nearest(string with, string message) =>
        Assert.Equal(
            message,
            folder.Error(
                StudyFolder.Plain.Replace("performance_barrier:", with, StringComparison.Ordinal),
                analyses: [new PairsAnalysis(), new EmptyAnalysis("mistakes")]
            )
        );
}
