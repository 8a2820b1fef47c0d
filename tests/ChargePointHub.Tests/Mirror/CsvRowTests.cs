using System.Buffers;
using System.Text;
using System.Text.Json;
using ChargePointHub.Mirror;
using ChargePointHub.Server.Api.Answers;
using FsCheck;
using FsCheck.Fluent;

namespace ChargePointHub.Tests.Mirror;

/// <summary>The mirror writes a record as the hub's own table has it, to the byte.</summary>
public sealed class CsvRowTests
{
    private static readonly string[] Columns = ["id", "text", "number", "list", "flag"];

    [Fact]
    public void Any_record_is_the_row_that_the_hub_writes()
    {
        var text = Gen.Elements("", "a", "=1+1", "'quoted", "-", "\t", "a,b", "say \"no\"", "two\r\nlines", "Élec 🚗", "+44", "@home").Or(ArbMap.Default.GeneratorFor<string>().Select(t => t ?? ""));
        var records = from id in text
                      from words in text
                      from number in ArbMap.Default.GeneratorFor<decimal>()
                      from list in text.ListOf(2)
                      from nothing in Gen.Choose(0, 7)
                      select JsonSerializer.Serialize(new
                      {
                          id,
                          text = (nothing & 1) == 0 ? words : null,
                          number = (nothing & 2) == 0 ? number : (decimal?)null,
                          list,
                          flag = (nothing & 4) == 0,
                      });

        Check.QuickThrowOnFailure(Prop.ForAll(records.ToArbitrary(), record =>
        {
            var theirs = new ArrayBufferWriter<byte>();
            new CsvRecord(Columns).Write(Encoding.UTF8.GetBytes(record), theirs);
            Assert.Equal(Encoding.UTF8.GetString(theirs.WrittenSpan), CsvRow.Of(JsonDocument.Parse(record).RootElement, Columns, out var unknown));
            Assert.Null(unknown);
        }));
    }

    [Fact]
    public async Task Rows_are_read_as_they_stand_and_cells_as_what_they_mean()
    {
        var record = JsonDocument.Parse("""{"id":"=a","text":"two\r\nlines, \"quoted\"","number":1.50,"list":[1],"flag":null}""").RootElement;
        var table = "id,text,number,list,flag\r\n" + CsvRow.Of(record, Columns, out _) + CsvRow.Of(record, Columns, out _);

        using var reader = await TableReader.OpenAsync(new MemoryStream(Encoding.UTF8.GetBytes(table)));
        var rows = "";
        while (await reader.NextAsync())
        {
            rows += reader.Row;
            Assert.Equal(("=a", "two\r\nlines, \"quoted\"", "1.50", ""), (reader.Text("id"), reader.Text("text"), reader.Text("number"), reader.Text("no such")));
        }

        Assert.Equal(table, reader.Head + rows);
    }

    [Fact]
    public void A_field_that_is_no_column_is_named()
    {
        CsvRow.Of(JsonDocument.Parse("""{"id":"1","colour":"green"}""").RootElement, Columns, out var unknown);

        Assert.Equal("colour", unknown);
    }
}
