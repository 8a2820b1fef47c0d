using System.Buffers;
using System.Text;
using System.Text.Json;
using ChargePointHub.Server.Api.Answers;
using Microsoft.VisualBasic.FileIO;

namespace ChargePointHub.Tests.Api;

public sealed class CsvRecordTests
{
    private static readonly string[] Columns = ["a", "b", "c"];

    [Theory]
    [InlineData("""{"a":"x","b":1.50,"c":true}""", "x,1.50,true")]
    [InlineData("""{"a":null,"b":-7,"c":false}""", ",-7,false")]
    [InlineData("""{"a":"","b":1e-7,"c":null}""", "\"\",1e-7,")]
    [InlineData("""{"a":"1,5","b":"say \"so\"","c":"two\r\nlines"}""", "\"1,5\",\"say \"\"so\"\"\",\"two\r\nlines\"")]
    [InlineData("""{"a":"=SUM(A1)","b":"+44","c":"@x"}""", "'=SUM(A1),'+44,'@x")]
    [InlineData("""{"a":"-1","b":"\tx","c":"\rx"}""", "'-1,'\tx,\"'\rx\"")]
    [InlineData("""{"a":"'quoted'","b":"=1,\"2\"","c":"a=b"}""", "''quoted',\"'=1,\"\"2\"\"\",a=b")]
    [InlineData("""{"a":["x","y"],"b":{"k":1},"c":[]}""", "\"[\"\"x\"\",\"\"y\"\"]\",\"{\"\"k\"\":1}\",[]")]
    [InlineData("""{"a":"\u00e9\ud83d\ude97","b":"\\","c":"00123"}""", "é🚗,\\,00123")]
    [InlineData("""{"a":1,"other":{"c":2},"c":3}""", "1,,3")]
    [InlineData("""{"b":2}""", ",2,")]
    [InlineData("{}", ",,")]
    public void A_record_is_one_line_of_all_columns(string record, string line) => Assert.Equal(line + "\r\n", Written(new CsvRecord(Columns), record));

    [Fact]
    public void The_columns_are_the_fields_that_were_asked_for_in_the_record_s_order()
    {
        var csv = CsvRecord.Of(Columns, ["c", "a"]);

        var text = new ArrayBufferWriter<byte>();
        csv.WriteHead(text);
        Assert.Equal("a,c\r\n", Encoding.UTF8.GetString(text.WrittenSpan));
        Assert.Equal("1,3\r\n", Written(csv, """{"a":1,"b":2,"c":3}"""));
    }

    [Fact]
    public void Another_reader_of_CSV_reads_every_text_as_it_was()
    {
        var random = new Random(20261126);
        // This reader reads line ends within quotes in its own way: those stand in the lines above.
        var alphabet = "ab,;\"'\t=+-@ é\\|".ToCharArray();
        var texts = Enumerable.Range(0, 3_000).Select(_ => Enumerable.Range(0, 3).Select(_ => "x" + new string(random.GetItems(alphabet, random.Next(8))) + "x").ToArray()).ToList();
        var csv = new CsvRecord(Columns);
        var whole = string.Concat(texts.Select(t => Written(csv, JsonSerializer.Serialize(Columns.Zip(t).ToDictionary(p => p.First, p => p.Second)))));

        using var parser = new TextFieldParser(new StringReader(whole)) { Delimiters = [","], HasFieldsEnclosedInQuotes = true, TrimWhiteSpace = false };
        foreach (var wanted in texts) Assert.Equal(wanted, parser.ReadFields());
        Assert.True(parser.EndOfData);
    }

    private static string Written(CsvRecord csv, string record)
    {
        var output = new ArrayBufferWriter<byte>();
        csv.Write(Encoding.UTF8.GetBytes(record), output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
