using System.Buffers;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ChargePointHub.Server.Api;
using ChargePointHub.Server.Api.Answers;
using ChargePointHub.Server.Api.Schemas;

namespace ChargePointHub.Tests.Api;

/// <summary>Tables as a spreadsheet program opens them, which is told nothing of their columns: Gnumeric, by its converter.</summary>
public sealed partial class SpreadsheetTests
{
    private static readonly XNamespace Gnumeric = "http://www.gnumeric.org/v10.dtd";

    /// <summary>What Gnumeric calls the kinds of a cell.</summary>
    private const int Truth = 20, Number = 40, Text = 60;

    public static TheoryData<string> Tables => [.. ApiRoutes.All.Where(r => r.Path.EndsWith(".csv", StringComparison.Ordinal) && r.Dataset is not null).Select(r => r.Path)];

    [SpreadsheetTheory]
    [MemberData(nameof(Tables))]
    public async Task The_example_of_each_table_opens_with_the_types_that_its_fields_have(string path)
    {
        var list = ApiRoutes.All.Single(r => r.Path == path[..^".csv".Length]);
        var record = JsonDocument.Parse(HubSchemas.Component(list.Answers.Single(a => a.MediaType == ApiRoute.NdJson).Schema!).Example).RootElement;

        var table = CsvRecord.ExampleOf(list);

        var cells = await OpenAsync(table);

        var columns = table.Split("\r\n")[0].Split(',').ToList();
        Assert.Equal(columns, Enumerable.Range(0, columns.Count).Select(c => cells[(0, c)].Value));
        for (var column = 0; column < columns.Count; column++) AssertSame(record.GetProperty(columns[column]), cells.GetValueOrDefault((1, column)), columns[column]);
    }

    [SpreadsheetFact]
    public async Task Texts_stay_texts_and_nothing_is_a_formula()
    {
        string[] texts =
        [
            "=1+1", "+44 20 7946 0000", "-2", "@SUM(A1)", "'quoted'", "\t=1", "a,b", "two\nlines", "say \"so\"", "é🚗", "=cmd|' /C calc'!A0", "=HYPERLINK(\"x\")", "10 High Street", "1-3 High Street", "operator:1E5", "operator:00123",
            "operator:12:30", "SW1A 1AA", "N/A", "x;y",
        ];
        var csv = new CsvRecord(["a", "b"]);
        var table = new ArrayBufferWriter<byte>();
        csv.WriteHead(table);
        foreach (var text in texts) csv.Write(JsonSerializer.SerializeToUtf8Bytes(new { a = text, b = 1.5m }), table);

        var cells = await OpenAsync(Encoding.UTF8.GetString(table.WrittenSpan));

        Assert.Equal(texts, Enumerable.Range(1, texts.Length).Select(r => cells[(r, 0)].Value.TrimStart('\'') is var shown && texts[r - 1].StartsWith('\'') ? "'" + shown : shown));
        Assert.All(Enumerable.Range(1, texts.Length), r => Assert.Equal((Text, Number), (cells[(r, 0)].Kind, cells[(r, 1)].Kind)));
        Assert.DoesNotContain(cells.Values, c => c.IsFormula);
    }

    private static void AssertSame(JsonElement field, Cell? cell, string column)
    {
        switch (field.ValueKind)
        {
            case JsonValueKind.Null:
                Assert.True(cell is null, $"{column}: {cell}");
                break;
            case JsonValueKind.Number:
                Assert.Equal((Number, null), (cell!.Kind, cell.Format));
                Assert.Equal(field.GetDouble(), double.Parse(cell.Value, CultureInfo.InvariantCulture), 12);
                break;
            case JsonValueKind.True or JsonValueKind.False:
                Assert.Equal((Truth, field.GetBoolean()), (cell!.Kind, bool.Parse(cell.Value)));
                break;
            case JsonValueKind.String when Time().IsMatch(field.GetString()!):
                // A day count with a date's format, or the text as it is.
                var at = DateTime.Parse(field.GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal);
                if (cell!.Kind == Text) Assert.Equal(field.GetString(), cell.Value);
                else Assert.Equal((true, at.ToOADate()), (cell.Format?.Contains('y', StringComparison.Ordinal) == true, Math.Round(double.Parse(cell.Value, CultureInfo.InvariantCulture), 8)), Close);
                break;
            case JsonValueKind.String when LooksLikeAnother().IsMatch(field.GetString()!):
                // Told in the guide for analysts: an id of digits alone, or a month, in a file that says nothing of types.
                Assert.Contains(column, new[] { "uprn", "usrn", "connector_id", "period", "boundary_version" });
                break;
            case JsonValueKind.String:
                Assert.Equal((Text, field.GetString()), (cell!.Kind, cell.Value));
                break;
            default:
                Assert.Equal(Text, cell!.Kind);
                Assert.True(JsonElement.DeepEquals(field, JsonDocument.Parse(cell.Value).RootElement), column);
                break;
        }
    }

    private static bool Close((bool IsDate, double At) wanted, (bool IsDate, double At) found) => wanted.IsDate == found.IsDate && Math.Abs(wanted.At - found.At) < 1e-7;

    private static async Task<Dictionary<(int Row, int Column), Cell>> OpenAsync(string csv)
    {
        var folder = Directory.CreateTempSubdirectory("chargepointhub-tests-");
        try
        {
            var (from, to) = (Path.Combine(folder.FullName, "table.csv"), Path.Combine(folder.FullName, "table.xml"));
            await File.WriteAllTextAsync(from, csv);
            using var program = Process.Start(new ProcessStartInfo("ssconvert", ["-T", "Gnumeric_XmlIO:sax:0", from, to]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            var said = program.StandardError.ReadToEndAsync(patience.Token);
            await program.WaitForExitAsync(patience.Token);
            Assert.True(program.ExitCode == 0, await said);
            return XDocument.Load(to).Descendants(Gnumeric + "Cell").ToDictionary(
                c => ((int)c.Attribute("Row")!, (int)c.Attribute("Col")!),
                c => new Cell((int?)c.Attribute("ValueType") ?? 0, c.Value, (string?)c.Attribute("ValueFormat"), c.Attribute("ValueType") is null));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [GeneratedRegex("^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+Z?)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Time();

    [GeneratedRegex("^[0-9][0-9.:/-]*$", RegexOptions.CultureInvariant)]
    private static partial Regex LooksLikeAnother();

    /// <param name="Format">Of a number; null: shown as it is.</param>
    /// <param name="IsFormula">A cell of no kind holds an expression.</param>
    private sealed record Cell(int Kind, string Value, string? Format, bool IsFormula);

    /// <summary>Skipped, with its reason, where the program is missing.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class SpreadsheetFactAttribute : FactAttribute
    {
        public SpreadsheetFactAttribute() => Skip = Missing;

        /// <summary>Null: it is there.</summary>
        public static string? Missing { get; } = Look();

        private static string? Look()
        {
            try
            {
                using var program = Process.Start(new ProcessStartInfo("ssconvert", "--version") { RedirectStandardOutput = true, RedirectStandardError = true })!;
                program.WaitForExit();
                return null;
            }
            catch (Win32Exception)
            {
                return "Gnumeric is missing (ssconvert on the PATH): no spreadsheet program can open the tables.";
            }
        }
    }

    /// <inheritdoc cref="SpreadsheetFactAttribute"/>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class SpreadsheetTheoryAttribute : TheoryAttribute
    {
        public SpreadsheetTheoryAttribute() => Skip = SpreadsheetFactAttribute.Missing;
    }
}
