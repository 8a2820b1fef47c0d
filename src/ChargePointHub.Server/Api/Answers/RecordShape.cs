using System.Buffers;
using System.Globalization;
using System.Text;
using ChargePointHub.Model;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Api.Answers;

/// <summary>How one record is written: as it is, with fewer fields, as a GeoJSON feature (RFC 7946), and as a line of a stream.</summary>
/// <param name="fields">Those to keep; null: all.</param>
internal sealed class RecordShape(AnswerForm form, Dataset dataset, IReadOnlyList<string>? fields)
{
    private readonly HashSet<string>? kept = fields is null ? null : [.. fields];
    private readonly ArrayBufferWriter<byte> scratch = new();
    private readonly CsvRecord? csv = form == AnswerForm.Csv ? CsvRecord.Of(SelectedFields.Of(dataset), fields) : null;

    /// <summary>What a stream begins with.</summary>
    public void WriteHead(IBufferWriter<byte> output) => csv?.WriteHead(output);

    /// <summary>Of a stream: the record with the end of its line.</summary>
    public void WriteLine(RecordRows rows, IBufferWriter<byte> output)
    {
        if (csv is null)
        {
            Properties(rows, output);
            output.Write("\n"u8);
            return;
        }

        scratch.ResetWrittenCount();
        rows.Write(scratch);
        csv.Write(scratch.WrittenSpan, output);
    }

    public void Write(RecordRows rows, IBufferWriter<byte> output)
    {
        if (form != AnswerForm.GeoJson)
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
