using System.Collections.Immutable;
using TransferLens.Vision.Randomness;

namespace TransferLens.Vision.Formats.Synthetic;

/// <summary>A class of synthetic images.</summary>
/// <param name="Name">Name of the class.</param>
/// <param name="Draw">Draws an object of the class, upright.</param>
/// <param name="Turn">How far it is usually turned, in degrees to either side.</param>
internal sealed record Shape(string Name, Action<Sketch, ImageRandom> Draw, double Turn);

/// <summary>Every class of synthetic images.</summary>
internal static class Shapes
{
    /// <summary>The classes in ordinal order of their names.</summary>
    public static ImmutableArray<Shape> All { get; } =
    [
        new("airplane", ShapesThatMove.Airplane, 70),
        new("apple", ShapesThatGrow.Apple, 25),
        new("bicycle", ShapesThatMove.Bicycle, 15),
        new("butterfly", ShapesThatLive.Butterfly, 60),
        new("car", ShapesThatMove.Car, 12),
        new("cat", ShapesThatLive.Cat, 20),
        new("clock", ShapesAtHome.Clock, 15),
        new("cup", ShapesAtHome.Cup, 15),
        new("fish", ShapesThatLive.Fish, 35),
        new("flower", ShapesThatGrow.Flower, 20),
        new("house", ShapesAtHome.House, 10),
        new("key", ShapesAtHome.Key, 120),
        new("mushroom", ShapesThatGrow.Mushroom, 20),
        new("sailboat", ShapesThatMove.Sailboat, 15),
        new("tree", ShapesThatGrow.Tree, 12),
        new("umbrella", ShapesAtHome.Umbrella, 35),
    ];
}
