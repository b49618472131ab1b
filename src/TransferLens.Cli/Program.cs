Console.WriteLine(TransferLens.Runtime.TensorRuntime.Status());
