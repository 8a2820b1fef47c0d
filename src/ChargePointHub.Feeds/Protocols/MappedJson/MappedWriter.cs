using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.MappedJson;

/// <summary>
/// Writes an operator's record in the form of <c>loti-v1</c>, so that one reader and one judge serve both. Only what the mapping names is
/// looked at. What cannot be converted is written as it came: the reader says what is wrong with it.
/// </summary>
/// <param name="findings">Takes what the table of words has to say.</param>
/// <param name="instant">Reads a time as the record's reader will, without a word about it.</param>
internal sealed class MappedWriter(Findings findings, Func<JsonElement, DateTimeOffset?> instant)
{
    private const decimal MostNumber = 1_000_000_000_000;

    /// <summary>Ten years, beyond which no session lasts.</summary>
    private const decimal MostMinutes = 10 * 366 * 24 * 60;

    private readonly ArrayBufferWriter<byte> _buffer = new();

    /// <summary>Where each written value came from, by its pointer in the written record.</summary>
    public Dictionary<string, string> Places { get; } = new(StringComparer.Ordinal);

    /// <summary>Times that could not be read in their form, and can with day and month exchanged.</summary>
    public int TimesExchanged { get; private set; }

    /// <param name="status">The record's row in the list of status; null: there is none.</param>
    /// <param name="period">Of figures whose rows do not say it; null: they do, or need none.</param>
    public JsonDocument Write(MappedRow row, MappedFields fields, MappedRow? status = null, IReadOnlyList<MappedField>? statusFields = null, Period? period = null)
    {
        _buffer.Clear();
        Places.Clear();
        using (var writer = new Utf8JsonWriter(_buffer))
        {
            writer.WriteStartObject();
            foreach (var field in fields.Fields.Where(f => f.Target.Name != MappedTargets.PlugInMinutes)) Field(writer, field, row, "");
            if (fields.Fields.FirstOrDefault(f => f.Target.Name == MappedTargets.PlugInMinutes) is { } minutes) End(writer, minutes, fields.Fields, row);
            if (period is not null) writer.WriteString("period", period.Text);
            if (status is not null) foreach (var field in statusFields!.Where(f => f.Target.Name != "charge_point_id")) Field(writer, field, status, "");
            if (fields.Connectors.Count > 0) Connectors(writer, fields.Connectors, row);
            writer.WriteEndObject();
        }

        return JsonDocument.Parse(_buffer.WrittenMemory.ToArray());
    }

    /// <summary>The first value that stands at the field's paths; the constant where none does; null: nothing.</summary>
    public static string? Plain(MappedField field, MappedRow row) =>
        Found(field, row) is { } found ? Matched(field, MappedText.Of(found.Value)) : field.Constant;

    private static (JsonElement Value, FieldPath Path)? Found(MappedField field, MappedRow row)
    {
        foreach (var path in field.Paths)
        {
            if (row.At(path) is not { } value) continue;
            if (field.Cells is { } cells && value.ValueKind == JsonValueKind.String && MappedText.Of(value) is { } cell && (cell.Length == 0 || cells.Nulls.Contains(cell, StringComparer.OrdinalIgnoreCase))) continue;
            var isLast = path == field.Paths[^1] && field.Constant is null;
            if (isLast || value.ValueKind != JsonValueKind.String || MappedText.Of(value) is not "") return (value, path);
        }

        return null;
    }

    private static string? Matched(MappedField field, string? text)
    {
        if (text is null || field.Match is not { } match) return text;
        return match.Match(text) is { Success: true } found ? found.Groups[1].Value.Trim() : text;
    }

    private void Connectors(Utf8JsonWriter writer, IReadOnlyList<MappedConnectors> connectors, MappedRow row)
    {
        writer.WriteStartArray("connectors");
        var count = 0;
        foreach (var each in connectors)
        {
            IEnumerable<MappedRow> rows = each.At is null ? [row] : (MappedRow.Items(row.Record, each.At) ?? []).Select(row.Below);
            foreach (var one in rows.Where(r => r.Passes(each.Only)))
            {
                writer.WriteStartObject();
                foreach (var field in each.Fields) Field(writer, field, one, $"/connectors/{count}", each.At);
                writer.WriteEndObject();
                count++;
            }
        }

        writer.WriteEndArray();
    }

    private void Field(Utf8JsonWriter writer, MappedField field, MappedRow row, string at, RecordStep? step = null)
    {
        var name = field.Target.Name;
        if (field.Join is { } between)
        {
            var parts = field.Paths.Select(row.At).Select(v => v is { } value ? MappedText.Of(value) : null).Where(t => !string.IsNullOrEmpty(t));
            var joined = string.Join(between, parts);
            if (joined.Length == 0) joined = field.Constant ?? "";
            if (joined.Length == 0) return;
            Places[$"{at}/{name}"] = Shown(field.Paths[0], row, step);
            writer.WriteString(name, joined);
            return;
        }

        if (Found(field, row) is not { } found)
        {
            if (field.Paths.Count > 0) Places[$"{at}/{name}"] = Shown(field.Paths[0], row, step);
            if (field.Constant is { } constant) Constant(writer, field, constant);
            return;
        }

        var place = Shown(found.Path, row, step);
        Places[$"{at}/{name}"] = place;
        switch (field.Target.Kind)
        {
            case MappedKind.Number: Number(writer, field, found.Value, place); break;
            case MappedKind.Instant or MappedKind.Day: Time(writer, field, found.Value); break;
            case MappedKind.Words: WordList(writer, field, found.Value, place); break;
            case MappedKind.Ocpi: Copy(writer, name, found.Value); break;
            default: Word(writer, field, found.Value, place); break;
        }
    }

    /// <summary>The end of a session of which only start and duration are sent.</summary>
    private void End(Utf8JsonWriter writer, MappedField duration, IReadOnlyList<MappedField> fields, MappedRow row)
    {
        if (fields.FirstOrDefault(f => f.Target.Name == "plug_out_at") is { } end && Plain(end, row) is { Length: > 0 }) return;
        if (Plain(duration, row) is not { Length: > 0 } text) return;
        var place = duration.Paths.Count > 0 ? Shown(duration.Paths[0], row, null) : "";
        var number = duration.Cells is { } cells ? MappedText.Number(text, cells) : text;
        if (!decimal.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var sent) || sent is < 0 or > MostNumber || sent * duration.Factor is not (<= MostMinutes and var minutes))
        {
            findings.Add(ValueRules.NumberUnusable, place, text);
            return;
        }

        if (fields.FirstOrDefault(f => f.Target.Name == "plug_in_at") is not { } start || Plain(start, row) is not { } began) return;
        var read = start.Format == "rfc3339" ? began : MappedTime.Read(began, start.Format);
        if (read is null || instant(JsonSerializer.SerializeToElement(read)) is not { } from) return;
        Places["/plug_out_at"] = place;
        writer.WriteString("plug_out_at", Instants.Format(from.AddTicks((long)(minutes * TimeSpan.TicksPerMinute))));
    }

    /// <summary>As a JSON Pointer into the record where it lies there.</summary>
    private static string Shown(FieldPath path, MappedRow row, RecordStep? step) =>
        path.Up == 0 && path.End == FieldPathEnd.Value && step is not null
            ? $"{step.At}{(step.As == RecordStepKind.One ? "" : $"/{row.Levels[^1].Key ?? row.Levels[^1].Index.ToString(CultureInfo.InvariantCulture)}")}{path.Text}"
            : path.Text;

    private static void Constant(Utf8JsonWriter writer, MappedField field, string constant)
    {
        switch (field.Target)
        {
            case { Kind: MappedKind.Number, Name: MappedTargets.PricePerKwh }: Price(writer, decimal.Parse(constant, NumberStyles.Float, CultureInfo.InvariantCulture) * field.Factor); break;
            case { Kind: MappedKind.Number }: writer.WriteNumber(field.Target.Name, decimal.Parse(constant, NumberStyles.Float, CultureInfo.InvariantCulture) * field.Factor); break;
            case { Kind: MappedKind.Flag }: Flag(writer, field, constant); break;
            case { Kind: MappedKind.Words }:
                writer.WriteStartArray(field.Target.Name);
                writer.WriteStringValue(constant);
                writer.WriteEndArray();
                break;
            case { Kind: MappedKind.Instant or MappedKind.Day }: writer.WriteString(field.Target.Name, field.Format == "rfc3339" ? constant : MappedTime.Read(constant, field.Format) ?? constant); break;
            default: writer.WriteString(field.Target.Name, constant); break;
        }
    }

    private void Number(Utf8JsonWriter writer, MappedField field, JsonElement value, string place)
    {
        var name = field.Target.Name;
        var text = Matched(field, MappedText.Of(value));
        var isCell = field.Cells is not null && value.ValueKind == JsonValueKind.String;
        if (isCell) text = MappedText.Number(text, field.Cells!);
        var isPlain = field.Factor == 1 && field.Match is null && !isCell && name != MappedTargets.PricePerKwh;
        if (isPlain || !decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || Math.Abs(number) > MostNumber)
        {
            // A sign that is not the declared one makes two numbers possible.
            if (name == MappedTargets.PricePerKwh || (isCell && decimal.TryParse(MappedText.Of(value), NumberStyles.Float, CultureInfo.InvariantCulture, out _))) findings.Add(ValueRules.NumberUnusable, place, MappedText.Of(value));
            else Copy(writer, name, value);
            return;
        }

        var ours = Math.Round(number * field.Factor, 10, MidpointRounding.AwayFromZero) / 1.0000000000m;
        if (name == MappedTargets.PricePerKwh) Price(writer, ours);
        else writer.WriteNumber(name, ours);
    }

    /// <summary>OCPI's form of one price for energy.</summary>
    private static void Price(Utf8JsonWriter writer, decimal price)
    {
        writer.WriteStartArray("elements");
        writer.WriteStartObject();
        writer.WriteStartArray("price_components");
        writer.WriteStartObject();
        writer.WriteString("type", "ENERGY");
        writer.WriteNumber("price", price);
        writer.WriteNumber("step_size", 1);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private void Time(Utf8JsonWriter writer, MappedField field, JsonElement value)
    {
        if (field.Format == "rfc3339" && field.Match is null)
        {
            Copy(writer, field.Target.Name, value);
            return;
        }

        var text = Matched(field, MappedText.Of(value));
        var read = text is null || field.Format == "rfc3339" ? text : MappedTime.Read(text, field.Format);
        if (read is null && text is not null && MappedTime.IsExchanged(text, field.Format)) TimesExchanged++;
        if (read is null) Copy(writer, field.Target.Name, value);
        else writer.WriteString(field.Target.Name, field.Target.Kind == MappedKind.Day && read.Length > 10 && field.Format != "rfc3339" ? read[..10] : read);
    }

    private void Word(Utf8JsonWriter writer, MappedField field, JsonElement value, string place)
    {
        var sent = Matched(field, MappedText.Of(value));
        var meaning = sent is null ? null : Meaning(field, sent, place);
        if (field.Target.Kind == MappedKind.Flag && meaning is "true" or "false") Flag(writer, field, meaning);
        else if (meaning is not null && (meaning != sent || field.Match is not null)) writer.WriteString(field.Target.Name, meaning);
        else if (sent is not null && field.Ignore.Contains(sent, StringComparer.OrdinalIgnoreCase)) return;
        else if (field.Target.Name == MappedTargets.TwentyFourSeven) findings.Add(ValueRules.ValueWrongType, place, sent);
        else Copy(writer, field.Target.Name, value);
    }

    /// <summary>The table's, ours, the declared default; null: a word to be ignored.</summary>
    private string? Meaning(MappedField field, string sent, string place)
    {
        if (field.Ignore.Contains(sent, StringComparer.OrdinalIgnoreCase)) return null;
        if (field.Words.TryGetValue(sent, out var meaning)) return meaning;
        if (field.Otherwise is not { } otherwise || field.Target.Allowed.Contains(sent, StringComparer.OrdinalIgnoreCase)) return sent;
        findings.Add(ValueRules.WordUnknown, place, sent, $"Read as {otherwise}, as the operator file has it for other words.");
        return otherwise;
    }

    private void WordList(Utf8JsonWriter writer, MappedField field, JsonElement value, string place)
    {
        IEnumerable<JsonElement> items = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [value];
        if (field.Split is { } split && value.ValueKind == JsonValueKind.String)
            items = (MappedText.Of(value) ?? "").Split(split, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(w => JsonSerializer.SerializeToElement(w));
        writer.WriteStartArray(field.Target.Name);
        foreach (var item in items)
        {
            var sent = Matched(field, MappedText.Of(item));
            if (sent is null) writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(item), skipInputValidation: true);
            else if (Meaning(field, sent, place) is { } meaning) writer.WriteStringValue(meaning);
        }

        writer.WriteEndArray();
    }

    private static void Flag(Utf8JsonWriter writer, MappedField field, string flag)
    {
        if (field.Target.Name != MappedTargets.TwentyFourSeven)
        {
            writer.WriteBoolean(field.Target.Name, flag == "true");
            return;
        }

        if (flag != "true") return;
        writer.WriteStartObject("opening_hours");
        writer.WriteBoolean(MappedTargets.TwentyFourSeven, true);
        writer.WriteEndObject();
    }

    /// <summary>Byte by byte: half a surrogate pair cannot be written otherwise, and the reader tells of it.</summary>
    private static void Copy(Utf8JsonWriter writer, string name, JsonElement value)
    {
        writer.WritePropertyName(name);
        writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(value), skipInputValidation: true);
    }
}
