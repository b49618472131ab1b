using System.Collections.Immutable;
using TransferLens.Studies.Declarations;

namespace TransferLens.Tests;

/// <summary>Values of a setting.</summary>
internal enum Weather
{
    /// <summary>The first.</summary>
    Sunny,

    /// <summary>The second, of two words.</summary>
    PartlyCloudy,
}

/// <summary>A setting of every type that settings have.</summary>
internal sealed record EveryType
{
    [Setting("A whole number", Minimum = 2, Maximum = 9)]
    public int Points { get; init; } = 3;

    [Setting("A whole number without a range")]
    public int Seed { get; init; }

    [Setting("A number between 0 and 1", Minimum = 0, Maximum = 1, AboveMinimum = true, BelowMaximum = true)]
    public double Share { get; init; } = 0.5;

    [Setting("A number from -1 on", Minimum = -1)]
    public double Scale { get; init; } = 1;

    [Setting("A flag")]
    public bool Flag { get; init; } = true;

    [Setting("Any text")]
    public string Text { get; init; } = "some";

    [Setting("One of two words", Words = "first all")]
    public string Word { get; init; } = "first";

    [Setting("An enumeration")]
    public Weather Weather { get; init; } = Weather.PartlyCloudy;

    [Setting("A whole number, or none", Minimum = 0, Default = "as many as fit")]
    public int? Limit { get; init; }

    [Setting("A number, or none", Maximum = 1)]
    public double? Delta { get; init; }

    [Setting("A flag, or none")]
    public bool? Maybe { get; init; }

    [Setting("Text, or none")]
    public string? Run { get; init; }

    [Setting("An enumeration, or none")]
    public Weather? Forecast { get; init; }

    [Setting("Whole numbers", Minimum = 0)]
    public ImmutableArray<int> Seeds { get; init; } = [1, 2];

    [Setting("Numbers", Minimum = 0, Maximum = 1)]
    public ImmutableArray<double> Alphas { get; init; } = [0, 0.5];

    [Setting("Texts", Default = "all of them")]
    public ImmutableArray<string> Texts { get; init; } = [];

    [Setting("Words", Words = "last best")]
    public ImmutableArray<string> Checkpoint { get; init; } = ["last"];

    [Setting("Enumerations")]
    public ImmutableArray<Weather> Days { get; init; } = [Weather.Sunny];
}
