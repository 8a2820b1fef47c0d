using System.Buffers;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Api.Answers;

/// <summary>Records one after another in keyset chunks at one tick, each chunk a query of its own.</summary>
internal sealed class RecordChunks(HubRequest request, ListReading reading)
{
    private readonly RecordShape shape = new(reading.Form, reading.Meta.Dataset, request.Parameters.List("select"));
    private readonly long limit = request.Parameters["limit"] is null ? long.MaxValue : request.Parameters.Limit;
    private bool hasBegun;
    private RecordQuery query = reading.Query with { Limit = ChunkSize.FirstRows };

    /// <summary>Records written so far.</summary>
    public long Written { get; private set; }

    /// <summary>The limit was reached, and there are more records.</summary>
    public bool MoreFollow { get; private set; }

    /// <summary>Fills the buffer with the next chunk; false when it was the last.</summary>
    public async Task<bool> ReadAsync(PooledBuffer buffer)
    {
        buffer.Clear();
        var before = Written;
        if (!hasBegun) shape.WriteHead(buffer);
        hasBegun = true;
        using var turn = await request.Hub.Quotas.TurnAsync(request.Reader, request.Aborted);
        await using (var rows = await request.Hub.Records.ReadAsync(query, request.Scope, request.Aborted))
        {
            while (await rows.NextAsync(request.Aborted))
            {
                if (Written == limit)
                {
                    MoreFollow = true;
                    return false;
                }

                shape.WriteLine(rows, buffer);
                request.Tally?.Count(rows.OperatorId);
                Written++;
            }

            if (rows.LastKey is not { } last) return false;
            query = query with { After = last };
        }

        if (query.Places is null && query.TakesPlaces(request.Scope)) query = query with { Places = await request.Hub.Records.ReadPlacesAsync(reading.Clock, request.Scope, request.Aborted) };
        query = query with { Limit = ChunkSize.After(query.Limit, Written - before, buffer.Length) };
        return true;
    }
}
