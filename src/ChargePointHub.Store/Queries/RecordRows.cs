using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using ChargePointHub.Model;
using Npgsql;

namespace ChargePointHub.Store.Queries;

/// <summary>
/// Rows on their way out. A document is copied as the bytes that are stored, never parsed; joined fields are written before its
/// closing brace.
/// </summary>
public sealed class RecordRows : IAsyncDisposable
{
    private readonly Dataset dataset;
    private readonly NpgsqlConnection connection;
    private readonly NpgsqlCommand command;
    private readonly NpgsqlDataReader reader;
    private readonly int document;

    internal RecordRows(Dataset dataset, NpgsqlConnection connection, NpgsqlCommand command, NpgsqlDataReader reader)
    {
        this.dataset = dataset;
        this.connection = connection;
        this.command = command;
        this.reader = reader;
        document = RecordSql.OrderColumns(dataset);
    }

    /// <summary>False when there is no further row.</summary>
    public Task<bool> NextAsync(CancellationToken cancellationToken) => reader.ReadAsync(cancellationToken);

    /// <summary>The current row's place in the order.</summary>
    public PageKey Key()
    {
        var time = RecordSql.LeadsWithTime(dataset);
        var texts = new string[document - (time ? 1 : 0)];
        for (var i = 0; i < texts.Length; i++) texts[i] = reader.GetString(i + (time ? 1 : 0));
        return new PageKey(time ? reader.GetFieldValue<DateTimeOffset>(0) : null, texts);
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
        using (var stored = reader.GetStream(document))
        {
            var length = (int)stored.Length;
            var span = output.GetSpan(length)[..length];
            stored.ReadExactly(span);
            output.Advance(dataset == Dataset.ChargePoints || dataset == Dataset.ChargingSessions ? span.LastIndexOf((byte)'}') : length);
        }

        var joined = document + 1;
        if (dataset == Dataset.ChargePoints)
        {
            Text(output, ",\"borough_gss\":"u8, joined);
            Text(output, ",\"borough_name\":"u8, joined + 1);
            Text(output, ",\"ward_gss\":"u8, joined + 2);
            Text(output, ",\"lsoa21\":"u8, joined + 3);
            Text(output, ",\"boundary_version\":"u8, joined + 4);
            Text(output, ",\"status\":"u8, joined + 5);
            Text(output, ",\"status_since\":"u8, reader.IsDBNull(joined + 6) ? null : Instants.Format(reader.GetFieldValue<DateTimeOffset>(joined + 6)));
            output.Write("}"u8);
        }
        else if (dataset == Dataset.ChargingSessions)
        {
            Text(output, ",\"borough_gss\":"u8, joined);
            Text(output, ",\"ward_gss\":"u8, joined + 1);
            Text(output, ",\"lsoa21\":"u8, joined + 2);
            Text(output, ",\"power_band\":"u8, joined + 3);
            var local = LondonCalendar.ToLocal(reader.GetFieldValue<DateTimeOffset>(0));
            Text(output, ",\"started_local\":"u8, local.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture));
            output.Write("}"u8);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await reader.DisposeAsync();
        await command.DisposeAsync();
        await connection.DisposeAsync();
    }

    private void Text(IBufferWriter<byte> output, ReadOnlySpan<byte> name, int column) =>
        Text(output, name, reader.IsDBNull(column) ? null : reader.GetString(column));

    private static void Text(IBufferWriter<byte> output, ReadOnlySpan<byte> name, string? value)
    {
        output.Write(name);
        if (value is null)
        {
            output.Write("null"u8);
            return;
        }

        output.Write("\""u8);
        Encoding.UTF8.GetBytes(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(value), output);
        output.Write("\""u8);
    }
}
