using System.Globalization;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Completeness;
using ChargePointHub.Server.Api.Parameters;
using Microsoft.Extensions.Primitives;

namespace ChargePointHub.Server.Bulk;

/// <summary>A month of a dataset asked for as a reader of a scope asks for its stream, so that nothing about a record is decided a second time.</summary>
internal static class BulkReading
{
    /// <summary>As months are named in addresses and queries: <c>2026-10</c>.</summary>
    public static string NameOf(DateOnly month) => month.ToString("yyyy-MM", CultureInfo.InvariantCulture);

    /// <summary>Address of the list that serves a dataset.</summary>
    public static string ListOf(Dataset dataset) => "/v1/" + dataset.Name.Replace('_', '-');

    /// <param name="asOf">Of datasets that come whole, the last instant of the month.</param>
    public static HubRequest RequestOf(HubServices hub, Scope scope, Dataset dataset, DateOnly month, DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        var route = ApiRoutes.All.Single(r => r.Path == ListOf(dataset));
        var query = new Dictionary<string, StringValues> { ["format"] = "ndjson", ["as_of"] = Instants.Format(asOf) };
        if (!dataset.IsSnapshot) query["period"] = NameOf(month);
        var context = new DefaultHttpContext { RequestAborted = cancellationToken };
        context.Request.Path = route.Path;
        var directory = hub.Directory;
        var (parameters, faults) = RequestParameters.Read(new QueryCollection(query), route, new CheckAgainst(hub.Now, directory));
        return faults.Count == 0 ? new HubRequest(context, route, parameters, new Caller(scope, null), hub, directory, hub.Now, ContentCoding.Identity) { Tally = new ReadTally([]) }
            : throw new InvalidOperationException($"{route.Path} does not take what is asked for a file: {faults[0].Message}");
    }

    /// <summary>What the answer says of itself. Causes of gaps are the quality of feeds, which is another right.</summary>
    public static byte[] StatementOf(AnswerMeta meta) => Written(json =>
    {
        var told = meta with { Completeness = WithoutCauses(meta.Completeness) };
        json.WriteStartObject();
        told.WriteProperties(json);
        json.WriteEndObject();
    });

    /// <summary>Of a statement what would make it another file: how far everything has settled since is none of it.</summary>
    public static string JudgedOf(CompletenessStatement statement) =>
        System.Text.Encoding.UTF8.GetString(Written(json => (WithoutCauses(statement) with { SettledTo = null, Quarantined = null, QuarantinedIsLeast = false }).Write(json)));

    private static CompletenessStatement WithoutCauses(CompletenessStatement statement) => statement with { Gaps = [.. statement.Gaps.Select(g => g with { Cause = null })] };

    private static byte[] Written(Action<Utf8JsonWriter> write)
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output, HubJson.WriterOptions)) write(json);
        return output.ToArray();
    }
}
