using ChargePointHub.Model;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;

namespace ChargePointHub.Server.Api;

/// <summary>One valid request on its way to its endpoint: who asks, what for, and when.</summary>
/// <param name="Directory">The operators as they stood when it was asked: one reading for the whole request.</param>
public sealed record HubRequest(
    HttpContext Http, ApiRoute Route, RequestParameters Parameters, Caller Caller, HubServices Hub, OperatorDirectory Directory, DateTimeOffset Now, ContentCoding Coding)
{
    /// <summary>Whose quota it uses.</summary>
    public Reader Reader => Reader.Of(Caller, Http.Connection);

    public Scope Scope => Caller.Scope;

    /// <summary>What the answer holds of restricted data; null: it can hold none.</summary>
    public ReadTally? Tally { get; init; }

    public CancellationToken Aborted => Http.RequestAborted;

    /// <summary>The path as it was asked, for links.</summary>
    public string Path => Http.Request.Path.ToUriComponent();

    /// <summary>
    /// The id in the path. The server leaves %2F as it is so that it cannot split a path; in an id it is a slash.
    /// </summary>
    public string Id => ((string)Http.GetRouteValue("id")!).Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    /// <summary>Operators that the answer may hold records of.</summary>
    public IReadOnlyList<ListedOperator> Operators =>
        Parameters.List("operator") is { } ids ? [.. Directory.Operators.Where(o => ids.Contains(o.OperatorId))] : Directory.Operators;

    public Task RefuseAsync(Fault fault) => Problem.Of(fault).WriteAsync(Http);

    /// <summary>"is known here", or when it was not known: the same words whether there is something else to read.</summary>
    public string KnownThen => Parameters.AsOf is { } asOf ? $"was known here as of {Instants.Format(asOf)}" : "is known here";

    /// <summary>The id in the path names nothing.</summary>
    /// <param name="known">Every id there is, where that list is closed; null: the list without an id is shown instead.</param>
    /// <param name="meant">The id that was probably meant, where it is known; null: the nearest of the list.</param>
    public Task RefuseIdAsync(ErrorCode error, string message, IReadOnlyList<string>? known = null, string? meant = null)
    {
        var nearest = meant ?? (known is null ? null : Nearest.Of(Id, known));
        var example = (nearest ?? (known is [var first, ..] ? first : null)) is { } id
            ? Route.Path.Replace("{id}", Uri.EscapeDataString(id), StringComparison.Ordinal)
            : OpenRoutes.InsteadOf(Route);
        return RefuseAsync(new Fault(error, "id", message, known, nearest, example, FaultPlace.Path));
    }
}
