using TransferLens.Studies.Inputs;

namespace TransferLens.Vision.Pickles;

/// <summary>The objects that a pickle may make: what a <see cref="PickleMachine"/> asks for.</summary>
internal interface IPickleObjects
{
    /// <summary>Whether a pickle may import a name. It may not if that could run code elsewhere.</summary>
    bool Allows(PickleGlobal global);

    /// <summary>Whether <c>getattr</c> may take an attribute of what a pickle imported or made.</summary>
    bool AllowsAttribute(PickleGlobal attribute);

    /// <summary>Whether a pickle may call a name as a function, and not only make an object of a class.</summary>
    bool AllowsCall(PickleGlobal global);

    /// <summary>Whether a pickle may call what it made of unknown classes, functions and methods.</summary>
    bool AllowsCall(Opaque made);

    /// <summary>The result of calling an imported name.</summary>
    object? Construct(PickleGlobal global, object?[] arguments);

    /// <summary>Gives an object its state, as <c>__setstate__</c> would.</summary>
    void Build(object? target, object? state);

    /// <summary>The object of a persistent id.</summary>
    object? Find(object? persistentId);

    /// <summary>The error for a name that is not allowed.</summary>
    InputException Refusal(PickleGlobal global);

    /// <summary>The error for a damaged pickle.</summary>
    /// <param name="why">What is wrong, as a clause such as "its pickle ends too early".</param>
    InputException Broken(string why);
}
