using System.Globalization;
using ChargePointHub.Model;
using ChargePointHub.Server.Api.Records;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Api.Outages;

/// <summary>A derived outage is no row: its id, made of charge point and start as they are told, says where to look for it.</summary>
internal static class DerivedOutageById
{
    private const int Chunk = 1_000;

    private static readonly string[] Forms = ["yyyy-MM-dd'T'HH:mm:ss.fff'Z'", "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'"];

    /// <summary>The rows, of which the current one is of this id; null: the id is none of a derived outage, or there is none. The receiver disposes of them.</summary>
    public static async Task<RecordRows?> FindAsync(HubRequest request, RecordReading reading)
    {
        if (QueryOf(request.Id, reading.Precision) is not { } query) return null;
        query = query with { Tick = reading.Clock.Tick };
        while (true)
        {
            var rows = await request.Hub.Records.ReadAsync(query, request.Scope, request.Aborted);
            while (await rows.NextAsync(request.Aborted))
            {
                if (rows.Derived()?.Id == request.Id) return rows;
            }

            await rows.DisposeAsync();
            if (rows.LastKey is not { } last) return null;
            query = query with { After = last };
        }
    }

    /// <summary>Everything of the charge point that is told to begin when the id says; null: the id says no such thing.</summary>
    private static RecordQuery? QueryOf(string id, TimePrecision precision)
    {
        // A charge point's own id may hold slashes, an instant holds none; behind it may stand a number.
        var parts = id.Split('/');
        var place = parts.Length - (parts.Length > 2 && parts[^1].All(char.IsAsciiDigit) ? 2 : 1);
        if (place < 1 || !DateTimeOffset.TryParseExact(parts[place], Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)) return null;
        if (at.Year is < 2000 or > 2099) return null;
        var from = precision.Cut(at);
        return new RecordQuery
        {
            Dataset = Dataset.Outages,
            Tick = 0,
            Limit = Chunk,
            Window = new Window(from, precision == TimePrecision.Exact ? from + Instants.Resolution : precision.Next(from)),
            ChargePointId = string.Join('/', parts.Take(place)),
            IsWithDerived = true,
            IsWithReported = false,
        };
    }
}
