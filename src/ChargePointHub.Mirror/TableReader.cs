using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace ChargePointHub.Mirror;

/// <summary>Reads a table row by row: the row as it stands, and its cells.</summary>
internal sealed class TableReader : IDisposable
{
    private static readonly CsvConfiguration Rfc4180 = new(CultureInfo.InvariantCulture) { NewLine = "\r\n", BadDataFound = null };

    private readonly CsvParser parser;
    private readonly Dictionary<string, int> places = [];

    private readonly bool headOnly;

    private TableReader(CsvParser parser, bool headOnly) => (this.parser, this.headOnly) = (parser, headOnly);

    /// <summary>The line of column names, as it stands.</summary>
    public string Head { get; private set; } = "";

    public IReadOnlyList<string> Columns { get; private set; } = [];

    /// <summary>The row, with the end of its line.</summary>
    public string Row => parser.RawRecord;

    /// <param name="headOnly">Its rows are passed over.</param>
    /// <exception cref="IOException">There is no head, or reading it failed.</exception>
    public static async Task<TableReader> OpenAsync(Stream table, bool headOnly = false)
    {
        var reader = new TableReader(new CsvParser(new StreamReader(table), Rfc4180), headOnly);
        if (!await reader.parser.ReadAsync()) throw new IOException("The table has no line of column names.");
        reader.Head = reader.Row;
        reader.Columns = reader.parser.Record!;
        foreach (var column in reader.Columns) reader.places[column] = reader.places.Count;
        return reader;
    }

    public async Task<bool> NextAsync() => !headOnly && await parser.ReadAsync();

    /// <summary>What stands under a column; empty where there is no such.</summary>
    public string Text(string column) => places.TryGetValue(column, out var place) && place < parser.Count ? CsvRow.TextOf(parser[place]) : "";

    public void Dispose() => parser.Dispose();
}
