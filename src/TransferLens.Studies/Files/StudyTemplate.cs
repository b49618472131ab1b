using TransferLens.Studies.Inputs;

namespace TransferLens.Studies.Files;

/// <summary>The commented example that <c>transferlens init</c> writes.</summary>
public static class StudyTemplate
{
    /// <summary>A whole study file; it is read back once the files that it names exist.</summary>
    /// <param name="name">The study's name.</param>
    /// <exception cref="InputException">It is no name of a study.</exception>
    public static string Text(string name) =>
        StudyName.IsName(name, others: "")
            ? Example.Replace("NAME", name, StringComparison.Ordinal)
            : throw new InputException(
                $"'{Sentence.Short(name)}' cannot be a study's name: write {StudyName.Rule("")}."
            );

    private const string Example =
        """
            # A study: what a network got from its pretrained weights when it was transferred to your images.
            # Paths are relative to this file. `transferlens plan` shows what would run, `transferlens run` runs it.
            # One value can be changed for one run of the command: --set training.epochs=1

            study: NAME                      # names the folder of the results: letters, digits, '.', '_', '-'

            network: cifar_resnet20          # must fit the weights below

            images:                        # what every image is brought to
              size: 32                       # side of the square cut from the centre, in pixels
              resize: 32                     # the shorter side is brought to this first; size unless given
              normalize: imagenet            # imagenet, chexpert, none, or means/deviations of red, green, blue: "0.5,0.5,0.5/0.25,0.25,0.25"

            pretrained:                      # P, what is transferred; left out when every run starts at random
              weights: weights.safetensors   # .safetensors, or a PyTorch checkpoint (.pth, .th); it is read without running its code;
                                             # or a list of P's checkpoints in order, the last being P, for checkpoint_sweep
              # Or train P here, and leave weights out:
              # data: {format: image_folder, train: source/train, test: source/test}
              # training: {epochs: 50}       # the keys of training below; what is left out has the default, not the value below
              # learning_rate: 0.1           # 0.1 unless given
              # seed: 0                      # 0 unless given; not one of the runs' seeds, or P and RI-T begin alike
              # keep: [0, 1, 2, 5, 10, last] # epochs whose weights can be transferred too

            targets:                         # the data sets transferred to, by a name of yours
              mine:
                format: image_folder         # image_folder: one folder of images for each class
                train: data/train
                test: data/test
                # limit: 1000                # at most so many images of each of train and test
                # train_limit: 1000          # at most so many of one of them
                # test_limit: 500
              # other: {format: cifar_binary, train: data_batch_1.bin, test: test_batch.bin}   # a file, or a folder of them
              # digits: {format: idx, train: mnist, test: mnist}                               # a file, or a folder
              # table: {format: csv, train: train.csv, test: test.csv, root: images}         # root: where the images lie
              # clipart: {format: domainnet, train: domainnet, test: domainnet, domain: clipart, subsample: 50000}
              #                              # the folder of the lists; subsample by NumPy's RandomState(subsample_seed: 2020)
              # imagenet: {format: imagenet, train: imagenet, test: imagenet}                  # the folder of train and val
              # drawn: {format: synthetic, style: clipart, train: 64, test: 32}                # images per class; needs no files;
              #                              # style photo, clipart, quickdraw, or noise, from which nothing can be
              #                              # learned; also size, seed, classes

            training:                        # how every run is trained, unless it says otherwise
              epochs: 24                     # passes over the training images; 0 keeps the initial weights
              batch_size: 64
              optimizer:
                name: sgd                    # sgd, or adamw
                momentum: 0.9                # sgd
                nesterov: false              # sgd
                weight_decay: 1.0e-4         # sgd: L2 through the gradient; adamw: decoupled
                # beta1: 0.9                 # adamw
                # beta2: 0.999               # adamw
                # epsilon: 1.0e-8            # adamw
              schedule:
                name: multi_step             # constant, multi_step, or cosine (to zero after the last epoch)
                milestones: [12, 18]         # multi_step: epochs, from 0, from which on the rate is multiplied by gamma once more
                gamma: 0.1
                warmup_epochs: 0             # the first so many epochs rise to the rate
              augment:                       # random changes of training images; or augment: none
                crop_padding: 4              # random crop after padding so many pixels on every side; 0 for none
                resized_crop: false          # random crop of 8 to 100 % of the area, brought back to size
                horizontal_flip: true
                # affine: {rotation: 15, shift: 0.05, scale: 0.05, fill: 128} # degrees, share of the side, 0.95 to 1.05; uncovered pixels
              loss: cross_entropy            # or binary_cross_entropy: each class a yes or no
              class_weights: none            # or balanced: rare classes count as much as frequent ones; needs cross_entropy
              mixup: 0                       # alpha of mixup; 0 for none
              precision: float32             # or bfloat16
              parameter_groups: []           # rules for parameters by name; the first whose pattern is found holds, for example
              # - match: ^conv1              # a regular expression searched for in the name
              #   learning_rate_scale: 0     # times the learning rate; 0 leaves them as they are, at no less cost: see freeze
              #   weight_decay: 0            # instead of the optimizer's
              #   l2: 0.01                   # adds l2 |w - w*|^2 to the loss
              #   l2_toward: initial         # w*: zero, or initial (the weights the run starts from)
              freeze: []                     # modules that keep the weights they start from: conv1, layer1.0, layer1 (all of it), backbone (all but the head)
              keep: [1, 2]                   # epochs whose weights are kept; the first (0) and the last always are
              keep_every: 0                  # keep every so many epochs too; 0 for none
              keep_best: false               # keep the epoch with the best test metric too (chosen on the test images)

            runs:                            # one training for each learning rate, seed and target
              P-T:                           # a name of yours; P-T: pretrained, then trained on the target
                init: pretrained             # pretrained: the weights above with a new head; random: all weights new
                learning_rate: 0.02          # one, or a list: [0.01, 0.02]
                seeds: [1, 2]                # a list, or one: 3 is the seed 3 and not three seeds; 1 unless given
              RI-T:                          # random initialization, then trained on the target
                init: random
                learning_rate: 0.1
                seeds: [1, 2]
                # init_seed: 1               # one seed of the initial weights for all seeds; each its own unless given
                # epochs: 48                 # any key of training, for this run only

            analyses:                        # the questions asked; a name without settings takes the defaults
              learning_curves:               # does pretraining help, by how much, and how early?
              mistakes:                      # do two trainings err on the same images?
              feature_similarity:            # do they hold the same features, module by module?
              parameter_distance:            # how far apart do they lie?
              performance_barrier:           # does accuracy fall on the line between two of them, so may they be averaged?
                points: 11                   # points on the line, both ends among them
              model_soup:                    # what does the average of the seeds' weights gain or lose?
              module_criticality:            # which modules matter, which could be reset?
                paths: none                  # direct: noise on the way from the initial weights too, which takes longer
                check_frozen: true           # trains once more with those frozen that rewinding does not show to matter
              weight_spectrum:               # singular values of the weights
              # fine_tuning_depth:           # trains again with less of the network trained: accuracy against training cost
              #   rungs: [head, last_stage, whole, scratch]
              # feature_reuse:               # trains again on block-shuffled images: how much of the gain is feature reuse?
              #   block_sizes: [channels, 1, 4, 8, 16]
              # checkpoint_sweep:            # from which checkpoint of a pretraining trained here is it worth starting?

            slurm:                           # for `transferlens run STUDY --executor slurm`; decides nothing of the results
              # partition: gpu               # what every job asks for; what is left out is the cluster's default
              # time: 4:00:00                # minutes, hours:minutes:seconds, days-hours, ...
              cpus: 4                        # 1 unless given; as many threads
              # memory: 16G
              # gpus: 1                      # or a100:1
              # lines: [--account=vision]    # further options of sbatch
              # kinds:                       # other for a kind of task; `transferlens plan` names the kinds
              #   train: {time: 12:00:00}
              # setup: [module load cuda]    # shell lines before the command
              # command: transferlens        # how a node finds this program; where it lies now unless given
              in_flight: 100                 # at most so many jobs in the queue at a time
              retries: 2                     # how often a task that failed or was broken off is tried again
              images_per_job: 50000        # short tasks share a job until they pass so many images forward,
              tasks_per_job: 16              # or are so many
              poll: 10                       # seconds between two questions to Slurm
            """ + "\n";
}
