using TransferLens.Vision.Models.Onnx.Networks;
using TransferLens.Vision.Models.Onnx.Structure;
using static TorchSharp.torch;

namespace TransferLens.Vision.Tests.Models.Onnx;

public sealed class ScratchTests
{
    [Fact]
    public void Try()
    {
        foreach (var file in Directory.GetFiles("/work/onnx", Environment.GetEnvironmentVariable("ONNX_FILES") ?? "*.onnx").Order())
        {
            var log = new StringWriter();
            log.Write(Path.GetFileName(file) + " ");
            try
            {
                var watch = System.Diagnostics.Stopwatch.StartNew();
                var model = TransferLens.Vision.Models.Onnx.Files.OnnxFile.Read(file); var parse = watch.ElapsedMilliseconds; watch.Restart(); var definition = OnnxDefinition.Of(model, file);
                log.Write($"read {parse} + {watch.ElapsedMilliseconds} ms ");
                using var network = OnnxNetwork.Create(definition, "n", definition.Classes ?? 10, null);
                network.eval();
                using var scope = NewDisposeScope();
                using var frozen = no_grad();
                var state = network.state_dict();
                foreach (var weight in definition.Weights)
                {
                    state[weight.Name].copy_(weight.Read(definition.Classifier));
                }

                var x = Npy(file.Replace(".onnx", ".x.npy"));
                var y = Npy(file.Replace(".onnx", ".y.npy"));
                watch.Restart();
                var z = network.forward(x);
                if (z.isnan().any().item<bool>())
                {
                    var v = x;
                    foreach (var module in network.Modules) { v = module.Forward(v); log.Write($"{module.Name}:{v.isnan().sum().item<long>()} "); }
                    log.Write(string.Join(" ", definition.Weights.Where(w => state[w.Name].isnan().any().item<bool>()).Select(w => w.Name)));
                }
                log.Write($"forward {watch.ElapsedMilliseconds} ms ");
                watch.Restart();
                z = network.forward(x);
                log.Write($"{watch.ElapsedMilliseconds} ms ");
                log.WriteLine($"diff {((z - y).abs().max() / y.abs().max()).item<float>():g3}");
                log.WriteLine("   " + string.Join(" ", definition.ModuleNames));
            }
            catch (Exception e)
            {
                log.WriteLine(e.GetType().Name + " " + e.Message + (e is Studies.Inputs.InputException ? "" : e.StackTrace));
            }

            File.AppendAllText("/work/onnx/log.txt", log.ToString());
        }
    }

    private static Tensor Npy(string file)
    {
        var bytes = File.ReadAllBytes(file);
        var header = System.Text.Encoding.ASCII.GetString(bytes, 10, BitConverter.ToUInt16(bytes, 8));
        var shape = header[(header.IndexOf('(') + 1)..header.IndexOf(')')].Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Where(p => p.Trim().Length > 0).Select(long.Parse).ToArray();
        var tensor = empty(shape);
        bytes.AsSpan(10 + header.Length).CopyTo(tensor.bytes);
        return tensor;
    }
}
