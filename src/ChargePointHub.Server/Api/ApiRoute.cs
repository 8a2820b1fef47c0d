using ChargePointHub.Model;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Parameters;
using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Server.Api.Schemas;

namespace ChargePointHub.Server.Api;

/// <summary>One endpoint, said once: what is mapped, checked, refused and documented all come from here.</summary>
public sealed record ApiRoute
{
    public const string Json = "application/json";
    public const string GeoJson = "application/geo+json";
    public const string NdJson = "application/x-ndjson";
    public const string Csv = "text/csv";
    public const string EventStream = "text/event-stream";

    public const string GZip = "application/gzip";

    /// <summary>The answer as a table, on every list of a dataset's records.</summary>
    public static readonly MediaForm AsCsv = new(Csv, null, "The whole answer as CSV (RFC 4180), one column a field.");

    /// <summary>Pattern of the address, e.g. <c>/v1/operators/{id}</c>. The only variable part is <c>id</c>.</summary>
    public required string Path { get; init; }

    /// <summary>GET, which HEAD goes with, or POST.</summary>
    public string Method { get; init; } = HttpMethods.Get;

    /// <summary>Media types of the body that it takes; empty: it takes none.</summary>
    public IReadOnlyList<string> Bodies { get; init; } = [];

    /// <summary>Verb and noun, e.g. <c>listTariffs</c>: method names of generated clients.</summary>
    public required string OperationId { get; init; }

    public required string Summary { get; init; }

    public required string Description { get; init; }

    /// <summary>Chapter of the documentation.</summary>
    public required string Tag { get; init; }

    /// <summary>What <c>id</c> is, with an example; null: the path has none.</summary>
    public (string Description, string Example)? Id { get; init; }

    /// <summary>True: only under a key whose scope holds it.</summary>
    public bool IsRestricted { get; init; }

    /// <summary>Which scopes hold it at all; what they hold of it is the handler's.</summary>
    public required Func<Scope, bool> IsHeldBy { get; init; }

    /// <summary>What its answers may hold of restricted data, so that reading it is on record; null: nothing.</summary>
    public RestrictedPart? Restricted { get; init; }

    /// <summary>True: served without looking at keys, as monitors ask without any.</summary>
    public bool IsOpen { get; init; }

    /// <summary>True: the answer is about the one who asks, so that nobody keeps it.</summary>
    public bool IsPersonal { get; init; }

    public IReadOnlyList<Parameter> Parameters { get; init; } = [];

    /// <summary>The forms that an answer comes in; the usual one first.</summary>
    public required IReadOnlyList<MediaForm> Answers { get; init; }

    public string MediaType => Answers[0].MediaType;

    /// <summary>True: the address says the form, whatever else the request likes.</summary>
    public bool HasFormInPath => Path.EndsWith(".geojson", StringComparison.Ordinal) || Path.EndsWith(".csv", StringComparison.Ordinal) || MediaType == GZip;

    /// <summary>The same answer as a table, at an address of its own: for programs that take an address and nothing else.</summary>
    public ApiRoute ToCsv() => this with
    {
        Path = Path + ".csv",
        OperationId = OperationId + "AsCsv",
        Summary = Summary + ", as CSV",
        Description = "The whole answer as a table (RFC 4180), one column a field, as format=csv of the address without .csv. " + Description,
        Parameters = [.. Parameters.Where(p => p.Name is not ("format" or "cursor"))],
        Answers = [AsCsv],
        TableOf = this,
    };

    /// <summary>The list that this address serves as a table; null: it is no table.</summary>
    public ApiRoute? TableOf { get; private init; }

    /// <summary>Columns of its table, and the component that is one row of it; null: as its dataset has them.</summary>
    public (IReadOnlyList<string> Columns, string Row)? Table { get; init; }

    /// <summary>A whole answer of the usual form: the first example of its schema, or of a line of its table.</summary>
    public string Example => TableOf is null ? HubSchemas.Component(Answers[0].Schema!).Example : CsvRecord.ExampleOf(TableOf);

    /// <summary>The dataset whose records it serves; null: none, so its answers state no completeness.</summary>
    public Dataset? Dataset { get; init; }

    /// <summary>True: <c>id</c> may hold slashes as they are.</summary>
    public bool IdSpansSegments { get; init; }

    /// <summary>As the web host maps it.</summary>
    public string Pattern => IdSpansSegments ? Path.Replace("{id}", "{**id}", StringComparison.Ordinal) : Path;

    /// <summary>Errors of this route beyond those of its parameters and its access.</summary>
    public IReadOnlyList<ErrorCode> Errors { get; init; } = [];

    public required Func<HubRequest, Task> Handler { get; init; }
}

/// <summary>One form of an answer.</summary>
/// <param name="Schema">Component of <c>schemas/hub/v1</c> that it fits, e.g. <c>TariffList</c>; null: not JSON.</param>
/// <param name="Description">What it is, where no schema says so.</param>
public sealed record MediaForm(string MediaType, string? Schema, string Description = "A page for people.");
