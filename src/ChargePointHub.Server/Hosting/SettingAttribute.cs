namespace ChargePointHub.Server.Hosting;

/// <summary>What a setting is, said once, beside its property: help, messages and the reference are made of it.</summary>
/// <param name="option">On the command line, e.g. <c>--port</c>.</param>
/// <param name="meaning">Sentences that end with a full stop.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SettingAttribute(string option, string meaning) : Attribute
{
    public string Option => option;

    public string Meaning => meaning;

    /// <summary>What may stand there, in words.</summary>
    public required string Allowed { get; init; }

    /// <summary>The value's name in help, in capitals; empty: the option is a switch and takes none.</summary>
    public string Value { get; init; } = "";

    /// <summary>Shown as the default where the property's own value says too little.</summary>
    public string? Otherwise { get; init; }
}
