using System.Globalization;
using TransferLens.Scaling;

// Each command prints some of the figures in docs/scaling.md. benchmarks/scaling/run calls all of them.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
int Number(int position, int otherwise) =>
    args.Length > position ? int.Parse(args[position], CultureInfo.InvariantCulture) : otherwise;
switch (args.FirstOrDefault())
{
    case "study":
        Console.Write(ManyTasks.Study(Number(1, 358), Number(2, 4)));
        return 0;
    case "plan":
        Planning.Measure(args[1]);
        return 0;
    case "local":
        await Scheduling.LocalAsync(
            args[1],
            Number(2, 1000),
            Number(3, Environment.ProcessorCount),
            args.ElementAtOrDefault(4)
        );
        return 0;
    case "slurm":
        await Scheduling.SlurmAsync(args[1], Number(2, 200), Number(3, 1));
        return 0;
    case "images":
        ManyImages.Measure(args[1], Number(2, 1_000_000));
        return 0;
    case "paper":
        Paper.Print(args[1], Number(2, 300));
        return 0;
    case "csv":
        ManyLines.Measure(args[1], Number(2, 1_000_000));
        return 0;
    default:
        Console.Error.WriteLine(
            """
            scaling study [TARGETS SEEDS]
            scaling plan STUDY
            scaling local FOLDER [TASKS JOBS PROGRAM]
            scaling slurm FOLDER [TASKS TASKS_PER_JOB]
            scaling images FOLDER [COUNT]
            scaling csv FOLDER [LINES]
            scaling paper STUDIES [RATE]
            """
        );
        return 2;
}
