using TransferLens.Cli;
using TransferLens.Cli.Processes;

RestartedProcess.Begin(args);
var root = CommandLine.Root();
return await CommandLine.InvokeAsync(root, args).ConfigureAwait(false);
