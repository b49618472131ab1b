using System.Globalization;
using TransferLens.Speed;
using TransferLens.Speed.Cases;
using TransferLens.Studies.Inputs;

// TransferLens against PyTorch scripts, case by case and in turn; benchmarks/run builds and calls it.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is ["inside", ..])
{
    Inside.Run(args[1..]);
    return 0;
}

try
{
    var options = Options.Of(args);
    var names = new Dictionary<string, Func<Inputs, Contest?>>
    {
        ["start"] = StartCase.Create,
        ["training"] = inputs => TrainingCase.Create(inputs, options.Quick),
        ["barrier"] = BarrierCase.Create,
        ["evaluation"] = LargeCase.Evaluation,
        ["large"] = LargeCase.Training,
        ["rewinding"] = RewindingCase.Create,
        ["cka"] = SimilarityCase.Create,
        ["shuffle"] = inputs => ShuffleCase.Create(inputs, options.Quick),
        ["decoding"] = DecodingCase.Create,
        ["study"] = inputs => StudyCase.Create(inputs, options.Quick),
        ["memory"] = _ => null,
    };
    if (options.Cases.FirstOrDefault(name => !names.ContainsKey(name)) is { } odd)
    {
        throw new InputException($"There is no case '{odd}'; the cases are {string.Join(", ", names.Keys)}.");
    }

    return Benchmark.Run(options, names);
}
catch (InvalidOperationException failure)
{
    Console.Error.WriteLine(failure.Message);
    return 1;
}
catch (InputException wrong)
{
    Console.Error.WriteLine(wrong.Message);
    return 2;
}
