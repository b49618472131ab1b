using TransferLens.Cli;
using TransferLens.Cli.Runs;

RestartedProcess.Begin(args);
var root = CommandLine.Root();
return await CommandLine.InvokeAsync(root, args).ConfigureAwait(false);
