using System.Text.Json.Serialization;

namespace ChargePointHub.Server.Api.Problems;

/// <summary>Where in a request a fault lies.</summary>
public enum FaultPlace
{
    [JsonStringEnumMemberName("query")] Query,
    [JsonStringEnumMemberName("header")] Header,
    [JsonStringEnumMemberName("path")] Path,
    [JsonStringEnumMemberName("method")] Method,
    [JsonStringEnumMemberName("body")] Body,

    /// <summary>The connection that the request came by.</summary>
    [JsonStringEnumMemberName("connection")] Connection,

    /// <summary>Nothing is wrong with the request: the hub could not serve it.</summary>
    [JsonStringEnumMemberName("service")] Service,
}

/// <summary>One thing that is wrong with a request.</summary>
/// <param name="Parameter">Name of the part: a query parameter, a header, <c>id</c> of the path; null: the place has no parts.</param>
/// <param name="Message">What is wrong with this value, for the one who wrote it.</param>
/// <param name="Allowed">Every value that would do, where that list is closed.</param>
/// <param name="Example">
/// What to put in once the part is taken out: <c>name=value</c> into the query, <c>Name: value</c> among the headers, <c>GET</c>
/// as the method, <c>/path</c> or <c>https://...</c> as the whole address. Null: the address as it was asked, without the part.
/// </param>
public sealed record Fault(
    ErrorCode Error,
    string? Parameter,
    string Message,
    IReadOnlyList<string>? Allowed = null,
    string? DidYouMean = null,
    string? Example = null,
    FaultPlace In = FaultPlace.Query);
