using System.Globalization;
using System.Xml;

namespace ChargePointHub.Sandbox.Faults;

/// <summary>A kind of fault as it is wished for on the command line.</summary>
/// <param name="Parameters">Their form, without the colon; empty: it has none.</param>
/// <param name="Says">What the operator then does, in one line.</param>
/// <param name="Make">A fault of this kind, with a state of its own.</param>
public sealed record FaultKind(string Name, string Parameters, string Says, Func<FaultParameters, OperatorFault> Make)
{
    /// <summary>Only operators whose charge points are read by OCPI can do this.</summary>
    public bool NeedsOcpi { get; init; }

    /// <summary>As it is written, with its parameters.</summary>
    public string Form => Parameters.Length == 0 ? Name : $"{Name}[:{Parameters}]";
}

/// <summary>What stands behind the colon of a fault, part by part, with each default.</summary>
public sealed class FaultParameters(string text)
{
    private readonly string[] parts = text.Length == 0 ? [] : text.Split('/');
    private int taken;

    /// <summary>What is wrong with them; null: nothing yet.</summary>
    public string? Fault { get; private set; }

    /// <summary>More stand there than were taken.</summary>
    public bool HasMore => parts.Length > taken;

    public double Percent(double missing) => Next() is not { } part ? missing
        : double.TryParse(part, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent <= 100 ? percent
        : Wrong(part, "a share in percent from 0 to 100", missing);

    public int Whole(int missing, int least = 1) => Next() is not { } part ? missing
        : int.TryParse(part, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= 1_000_000 ? number
        : Wrong(part, $"a whole number from {least} to 1000000", missing);

    public TimeSpan Duration(TimeSpan missing)
    {
        if (Next() is not { } part) return missing;
        try
        {
            var length = XmlConvert.ToTimeSpan(part);
            return length > TimeSpan.Zero ? length : Wrong(part, "a length above nothing", missing);
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            return Wrong(part, "an ISO 8601 duration such as PT5S or P2D", missing);
        }
    }

    /// <param name="allowed">Empty: any word.</param>
    public string Word(string missing, params ReadOnlySpan<string> allowed) => Next() is not { } part ? missing
        : allowed.IsEmpty || allowed.Contains(part) ? part
        : Wrong(part, $"one of {string.Join(", ", allowed)}", missing);

    /// <summary>A whole number of seconds, as text, or a word.</summary>
    public string SecondsOr(string missing, params ReadOnlySpan<string> allowed) => Next() is not { } part ? missing
        : allowed.Contains(part) || int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? part
        : Wrong(part, $"a whole number of seconds, or one of {string.Join(", ", allowed)}", missing);

    private string? Next() => taken < parts.Length ? parts[taken++] : null;

    private T Wrong<T>(string part, string expected, T instead)
    {
        Fault ??= $"\"{part}\" should be {expected}";
        return instead;
    }
}
