using System.Buffers;
using System.Text;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Outages;
using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Api.Records;

/// <summary>Everything about an answer of one record, or of its versions, that is settled before it is read.</summary>
/// <param name="Precision">In which its times may be told. Coarser than exact: the answer is of the beginning of the unit, as that of a list.</param>
/// <param name="Clock">The tick that is shown, and when it was.</param>
/// <param name="Query">Of the record, as of that tick.</param>
internal sealed record RecordReading(Dataset Dataset, TimePrecision Precision, ClockReading Clock, RecordQuery Query, string Tag)
{
    public static async Task<RecordReading> PrepareAsync(HubRequest request, Dataset dataset)
    {
        var operatorId = request.Id.Split(':')[0];
        var query = new RecordQuery { Dataset = dataset, Tick = 0, Limit = 1, Operators = [operatorId], Only = [new RecordKey(operatorId, request.Id)] };
        var precision = query.PrecisionUnder(request.Scope);
        var now = await request.Hub.Records.ReadClockAsync(request.Aborted);
        var clock = now;
        if (precision != TimePrecision.Exact || request.Parameters.AsOf is not null)
        {
            var asked = precision.Cut(request.Parameters.AsOf ?? request.Now);
            clock = now with { Tick = await request.Hub.Records.ReadTickAsync(asked, request.Aborted), RecordedAt = asked };
        }

        var reading = new RecordReading(dataset, precision, clock, query with { Tick = clock.Tick }, "");
        return reading with { Tag = reading.TagOf(request, precision == TimePrecision.Exact ? now.Tick : now.PlacesTick) };
    }

    /// <summary>The rows, of which the current one is the record; null: there is none that the reader may have. The receiver disposes of them.</summary>
    public async Task<RecordRows?> FindAsync(HubRequest request)
    {
        var rows = await request.Hub.Records.ReadAsync(Query, request.Scope, request.Aborted);
        if (await rows.NextAsync(request.Aborted)) return rows;
        await rows.DisposeAsync();
        return await FindDerivedAsync(request);
    }

    /// <summary>As <see cref="FindAsync"/>, of what is no row.</summary>
    public Task<RecordRows?> FindDerivedAsync(HubRequest request) => Dataset == Dataset.Outages ? DerivedOutageById.FindAsync(request, this) : Task.FromResult<RecordRows?>(null);

    /// <summary>The id names nothing that the reader may have, which is the same as nothing.</summary>
    public static Task RefuseAsync(HubRequest request) => request.RefuseIdAsync(ErrorCatalogue.NoSuchRecord, $"No record {request.Id} {request.KnownThen}, or none of it may be read with this key.");

    public void WriteMeta(Utf8JsonWriter json, HubRequest request)
    {
        var operatorId = request.Id.Split(':')[0];
        IReadOnlyList<ListedOperator> operators = request.Directory.Find(operatorId) is { } o ? [o] : [];
        json.WriteStartObject("meta");
        json.WriteString("dataset", Dataset.Name);
        json.WriteInstant("as_of", Clock.RecordedAt);
        json.WriteString("schema", "hub/v1/" + Dataset.Name);
        AnswerMeta.WriteLicences(json, Dataset, operators);
        AnswerMeta.WriteLimits(json, Dataset, GrantedPart.LimitsOf(request.Scope, Dataset, [operatorId]));
        json.WriteEndObject();
    }

    /// <summary>From the comma before <c>meta</c> to the closing brace.</summary>
    public void WriteTail(AnswerBody body, HubRequest request)
    {
        var part = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(part, HubJson.WriterOptions))
        {
            json.WriteStartObject();
            WriteMeta(json, request);
            json.WriteStartObject("links");
            json.WriteString("self", request.Parameters.Link(request.Path, null));
            json.WriteNull("next");
            json.WriteEndObject();
            json.WriteEndObject();
        }

        body.Write(","u8);
        body.Write(part.WrittenSpan[1..]);
    }

    /// <param name="joined">The last tick of which something shows: what is joined is as it is now.</param>
    private string TagOf(HubRequest request, long joined)
    {
        var facts = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(facts, HubJson.WriterOptions))
        {
            json.WriteStartObject();
            WriteMeta(json, request);
            json.WriteEndObject();
        }

        Encoding.UTF8.GetBytes(FormattableString.Invariant($"|{request.Path}?{request.Parameters.Normalised()}|{request.Scope.Mark}|{Clock.Tick}|{joined}|{request.Coding}"), facts);
        return AnswerTags.OfFacts(facts.WrittenSpan, null, request.Coding);
    }
}
