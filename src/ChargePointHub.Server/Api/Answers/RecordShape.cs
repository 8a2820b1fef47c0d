using System.Buffers;
using System.Globalization;
using System.Text;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Api.Answers;

/// <summary>How one record is written: as it is, with fewer fields, and as a GeoJSON feature (RFC 7946).</summary>
internal sealed class RecordShape(bool geoJson, IReadOnlyList<string>? fields)
{
    private readonly HashSet<string>? kept = fields is null ? null : [.. fields];
    private readonly ArrayBufferWriter<byte> scratch = new();

    public void Write(RecordRows rows, IBufferWriter<byte> output)
    {
        if (!geoJson)
        {
            Properties(rows, output);
            return;
        }

        output.Write("{\"type\":\"Feature\",\"geometry\":"u8);
        if (rows.Position() is { } position)
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"{{\"type\":\"Point\",\"coordinates\":[{position.Longitude:0.#######},{position.Latitude:0.#######}]}}");
            Encoding.ASCII.GetBytes(text, output);
        }
        else
        {
            output.Write("null"u8);
        }

        output.Write(",\"properties\":"u8);
        Properties(rows, output);
        output.Write("}"u8);
    }

    private void Properties(RecordRows rows, IBufferWriter<byte> output)
    {
        if (kept is null)
        {
            rows.Write(output);
            return;
        }

        scratch.ResetWrittenCount();
        rows.Write(scratch);
        SelectedFields.Write(output, scratch.WrittenSpan, kept);
    }
}
