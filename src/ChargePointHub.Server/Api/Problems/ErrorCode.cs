namespace ChargePointHub.Server.Api.Problems;

/// <summary>One way in which a request can fail, with everything that is told about it.</summary>
/// <param name="Code"><c>CPH-</c> and four digits: 10 request, 11 time, 12 paging, 20 access, 30 not found, 50 service.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Title">The same for every occurrence.</param>
/// <param name="Happened">What the hub understood.</param>
/// <param name="Remedy">What the caller does next.</param>
/// <param name="Example">A request that goes wrong this way, or one that goes right, as the text says.</param>
public sealed record ErrorCode(string Code, int Status, string Title, string Happened, string Remedy, string Example)
{
    /// <summary>Address of the page about it: the <c>type</c> of problems.</summary>
    public string Path => "/v1/errors/" + Code;
}
