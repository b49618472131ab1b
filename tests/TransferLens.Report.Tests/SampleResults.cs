using System.Text.Json.Nodes;

namespace TransferLens.Report.Tests;

/// <summary>A small <c>results.json</c>. Every call creates a new one, which tests may change.</summary>
internal static class SampleResults
{
    public static JsonObject Json(string study, string target = "cartoon") =>
        JsonNode
            .Parse(
                $$$$"""
                {
                  "version": 2,
                  "study": "{{{{study}}}}",
                  "network": "cifar_resnet20",
                  "images": {"size": 32, "resize": 32, "normalize": "imagenet"},
                  "pretrained": {
                    "kind": "train",
                    "key": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
                  },
                  "data": {
                    "source": null,
                    "targets": [{
                      "target": "{{{{target}}}}",
                      "train": {"images": 400, "skipped": 0, "digest": "aaaa"},
                      "test": {"images": 1280, "skipped": 0, "digest": "bbbb"}
                    }]
                  },
                  "runs": [
                    {{{{Run(target, "P-T", 1, "pretrained", 0.02, 0.70)}}}},
                    {{{{Run(target, "P-T", 2, "pretrained", 0.02, 0.72)}}}},
                    {{{{Run(target, "P-T fast", 1, "pretrained", 0.1, 0.40)}}}},
                    {{{{Run(target, "RI-T", 1, "random", 0.1, 0.50)}}}},
                    {{{{Run(target, "RI-T", 2, "random", 0.1, 0.56)}}}}
                  ],
                  "analyses": {
                    "performance_barrier": [
                      {{{{Pair(target, "P-T s1", "P-T s2", 0.04)}}}},
                      {{{{Pair(target, "P-T s1", "RI-T s1", 0.5)}}}},
                      {{{{Pair(target, "RI-T s1", "RI-T s2", 0.4)}}}},
                      {"target": "{{{{target}}}}", "runs": ["P-T s1"], "plane": {}}
                    ],
                    "mistakes": [{
                      "target": "{{{{target}}}}", "first": "P-T s1", "second": "P-T s2", "diverged": false,
                      "ensemble": {"gainOverMean": {"value": 0.01, "low": -0.01, "high": 0.03}}
                    }],
                    "model_soup": [{
                      "target": "{{{{target}}}}", "run": "P-T",
                      "soup": {
                        "raw": {"gainOverMean": {"value": -0.2, "low": -0.3, "high": -0.1}},
                        "recalibrated": {"gainOverMean": {"value": 0.02, "low": 0.01, "high": 0.03}}
                      }
                    }],
                    "checkpoint_sweep": {
                      "source": [{"epoch": 0}, {"epoch": 8}, {"epoch": 10}],
                      "targets": [{"target": "{{{{target}}}}", "earliestEpoch": 8}]
                    },
                    "feature_reuse": [{"target": "{{{{target}}}}", "blocks": [
                      {"block": "channels", "relativeDropPercent": null},
                      {"block": "1", "relativeDropPercent": {"value": 5, "low": 1, "high": 9}},
                      {"block": "32", "relativeDropPercent": {"value": 30, "low": 25, "high": 35}}]}]
                  },
                  "findings": [
                    {
                      "analysis": "learning_curves",
                      "sentence": "Pretraining helps on {{{{target}}}} in {{{{study}}}}.",
                      "confidence": "medium", "evidence": [], "recommendation": "Start from P.",
                      "decision": {"p": 0.003, "runs": 2, "coversSeeds": true, "adjustedP": 0.02},
                      "question": "Does pretraining help?", "target": "{{{{target}}}}"
                    },
                    {
                      "analysis": "parameter_distance", "sentence": "They are close.",
                      "confidence": "low", "evidence": [], "recommendation": null
                    }
                  ]
                }
                """
            )!
            .AsObject();

    private static string Run(string target, string run, int seed, string init, double rate, double accuracy) =>
        FormattableString.Invariant(
            $$$$"""
            {
              "target": "{{{{target}}}}", "run": "{{{{run}}}}", "label": "{{{{run}}}} s{{{{seed}}}}",
              "init": "{{{{init}}}}", "learningRate": {{{{rate}}}}, "seed": {{{{seed}}}},
              "training": {"epochs": 24, "optimizer": {"name": "sgd"}}, "status": "finished",
              "accuracy": {{{{accuracy}}}},
              "low": {{{{accuracy - 0.02}}}}, "high": {{{{accuracy + 0.02}}}}
            }
            """
        );

    private static string Pair(string target, string first, string second, double barrier) =>
        FormattableString.Invariant(
            $$$$"""
            {
              "target": "{{{{target}}}}", "first": "{{{{first}}}}", "second": "{{{{second}}}}", "diverged": false,
              "raw": {"barrier": {"accuracy": 0.9}},
              "recalibrated": {"barrier": {"accuracy": {{{{barrier}}}} } }
            }
            """
        );
}
