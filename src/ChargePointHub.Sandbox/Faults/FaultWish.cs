using ChargePointHub.Model;
using ChargePointHub.Sandbox.Operators;

namespace ChargePointHub.Sandbox.Faults;

/// <summary>A fault as wished for on the command line: OPERATOR=KIND[:PARAMETERS][@FROM/TO].</summary>
/// <param name="OperatorId">Or <see cref="Everyone"/>.</param>
/// <param name="Window">When it holds; null: always.</param>
public sealed record FaultWish(string OperatorId, FaultKind Kind, string Parameters, Window? Window)
{
    public const string Everyone = "*";

    private const string Example = "lamplight=503:30, lamplight=429:20/5, lamplight=limit:30/PT1H or *=flaky@+30s/+10m";

    /// <summary>Null, with a sentence, where the text is no wish.</summary>
    public static FaultWish? Parse(string text, DateTimeOffset now, out string? fault)
    {
        fault = null;
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1 || equals + 1 == text.Length)
        {
            fault = $"--fault {text}: expected OPERATOR=KIND[:PARAMETERS][@FROM/TO], as {Example}. The kinds: {Names} (--fault list describes them).";
            return null;
        }

        var (operatorId, wish) = (text[..equals], text[(equals + 1)..]);
        Window? window = null;
        if (wish.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at)
        {
            if (OutageWish.Parse($"{operatorId}={wish[(at + 1)..]}", now, out var wrong) is not { } when)
            {
                fault = $"--fault {text}: {wrong!.Replace("--outage ", "", StringComparison.Ordinal)}";
                return null;
            }

            (window, wish) = (when.Window, wish[..at]);
        }

        var colon = wish.IndexOf(':', StringComparison.Ordinal);
        var (name, parameters) = colon < 0 ? (wish, "") : (wish[..colon], wish[(colon + 1)..]);
        if (FaultCatalogue.All.FirstOrDefault(k => k.Name == name) is not { } kind)
        {
            fault = $"--fault {text}: there is no kind \"{name}\". The kinds: {Names}. Examples: {Example}.";
            return null;
        }

        var read = new FaultParameters(parameters);
        var made = kind.Make(read);
        fault = read.Fault is { } mistake ? $"--fault {text}: {mistake}. The form is {kind.Form}: {kind.Says}"
            : read.HasMore ? $"--fault {text}: {name} takes fewer parameters. The form is {kind.Form}: {kind.Says}"
            : window is not null && made is OperatorTrait ? $"--fault {text}: {name} holds as long as the Sandbox runs; leave out @{text[(text.IndexOf('@', StringComparison.Ordinal) + 1)..]}."
            : null;
        return fault is null ? new FaultWish(operatorId, kind, parameters, window) : null;
    }

    private static string Names => string.Join(", ", FaultCatalogue.All.Select(k => k.Name));

    /// <summary>A fault with a state of its own.</summary>
    public ActiveFault Make() => new(Kind.Make(new FaultParameters(Parameters)), Window);
}
