using TransferLens.Cli;

var root = CommandLine.Root();
return await CommandLine.InvokeAsync(root, args).ConfigureAwait(false);
