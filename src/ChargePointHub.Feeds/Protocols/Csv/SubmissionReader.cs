using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using ChargePointHub.Feeds.Conformance;
using ChargePointHub.Feeds.Protocols.MappedJson;
using ChargePointHub.Feeds.Protocols.Values;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Csv;

/// <summary>One step of reading a file: a page of records, or the fault that ended it.</summary>
public abstract record SubmissionStep
{
    private protected SubmissionStep()
    {
    }
}

/// <param name="Rows">Read so far; rows that the mapping passes over among them.</param>
/// <param name="IsLast">The whole file was read.</param>
public sealed record SubmittedPage(int Number, bool IsLast, RecordPage Records, int Rows) : SubmissionStep
{
    /// <summary>What is said of the file as a whole, with its last page.</summary>
    public IReadOnlyList<Finding> OfFile { get; init; } = [];
}

public sealed record SubmissionEnded(SubmissionFault Fault, int Rows) : SubmissionStep;

/// <summary>
/// A file becomes records, judged, by the mapping of its operator's file: each row is read as a JSON object whose properties are the columns
/// that the mapping names, so that one vocabulary serves files and APIs. A finding's place is <c>/line/column</c>. That a file was misread shows
/// only at its end (<see cref="SubmissionFault.KeepsNothing"/>): who keeps records reads twice, and writes the second time.
/// </summary>
/// <param name="plan">Of a feed whose files are handed in.</param>
/// <param name="period">That the file is stated to hold; null: a dataset without one.</param>
public sealed class SubmissionReader(FeedDefinition feed, DatasetPlan plan, Window? period, DateTimeOffset now)
{
    public const int RowsInPage = 1000;

    private const int MostShown = 3;

    private static readonly JsonSerializerOptions AsTheyCame = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ArrayBufferWriter<byte> row = new();
    private readonly List<string> firstRows = [];

    /// <summary>Rows to be shown: the first that were accepted, as JSON objects of the columns that the mapping names.</summary>
    public IReadOnlyList<string> FirstRows => firstRows;

    /// <summary>Columns that the mapping does not name: never looked at. Known once the first step is there.</summary>
    public IReadOnlyList<string> UnreadColumns { get; private set; } = [];

    /// <summary>Of these, columns whose name says that they concern a person.</summary>
    public IEnumerable<string> PersonalColumns => TableHeader.Personal(UnreadColumns);

    /// <param name="content">Seekable; left open.</param>
    /// <param name="cancellationToken">Looked at between rows.</param>
    public IEnumerable<SubmissionStep> Read(Stream content, CancellationToken cancellationToken = default)
    {
        var (mapping, dialect, rows, ofPages, number) = (plan.Mapping!, feed.Csv!, 0, 0, 1);
        if (plan.Dataset == Dataset.ReportedUsage && period is { } stated && stated.To > now)
        {
            yield return new SubmissionEnded(new SubmissionFault(SubmissionFaultKind.PeriodNotOver, null, $"The period {Period.Of(stated)} ends at {Instants.Format(stated.To)}: figures are taken of periods that are over. Send them then, or those of the months in it that are over, each as its own period."), 0);
            yield break;
        }

        var (opened, unread) = SubmittedFile.Open(content, dialect, cancellationToken);
        if (opened is null)
        {
            yield return new SubmissionEnded(unread!, 0);
            yield break;
        }

        using var table = opened;
        var (header, fault) = TableHeader.Read(table, mapping, dialect);
        if (header is null)
        {
            yield return new SubmissionEnded(fault!, 0);
            yield break;
        }

        UnreadColumns = header.Unread;
        var mapped = new MappedMapping(feed, plan, now);
        var page = new PageBuilder(StringComparer.Ordinal) { LastWins = plan.LaterArrivalWins };
        while (table.Next() is { } next)
        {
            cancellationToken.ThrowIfCancellationRequested();
            fault = header.CutWithin(next, dialect);
            if (fault is not null) break;
            rows++;
            var notes = header.Notes(next, table.IsTyped);
            // Where cells are too few or too many, values stand under the wrong names: nothing of the row is read.
            using var record = Record(notes.Exists(n => n.Rule == TableRules.RowWidth) ? next with { Cells = [] } : next, header);
            var mappedRow = new MappedRow([new MappedLevel(record.RootElement, next.Line.ToString(CultureInfo.InvariantCulture), rows - 1)], null);
            var refused = page.Refused;
            if (mappedRow.Passes(mapping.List.Only)) mapped.AddRow(mappedRow, null, page, period, notes);
            if (firstRows.Count < MostShown && page.Refused == refused && page.Count > 0) firstRows.Add(JsonSerializer.Serialize(record.RootElement, AsTheyCame));
            if (!next.EndsLine && page.Refused > refused)
                fault = new SubmissionFault(SubmissionFaultKind.Cut, next.Line, "The file's last row was refused and has no end of line: it may have been cut within it. Send the whole file; end its last line, too.");
            if (rows - ofPages < RowsInPage || page.Count == 0) continue;
            ofPages = rows;
            yield return new SubmittedPage(number++, false, page.Take(), rows);
        }

        fault = Misread(mapped, page) ?? fault ?? table.Fault;
        if (fault is null && rows > 0 && page.Distinct == page.Refused)
        {
            fault = page.Refused > 0
                ? new SubmissionFault(SubmissionFaultKind.AllRefused, null, "Each row was refused, and none is kept. The findings say why: most likely the columns, the form of dates or the decimal sign are others than the operator file says.")
                : new SubmissionFault(SubmissionFaultKind.NothingTaken, null, $"None of the {rows} rows is one that the operator file takes: \"only\" passes each over. Check its column and word. A file of a period in which nothing happened has the column names alone.");
        }

        if (fault is null)
        {
            yield return new SubmittedPage(number, true, page.Take(), rows) { OfFile = rows == 0 ? [Findings.Make(TableRules.NoRows, $"/{header.Line}", null)] : [] };
            yield break;
        }

        if (page.Count > 0) yield return new SubmittedPage(number, false, page.Take(), rows);
        yield return new SubmissionEnded(fault, rows);
    }

    /// <summary>Whatever else ended the reading: rows before that place were misread too.</summary>
    private SubmissionFault? Misread(MappedMapping mapped, PageBuilder page)
    {
        if (mapped.TimesExchanged > 0)
            return new SubmissionFault(SubmissionFaultKind.DatesExchanged, null, $"{mapped.TimesExchanged} times can be read only with day and month the other way round than the operator file says, so that those of days up to 12 were most likely misread; none is kept. Write them all as it says, or have it say how they are written.");
        if (page.EventsOutside > page.Events - page.EventsOutside)
            return new SubmissionFault(SubmissionFaultKind.PeriodWrong, null, $"{page.EventsOutside} of {page.Events} accepted rows lie outside of the period {period}; none is kept. Check the period, and the form of dates (day and month).");
        return null;
    }

    /// <summary>Only columns that the mapping names.</summary>
    private JsonDocument Record(TableRow from, TableHeader header)
    {
        row.Clear();
        using (var writer = new Utf8JsonWriter(row))
        {
            writer.WriteStartObject();
            foreach (var (cell, name) in from.Cells.Zip(header.Names))
            {
                if (name is null || cell.Kind == CellKind.Empty) continue;
                writer.WritePropertyName(name);
                if (cell.Kind == CellKind.Text) writer.WriteStringValue(cell.Text);
                else writer.WriteRawValue(cell.Text!);
            }

            writer.WriteEndObject();
        }

        return JsonDocument.Parse(row.WrittenMemory.ToArray());
    }
}
