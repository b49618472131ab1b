using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TransferLens.Report.Content;
using TransferLens.Studies.Inputs;
using TransferLens.Studies.Metrics;
using TransferLens.Studies.Plans;

namespace TransferLens.Runs;

/// <summary>The models that a finished study offers to export: the best run, and those of its analyses.</summary>
internal static class StudyModels
{
    /// <summary>What users call the models that studies can offer, in the order of reports.</summary>
    public static ImmutableArray<string> Words(Catalog catalog) =>
        [BestRun.Word, .. catalog.Analyses.Select(analysis => analysis.ModelWord).OfType<string>()];

    /// <summary>Names of the targets.</summary>
    public static ImmutableArray<string> Targets(Plan plan) => [.. plan.Runs.Select(run => run.Target).Distinct()];

    /// <summary>All models on offer with what users call them: by target, the best run first.</summary>
    public static ImmutableArray<(string Word, ModelOffer Offer)> All(
        Plan plan,
        ImmutableArray<AnalysisSection> sections,
        Catalog catalog,
        ITaskResults results
    )
    {
        (string Word, ModelOffer Offer)[] analyzed =
        [
            .. from section in sections
            from offer in section.Models
            select (Word: catalog.Analysis(section.Name).ModelWord!, Offer: offer),
        ];
        return
        [
            .. Targets(plan)
                .SelectMany(target =>
                    analyzed
                        .Where(model => model.Offer.Target == target)
                        .Prepend((Word: BestRun.Word, Offer: BestRun.Offer(plan, target, results)))
                )
                .Where(model => model.Offer.Model is not null),
        ];
    }

    /// <summary>Finds a model.</summary>
    /// <param name="run">The study, finished.</param>
    /// <param name="model">One of <see cref="Words"/>, or the label of a run.</param>
    /// <param name="target">Name of the target.</param>
    /// <exception cref="InputException">The study is not finished, its results were removed, it lacks the analysis that
    /// offers the model, or there is no such model.</exception>
    public static ModelOffer Find(StudyRun run, string model, string target)
    {
        if (run.Missing is [var missing, ..])
        {
            throw new InputException(
                $"The store '{run.Store.Folder}' does not contain the task '{missing.Title}' of this study: it has not "
                    + "run, or was removed. Run the study again; finished tasks are kept."
            );
        }

        var (plan, results) = (run.Plan, new StoreResults(run.Store));
        if (model == BestRun.Word)
        {
            return BestRun.Offer(plan, target, results);
        }

        if (run.Catalog.Analyses.FirstOrDefault(analysis => analysis.ModelWord == model) is { } offering)
        {
            return Concluded(run, offering, results).Models.FirstOrDefault(offer => offer.Target == target)
                ?? throw new InputException($"The analysis {offering.Name} offers no model on {target}.");
        }

        return plan.Runs.FirstOrDefault(one => one.Target == target && one.Label == model) is { } named
            ? BestRun.Named(named, results)
            : throw Unknown(run, model, target);
    }

    /// <summary>The form of models in <c>results.json</c>.</summary>
    public static JsonArray Json(Plan plan, ImmutableArray<(string Word, ModelOffer Offer)> models) =>
        new([.. models.Select(model => Json(plan, model.Word, model.Offer))]);

    /// <summary>The lines of models in the report.</summary>
    public static ImmutableArray<ModelLine> Lines(Plan plan, ImmutableArray<(string Word, ModelOffer Offer)> models)
    {
        var isOneTarget = Targets(plan).Length == 1;
        return
        [
            .. models.Select(model =>
            {
                var offer = model.Offer;
                var (name, score) = (offer.Model!.Name, offer.Model.Score);
                return new ModelLine(
                    offer.Target,
                    model.Word,
                    name,
                    offer.Reason,
                    (score.Value, score.Low, score.High),
                    ExportLine.Create(model.Word, offer.Target, isOneTarget)
                )
                {
                    Metric = score.Metric,
                };
            }),
        ];
    }

    private static AnalysisSection Concluded(StudyRun run, IAnalysis analysis, StoreResults results) =>
        run.Plan.Analyses.FirstOrDefault(planned => planned.Name == analysis.Name) is { } found
            ? StudyResults.Conclude(run.Plan, analysis, found, StudyResults.Planned(run.Plan, run.Catalog), results)
            : throw new InputException(
                $"The study has no analysis {analysis.Name}, which offers the model '{analysis.ModelWord}'. Add it to "
                    + "analyses in the study file, and run the study again."
            );

    private static InputException Unknown(StudyRun run, string model, string target)
    {
        var runs = run.Plan.Runs.Where(one => one.Target == target).Select(one => one.Label);
        return new(
            $"The study has no model '{model}' on {target}. Write {string.Join(", ", Words(run.Catalog))}, or the name "
                + $"of a run: {string.Join(", ", runs)}."
        );
    }

    private static JsonObject Json(Plan plan, string word, ModelOffer offer)
    {
        var (model, score) = (offer.Model!, offer.Model!.Score);
        var json = new JsonObject
        {
            ["target"] = offer.Target,
            ["model"] = word,
            ["name"] = model.Name,
            ["reason"] = offer.Reason,
            ["chosenOnTestImages"] = offer.ChosenOnTestImages,
            [score.Metric.JsonKey] = score.Value,
            ["low"] = score.Low,
            ["high"] = score.High,
        };
        if (plan.Runs.First(run => run.Target == offer.Target).MetricOverride is not null)
        {
            json["metric"] = DescribedMetric.Write(score.Metric);
        }

        return json;
    }
}
