using TransferLens.Studies.Inputs;

namespace TransferLens.Studies.Files;

/// <summary>The commented example that <c>transferlens init</c> writes.</summary>
internal static class StudyTemplate
{
    /// <summary>The text of a study file, which is valid once the files that it names exist.</summary>
    /// <param name="name">The study's name.</param>
    /// <exception cref="InputException">The name is invalid.</exception>
    public static string Text(string name) =>
        StudyName.IsName(name, others: "")
            ? Example.Replace("NAME", name, StringComparison.Ordinal)
            : throw new InputException(
                $"The study name '{Sentence.Short(name)}' is invalid; write {StudyName.Rule("")}."
            );

    private const string Example =
        """
            # A study: what fine-tuning on your images gains from pretrained weights.
            # Paths are relative to this file. `transferlens plan` shows the tasks, `transferlens run` runs them.
            # Override a value for one run of the command with --set, for example --set training.epochs=1

            study: NAME                      # also the name of the results folder: letters, digits, '.', '_', '-'

            network: cifar_resnet20          # must fit the weights below

            images:                          # preprocessing of all images
              size: 32                       # side of the square centre crop, in pixels
              resize: 32                     # the shorter side is resized to this first; default: size
              # resize_mode: squash          # shortest (default) keeps the shape; squash resizes both sides
              normalize: imagenet            # imagenet, inception, clip, chexpert, none, or means/deviations of red,
                                             # green and blue, in quotes, as in "0.5,0.5,0.5/0.25,0.25,0.25"
              # interpolation: bicubic       # the filter that resizes: bilinear (default) or bicubic
                                             # (preprocessing, if it is from_weights, takes these keys from
                                             # config.json and its like next to the weights)

            # metric: accuracy               # judges runs: accuracy, balanced_accuracy, macro_f1, top_5 or mean_auc;
                                             # accuracy by default, or mean_auc for multi-label images

            pretrained:                      # the pretrained weights, P; omit if every run starts from random weights
              weights: weights.safetensors   # a .safetensors file or PyTorch checkpoint (.pth, .th; no code is run),
                                             # or a list of P's checkpoints in order of training, for checkpoint_sweep
              # To train P in this study, replace weights by these keys:
              # data: {format: image_folder, train: source/train, test: source/test}
              # training: {epochs: 50}       # keys of training below; their defaults apply, not the values below
              # learning_rate: 0.1           # default: 0.1
              # seed: 0                      # default: 0; choose one that no run uses, or both start alike
              # keep: [0, 1, 2, 5, 10, last] # epochs whose weights are kept, for checkpoint_sweep

            targets:                         # the data sets to fine-tune on, with names of your choice
              mine:
                format: image_folder         # one folder of images per class; the other formats are csv, hf_parquet,
                                             # webdataset, npz, cifar_python, cifar_binary, idx, imagenet, domainnet,
                                             # chexpert and synthetic
                train: data/train
                test: data/test
                # limit: 1000                # largest number of images of train and of test
                # train_limit: 1000          # largest number of images of train only
                # test_limit: 500            # largest number of images of test only
              # divided: {format: image_folder, data: data/train, split: {test: 0.2, validation: 0.1, seed: 0}}
              #                              # one set of images, divided by class; validation is optional
              # other: {format: cifar_binary, train: data_batch_1.bin, test: test_batch.bin} # files, or folders of them
              # digits: {format: idx, train: mnist, test: mnist}                    # files, or folders of them
              # table: {format: csv, train: train.csv, test: test.csv, root: images} # root: folder of the images
              # clipart: {format: domainnet, train: domainnet, test: domainnet, domain: clipart, subsample: 50000}
              #                              # the folder of the lists; subsample is random, with subsample_seed
              # imagenet: {format: imagenet, train: imagenet, test: imagenet}       # the folder of train and val
              # drawn: {format: synthetic, style: clipart, train: 64, test: 32}     # images per class; needs no files
              #                              # styles are photo, clipart, quickdraw and noise (which cannot be learned);
              #                              # more keys are size, seed and classes

            training:                        # how every run is trained; a run may override any key
              epochs: 24                     # passes over the training images; 0 keeps the initial weights
              batch_size: 64
              optimizer:
                name: sgd                    # sgd or adamw
                momentum: 0.9                # sgd
                nesterov: false              # sgd
                weight_decay: 1.0e-4         # sgd: added to the gradient (L2); adamw: decoupled
                # beta1: 0.9                 # adamw
                # beta2: 0.999               # adamw
                # epsilon: 1.0e-8            # adamw
              schedule:
                name: multi_step             # constant, multi_step, or cosine (to zero after the last epoch)
                milestones: [12, 18]         # multi_step: epochs, from 0, at which the rate is multiplied by gamma
                gamma: 0.1
                warmup_epochs: 0             # epochs of linear warm-up
              augment:                       # random augmentation of training images; or augment: none
                crop_padding: 4              # random crop after padding each side with this many pixels; 0 for none
                resized_crop: false          # random crop of 8 to 100 % of the area, resized to size
                horizontal_flip: true
                # affine: {rotation: 15, shift: 0.05, scale: 0.05, fill: 128} # degrees, fraction of the side,
                                             # factor 0.95 to 1.05, value of uncovered pixels
              loss: cross_entropy            # or binary_cross_entropy, for multi-label images
              class_weights: none            # or balanced: classes contribute equally to cross_entropy
              mixup: 0                       # alpha of mixup; 0 for none
              precision: float32             # or bfloat16
              parameter_groups: []           # rules for parameters by name; the first that matches applies, for example
              # - match: ^conv1              # a regular expression that is searched for in the name
              #   learning_rate_scale: 0     # factor of the learning rate; 0 freezes, but saves no time: see freeze
              #   weight_decay: 0            # default: the optimizer's
              #   l2: 0.01                   # adds l2 |w - w*|^2 to the loss
              #   l2_toward: initial         # w*: zero, or initial (the run's initial weights)
              freeze: []                     # modules not to train: conv1, layer1.0, layer1 (all of its blocks),
                                             # or backbone (everything except the head)
              head: new                      # or probe: logistic regression on the last features comes first
              adapt: all                     # or norm_head: only normalization layers and the head
              lora: none                     # or {rank: 8, alpha: 16}: low-rank updates and the head
              layer_decay: 1                 # factor of the learning rate from each module to the one before
              keep: [1, 2]                   # epochs whose weights are kept, besides the first (0) and the last
              keep_every: 0                  # also keep every n-th epoch; 0 for none
              keep_best: false               # also keep the best epoch (on validation images, else on test images)
              evaluate_every: 1              # test after every n-th epoch, and before the first and after the last
              batch_norm_momentum: own       # or a number: weight of a batch in the running statistics, mostly 0.1

            runs:                            # one training run per target, learning rate and seed
              P-T:                           # a name of your choice; P-T: fine-tuned from pretrained weights
                init: pretrained             # pretrained: P with a new head; random: random weights
                learning_rate: [0.02, 0.1]   # one, or a list; a start with several is judged at its best one
                seeds: [1, 2]                # a list, or one: 3 is seed 3, not three seeds; default: 1
              RI-T:                          # trained from random initial weights
                init: random
                learning_rate: [0.02, 0.1]   # as P-T: otherwise the difference may come from the rates
                seeds: [1, 2]
                # init_seed: 1               # the same initial weights for all seeds; default: each seed has its own
                # epochs: 48                 # any key of training, for this run only

            analyses:                        # which questions to answer; without settings, the defaults apply
              learning_curves:               # Does pretraining help, how much, and how early?
              probe:                         # What do P's features give without training, and in which modules?
              mistakes:                      # Do two runs make the same mistakes?
              feature_similarity:            # Do two runs learn the same features, module by module?
              parameter_distance:            # How far apart are runs in parameter space?
              performance_barrier:           # Does accuracy fall between two runs, or may they be averaged?
                points: 11                   # points on the line, including both ends
              model_soup:                    # What does averaging the weights of all seeds gain or lose?
              wise_ft:                       # What did fine-tuning forget, and what can be recovered?
              module_criticality:            # Which modules matter, and which can be frozen?
                paths: none                  # or direct: also add noise on the path from initial weights; takes longer
                check_frozen: true           # freeze the modules whose rewinding costs at most 1 point, train again
              weight_spectrum:               # What are the singular values of the weights?
              # fine_tuning_depth:           # Trains in cheaper ways: accuracy against training cost
              #   rungs: [head, lp_ft, last_stage, whole, scratch] # also norm_head, lora, decay, modules
              # feature_reuse:               # Trains again on block-shuffled images: is the gain due to features?
              #   block_sizes: [channels, 1, 4, 8, 16]
              #   seeds: [1234, 1235, 1236]  # one permutation of the blocks each
              # checkpoint_sweep:            # Which checkpoint of the pretraining is enough to start from?

            slurm:                           # for `transferlens run STUDY --executor slurm`; does not affect results
              # partition: gpu               # resources of each job; default: the cluster's
              # time: 4:00:00                # minutes, hours:minutes:seconds, days-hours, ...
              cpus: 4                        # also the number of threads; default: 1
              # memory: 16G
              # gpus: 1                      # or a100:1
              # lines: [--account=vision]    # more options of sbatch
              # kinds:                       # other resources for single kinds of tasks; `transferlens plan` lists them
              #   train: {time: 12:00:00}
              # setup: [module load cuda]    # shell lines before the command
              # command: transferlens        # starts this program on a node; default: its path on this machine
              in_flight: 100                 # largest number of jobs in the queue at a time
              retries: 2                     # how often a failed or interrupted task is retried
              images_per_job: 50000          # short tasks share a job, up to this many forward passes of an image
              tasks_per_job: 16              # and this many tasks
              poll: 10                       # seconds between two queries of Slurm
            """ + "\n";
}
