using TransferLens.Studies.Files;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Plans;
using TransferLens.Vision.Weights.Hub;

namespace TransferLens.Runs;

/// <summary>
/// Models of the Hugging Face hub that a study names, each fetched once into the hub's cache. Tasks read them there and
/// never connect.
/// </summary>
/// <param name="settings">Cache, address and token; null for those of the environment.</param>
/// <param name="progress">Receives the progress of downloads, or null.</param>
internal sealed class HubWeights(HubSettings? settings, IProgress<TaskProgress>? progress) : IRemoteWeights
{
    private readonly Dictionary<HubModel, HubSnapshot> fetched = [];

    /// <summary>Why a model may be old, a sentence each.</summary>
    public IEnumerable<string> Remarks => fetched.Values.Select(snapshot => snapshot.Remark).OfType<string>();

    /// <inheritdoc/>
    public bool IsNamed(string text) => HubModel.IsNamed(text);

    /// <inheritdoc/>
    /// <exception cref="InputException">The name is invalid, or the model cannot be fetched.</exception>
    public FetchedWeights Fetch(string text)
    {
        var model = HubModel.Parse(text);
        if (!fetched.TryGetValue(model, out var snapshot))
        {
            var from = settings ?? HubSettings.From(Environment.GetEnvironmentVariable);
            fetched.Add(model, snapshot = HubSnapshot.Open(model, from, progress));
        }

        return new(snapshot.Folder, $"{model with { Revision = snapshot.Commit }}");
    }
}
