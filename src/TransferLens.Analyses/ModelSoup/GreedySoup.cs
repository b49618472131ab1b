using System.Collections.Immutable;
using System.Text.Json.Serialization;
using TransferLens.Analyses.Interpolation;

namespace TransferLens.Analyses.ModelSoup;

/// <summary>
/// A greedy soup: members sorted by their validation score, the best first; each is added if the validation score of
/// the average with it is not lower than without it. Its validation score is never below that of its best member.
/// Source: Wortsman et al. 2022, Model soups, recipe 1.
/// </summary>
/// <param name="Steps">One for each member, in the order in which they were tried.</param>
/// <param name="Validation">Validation score of the soup.</param>
public sealed record GreedySoup(ImmutableArray<GreedyStep> Steps, double Validation)
{
    /// <summary>Indices of the members that were added, the best first; at least one.</summary>
    [JsonIgnore]
    public ImmutableArray<int> Members => [.. Steps.Where(step => step.Added).Select(step => step.Member)];

    /// <summary>The members that were tried after the first.</summary>
    [JsonIgnore]
    public IEnumerable<GreedyStep> Tried => Steps.Skip(1);

    /// <summary>
    /// Whether the barrier foretold the refusals: whether that of every refused member is above that of every member
    /// that was added. Null where no member was refused, or none but the first was added: then nothing tells.
    /// </summary>
    [JsonIgnore]
    public bool? BarrierForetold
    {
        get
        {
            var added = Tried.Where(step => step.Added).Select(step => step.Barrier).OfType<double>().ToList();
            var refused = Tried.Where(step => !step.Added).Select(step => step.Barrier).OfType<double>().ToList();
            return added.Count == 0 || refused.Count == 0 ? null : refused.Min() > added.Max();
        }
    }
}

/// <summary>A member that was tried.</summary>
/// <param name="Member">Its index among those that were given.</param>
/// <param name="Score">Its own validation score.</param>
/// <param name="SoupScore">Validation score of the soup with it.</param>
/// <param name="Added">Whether it was added.</param>
/// <param name="Barrier">
/// Barrier in the score on the line from the soup before it to the member, at
/// <see cref="GreedyMeasurement.LinePoints"/> points on validation images; null for the first member, which meets no
/// soup.
/// </param>
/// <param name="LossBarrier">The same in the loss, in nats; NaN, null in JSON, where a loss is not finite.</param>
public sealed record GreedyStep(
    int Member,
    double Score,
    double SoupScore,
    bool Added,
    double? Barrier,
    [property: JsonConverter(typeof(NullWhenUndefined))] double LossBarrier
);
