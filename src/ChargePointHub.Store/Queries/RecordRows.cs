using System.Buffers;
using System.Text;
using ChargePointHub.Model;
using ChargePointHub.Store.Writing;
using Npgsql;

namespace ChargePointHub.Store.Queries;

/// <summary>
/// Rows on their way out. A document is copied as the bytes that are stored, never parsed, unless the reader's rights withhold something of it; joined
/// fields are written before its closing brace.
/// </summary>
public sealed class RecordRows : IAsyncDisposable
{
    /// <summary>Ids are at most 255 characters long (the rule of the protocols), four bytes each.</summary>
    private const int MostIdBytes = 1024;

    private readonly RecordQuery query;
    private readonly Scope.Areas? limits;
    private readonly NpgsqlConnection connection;
    private readonly ServingCommand command;
    private readonly NpgsqlDataReader reader;
    private readonly LocalTimeText localTime = new();
    private readonly bool leadsWithTime;
    private readonly bool joinsSession;
    private readonly int keys;
    private readonly int document;
    private readonly byte[] id = new byte[MostIdBytes];
    private int idLength;
    private ChargePointPlaces.Place? place;
    private DateTime at;
    private int read;

    /// <param name="limits">What of each record is shown; null: every record is shown as it is.</param>
    /// <param name="isCut">Rows are of <see cref="CutSql"/>.</param>
    internal RecordRows(RecordQuery query, Scope.Areas? limits, bool isCut, NpgsqlConnection connection, ServingCommand command, NpgsqlDataReader reader)
    {
        this.query = query;
        this.limits = limits;
        this.connection = connection;
        this.command = command;
        this.reader = reader;
        leadsWithTime = RecordSql.LeadsWithTime(query.Dataset);
        joinsSession = query.Dataset == Dataset.ChargingSessions;
        keys = RecordSql.OrderColumns(query.Dataset, isCut);
        document = keys + (query.Places is null ? 0 : 1);
    }

    /// <summary>Where the next chunk begins; null as long as fewer rows than the query's limit have come.</summary>
    public PageKey? LastKey { get; private set; }

    /// <summary>False when there is no further row. Rows that are withheld are passed over.</summary>
    public async Task<bool> NextAsync(CancellationToken cancellationToken)
    {
        while (await reader.ReadAsync(cancellationToken))
        {
            // With places in memory each column is read once, from left to right: the row need not be here as a whole.
            if (++read == query.Limit) LastKey = Key();
            else if (leadsWithTime) at = reader.GetDateTime(0);
            if (query.Places is null) return true;
            place = FindPlace(query.Places);
            if (place.Published) return true;
        }

        return false;
    }

    /// <summary>The current row's place in the order.</summary>
    public PageKey Key()
    {
        if (leadsWithTime) at = reader.GetDateTime(0);
        var first = leadsWithTime ? 1 : 0;
        var texts = new string[keys - first];
        for (var i = 0; i < texts.Length; i++) texts[i] = reader.GetString(i + first);
        return new PageKey(leadsWithTime ? new DateTimeOffset(at, TimeSpan.Zero) : null, texts);
    }

    /// <summary>What the current row goes by.</summary>
    public RecordKey RecordKey()
    {
        var key = Key();
        return query.Dataset == Dataset.StatusChanges ? new RecordKey(key.Texts[0], key.Texts[1], key.At, key.Texts[2])
            : new RecordKey(key.Texts[0], key.Texts[1], Version: query.IsOfVersions ? reader.GetInt64(reader.FieldCount - 1) : null);
    }

    /// <summary>The current row is an outage that nobody reported.</summary>
    private bool IsDerived => query.IsWithDerived && reader.IsDBNull(document);

    /// <summary>Of a derived outage its id, and when the hub learnt it as it is, both as the reader is told; null: the current row is none.</summary>
    public (string Id, DateTimeOffset KnownAt)? Derived() => IsDerived ? (DerivedOutages.IdOf(Key()), Detail().Precision.Cut(reader.Instant(document + 4))) : null;

    /// <summary>Of a version: from when on it was current (inclusive), and until when (exclusive; null: it is).</summary>
    public (DateTimeOffset RecordedAt, DateTimeOffset? SupersededAt) Span() => (reader.Instant(reader.FieldCount - 3), reader.InstantOrNull(reader.FieldCount - 2));

    /// <summary>Whose the current row is, in UTF-8. Valid until the next row.</summary>
    public ReadOnlySpan<byte> OperatorId
    {
        get
        {
            // Columns that are read once are not read again; hub ids begin with the operator.
            if (query.Places is not null) return id.AsSpan(0, id.AsSpan(0, idLength).IndexOf((byte)':'));
            return id.AsSpan(0, (int)reader.GetBytes(leadsWithTime ? 1 : 0, 0, id, 0, id.Length));
        }
    }

    /// <summary>WGS84 degrees of the current charge point, longitude first; null when its place is unknown.</summary>
    public (decimal Longitude, decimal Latitude)? Position()
    {
        var longitude = document + 8;
        return reader.IsDBNull(longitude) || reader.IsDBNull(longitude + 1)
            ? null
            : (reader.GetDecimal(longitude), reader.GetDecimal(longitude + 1));
    }

    /// <summary>Writes the current row as one JSON object.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        var isOpen = joinsSession || query.Dataset == Dataset.ChargePoints;
        var detail = Detail();
        if (IsDerived)
        {
            DerivedOutages.Write(output, Key(), reader.IsDBNull(document + 2) ? null : reader.GetFieldValue<DateTimeOffset>(document + 2), TextOrNull(document + 3), detail);
            return;
        }

        using (var stored = reader.GetStream(document))
        {
            var length = (int)stored.Length;
            if (!detail.IsFull)
            {
                var whole = ArrayPool<byte>.Shared.Rent(length);
                stored.ReadExactly(whole, 0, length);
                LimitedDocument.Write(output, whole.AsSpan(0, length), detail, isOpen);
                ArrayPool<byte>.Shared.Return(whole);
            }
            else
            {
                var span = output.GetSpan(length)[..length];
                stored.ReadExactly(span);
                output.Advance(isOpen ? span.LastIndexOf((byte)'}') : length);
            }
        }

        var joined = document + 1;
        if (query.Dataset == Dataset.ChargePoints)
        {
            Text(output, ",\"borough_gss\":"u8, joined);
            Text(output, ",\"borough_name\":"u8, joined + 1);
            Text(output, ",\"ward_gss\":"u8, joined + 2);
            Text(output, ",\"lsoa21\":"u8, joined + 3);
            Text(output, ",\"boundary_version\":"u8, joined + 4);
            Text(output, ",\"status\":"u8, joined + 5);
            JoinedField.Write(output, ",\"status_since\":"u8, reader.IsDBNull(joined + 6) ? null : Instants.Format(reader.GetFieldValue<DateTimeOffset>(joined + 6)));
            output.Write(",\"same_as\":"u8);
            Encoding.UTF8.GetBytes(TextOrNull(joined + 9) ?? "[]", output);
            output.Write("}"u8);
        }
        else if (joinsSession)
        {
            output.Write((place is not null ? place.Fields : ChargePointPlaces.FieldsOf(TextOrNull(joined), TextOrNull(joined + 1), TextOrNull(joined + 2), TextOrNull(joined + 3))));
            output.Write(",\"started_local\":\""u8);
            localTime.Write(output, detail.Precision.Cut(new DateTimeOffset(at, TimeSpan.Zero)).UtcDateTime);
            output.Write("\"}"u8);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await reader.DisposeAsync();
        await command.DisposeAsync();
        await connection.DisposeAsync();
    }

    /// <summary>Of the current row: where rights withhold anything its borough is the first of the joined columns.</summary>
    private Detail Detail() => limits?.DetailOf(reader.GetString(leadsWithTime ? 1 : 0), TextOrNull(document + 1)) ?? Model.Detail.Full;

    private ChargePointPlaces.Place FindPlace(ChargePointPlaces places)
    {
        idLength = (int)reader.GetBytes(keys, 0, id, 0, id.Length);
        return places.Find(id.AsSpan(0, idLength));
    }

    private void Text(IBufferWriter<byte> output, ReadOnlySpan<byte> name, int column) => JoinedField.Write(output, name, TextOrNull(column));

    private string? TextOrNull(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
