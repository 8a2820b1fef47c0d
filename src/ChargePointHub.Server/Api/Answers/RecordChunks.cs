using System.Buffers;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Api.Answers;

/// <summary>Records one after another in keyset chunks at one tick, each chunk a query of its own.</summary>
internal sealed class RecordChunks(HubRequest request, ListReading reading)
{
    /// <summary>What a chunk may fill: two of them are all that a stream holds.</summary>
    public const int Bytes = 1024 * 1024;

    /// <summary>Rows of the first chunk: few, so that the first byte comes soon.</summary>
    private const int FirstRows = 100;
    private const int MostRows = 20_000;

    private readonly RecordShape shape = new(reading.Form == AnswerForm.GeoJson, request.Parameters.List("select"));
    private readonly long limit = request.Parameters["limit"] is null ? long.MaxValue : request.Parameters.Limit;
    private RecordQuery query = reading.Query with { Limit = FirstRows };

    /// <summary>Records written so far.</summary>
    public long Written { get; private set; }

    /// <summary>The limit was reached, and there are more records.</summary>
    public bool MoreFollow { get; private set; }

    /// <summary>Fills the buffer with the next chunk; false when it was the last.</summary>
    public async Task<bool> ReadAsync(PooledBuffer buffer)
    {
        buffer.Clear();
        await using (var rows = await request.Hub.Records.ReadAsync(query, request.Scope, request.Aborted))
        {
            while (await rows.NextAsync(request.Aborted))
            {
                if (Written == limit)
                {
                    MoreFollow = true;
                    return false;
                }

                shape.Write(rows, buffer);
                buffer.Write("\n"u8);
                Written++;
            }

            if (rows.LastKey is not { } last) return false;
            query = query with { After = last };
        }

        if (query.Places is null && query.TakesPlaces) query = query with { Places = await request.Hub.Records.ReadPlacesAsync(reading.Clock, request.Scope, request.Aborted) };
        query = query with { Limit = RowsFor(buffer.Length) };
        return true;
    }

    /// <summary>As many as leave an eighth of a chunk free, if they are like those before: memory that grows is copied.</summary>
    private int RowsFor(int bytes) => bytes == 0 ? query.Limit : (int)Math.Clamp(Bytes / 8L * 7 * query.Limit / bytes, FirstRows, MostRows);
}
