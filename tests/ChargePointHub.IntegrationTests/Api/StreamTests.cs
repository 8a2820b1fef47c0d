using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using ChargePointHub.Model;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.VisualBasic.FileIO;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>NDJSON: the whole answer, told whole by its last line, and cut at the connection when it breaks.</summary>
public sealed class StreamTests : IAsyncLifetime
{
    private const int Sessions = 30_000;
    private static readonly string[] Streams =
    [
        "/v1/charge-points", "/v1/tariffs", "/v1/status-changes", "/v1/charging-sessions",
        "/v1/charge-points/alpha:P1/status-changes", "/v1/charge-points/alpha:P1/charging-sessions",
    ];

    private readonly ApiHost host = new();

    private static DateTimeOffset Now => ApiHost.Now;

    public async Task InitializeAsync()
    {
        await host.InitializeAsync();
        await host.AddChargePointAsync("alpha:P1");
        await host.AddChargePointAsync("alpha:HOME", published: false);
        await host.AddSessionAsync("alpha:S1", Now.AddHours(-2));
        await host.AddSessionAsync("alpha:S2", Now.AddHours(-1));
        await host.AddStatusChangeAsync("alpha:P1", Now.AddHours(-2), Status.Charging);
        await host.AddTariffAsync("alpha:T1");
        await host.TickAsync(1);
    }

    public Task DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task A_stream_holds_the_records_of_the_pages_one_a_line_and_sums_up()
    {
        foreach (var path in Streams)
        {
            var page = await host.GetAsync(path + "?select=operator_id");
            var whole = await host.GetAsync(path);
            var byParameter = await host.GetAsync(path + "?format=ndjson");
            var byAccept = await host.GetAsync(path, headers: ("Accept", "application/x-ndjson"));
            var selected = await host.GetAsync(path + "?format=ndjson&select=operator_id");

            Assert.Equal("application/x-ndjson", byParameter.Headers["Content-Type"]);
            Assert.Equal(byParameter.Body, byAccept.Body);
            Assert.Equal(whole.Data.Select(d => d.GetRawText()), Lines(byParameter)[..^1]);
            Assert.Equal(page.Data.Select(d => d.GetRawText()), Lines(selected)[..^1]);
            var summary = Summary(byParameter);
            Assert.Equal(whole.Data.Count, summary.GetProperty("rows").GetInt32());
            Assert.False(summary.GetProperty("limited").GetBoolean());
            foreach (var fact in whole.Json.GetProperty("meta").EnumerateObject()) Assert.Equal(fact.Value.GetRawText(), summary.GetProperty(fact.Name).GetRawText());
            Assert.Equal(whole.Headers["Hub-Completeness"], byParameter.Headers["Hub-Completeness"]);

            var described = await host.GetAsync(Statement(byParameter));
            Assert.Equal(summary.GetProperty("completeness").GetRawText(), described.Json.GetProperty("meta").GetProperty("completeness").GetRawText());
        }
    }

    [Fact]
    public async Task A_table_holds_the_records_of_the_pages_one_a_line_one_column_a_field()
    {
        foreach (var path in Streams)
        {
            foreach (var select in new[] { "", "select=operator_id" })
            {
                var page = await host.GetAsync($"{path}?{select}");
                var byParameter = await host.GetAsync($"{path}?format=csv&{select}");
                var byAccept = await host.GetAsync($"{path}?{select}", headers: ("Accept", "text/csv"));

                Assert.Equal("text/csv; charset=utf-8; header=present", byParameter.Headers["Content-Type"]);
                Assert.Equal(byParameter.Body, byAccept.Body);
                Assert.Equal(page.Headers["Hub-Completeness"], byParameter.Headers["Hub-Completeness"]);
                Assert.Equal(page.Json.GetProperty("meta").GetProperty("completeness").GetRawText(), (await host.GetAsync(Statement(byParameter))).Json.GetProperty("meta").GetProperty("completeness").GetRawText());
                using var table = new TextFieldParser(new StringReader(byParameter.Body)) { Delimiters = [","], HasFieldsEnclosedInQuotes = true, TrimWhiteSpace = false };
                Assert.Equal(page.Data[0].EnumerateObject().Select(p => p.Name), table.ReadFields());
                foreach (var record in page.Data) Assert.Equal(record.EnumerateObject().Select(p => Cell(p.Value)), table.ReadFields());
                Assert.True(table.EndOfData);
            }
        }

        static string Cell(JsonElement value) => value.ValueKind switch { JsonValueKind.Null => "", JsonValueKind.String => value.GetString()!, _ => value.GetRawText() };
    }

    [Fact]
    public async Task A_table_without_records_has_its_columns()
    {
        var answer = await host.GetAsync("/v1/charging-sessions?format=csv&period=2026-11-01");

        Assert.StartsWith("session_id,operator_id,charge_point_id,", answer.Body, StringComparison.Ordinal);
        Assert.Equal(answer.Body.Length - 2, answer.Body.IndexOf("\r\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_table_of_many_chunks_has_its_columns_once_and_as_many_lines_as_its_limit()
    {
        await FillAsync();

        var lines = (await host.GetAsync("/v1/charging-sessions?format=csv&select=session_id")).Body.Split("\r\n");
        var limited = (await host.GetAsync("/v1/charging-sessions?format=csv&select=session_id&limit=7000")).Body.Split("\r\n");

        Assert.Equal(("session_id", ""), (lines[0], lines[^1]));
        Assert.Equal(Sessions + 2, lines[1..^1].Distinct().Count(l => l != "session_id"));
        Assert.Equal(Sessions + 4, lines.Length);
        Assert.Equal(lines[..7_001], limited[..^1]);
    }

    [Fact]
    public async Task A_table_takes_no_cursor_and_a_single_charge_point_is_none()
    {
        Assert.Equal("CPH-1204", (await host.GetAsync("/v1/tariffs?format=csv&cursor=x")).Code);
        Assert.Equal(HttpStatusCode.BadRequest, (await host.GetAsync("/v1/charge-points/alpha:P1?format=csv")).Status);
        Assert.Equal(HttpStatusCode.NotAcceptable, (await host.GetAsync("/v1/charge-points/alpha:P1", headers: ("Accept", "text/csv"))).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("&from=2026-11-20T09:00:00Z")]
    [InlineData("&to=2026-11-20T11:00:00Z")]
    [InlineData("&period=2026-11-20")]
    public async Task The_statement_of_a_stream_is_of_its_window_whenever_it_is_asked_for(string time)
    {
        foreach (var path in Streams)
        {
            if (path is "/v1/charge-points" or "/v1/tariffs") continue;
            var stream = await host.GetAsync($"{path}?format=ndjson{time}");
            var window = Summary(stream).GetProperty("window");

            var query = QueryHelpers.ParseQuery(new Uri(host.Http.BaseAddress!, Statement(stream)).Query);
            Assert.Equal((window.GetProperty("from").GetString(), window.GetProperty("to").GetString()), (query["from"].Single(), query["to"].Single()));
            Assert.Equal(window.GetRawText(), (await host.GetAsync(Statement(stream))).Json.GetProperty("meta").GetProperty("window").GetRawText());
        }
    }

    [Fact]
    public async Task Many_chunks_hold_every_record_once_in_order_as_the_pages_do()
    {
        await FillAsync();

        var stream = Lines(await host.GetAsync("/v1/charging-sessions?format=ndjson"));
        var page = await host.GetAsync("/v1/charging-sessions?limit=50000");

        Assert.Equal(Sessions + 2, page.Data.Count);
        Assert.Equal(page.Data.Select(d => d.GetRawText()), stream[..^1]);
        Assert.DoesNotContain(stream, line => line.Contains("alpha:HOME", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Many_status_changes_hold_every_one_once_and_none_that_is_withheld()
    {
        await host.ExecuteAsync(
            $"""
            INSERT INTO status_change
            SELECT 'alpha', point, timestamptz '{Now.AddHours(-20).ToString("O", CultureInfo.InvariantCulture)}' + n * interval '1 second', 'CHARGING', 'EVENT', 'main', '{Guid.Empty}', 1, now(), NULL,
                json_build_object('charge_point_id', point, 'n', n)
            FROM (SELECT n, CASE WHEN n % 4 = 0 THEN 'alpha:HOME' ELSE 'alpha:P1' END AS point FROM generate_series(1, 4000) n) filled
            """);

        var stream = Lines(await host.GetAsync("/v1/status-changes?format=ndjson"));

        Assert.Equal(3001 + 1, stream.Count);
        Assert.Equal((await host.GetAsync("/v1/status-changes?limit=50000")).Data.Select(d => d.GetRawText()), stream[..^1]);
    }

    [Fact]
    public async Task What_is_joined_in_memory_follows_the_places()
    {
        await FillAsync();
        Assert.Contains("\"borough_gss\":\"E09000022\"", Lines(await host.GetAsync("/v1/charging-sessions?format=ndjson"))[^2], StringComparison.Ordinal);

        await host.ExecuteAsync("UPDATE charge_point_area SET borough_gss = 'E09000030'");
        await host.TickAsync(2);

        Assert.Contains("\"borough_gss\":\"E09000030\"", Lines(await host.GetAsync("/v1/charging-sessions?format=ndjson"))[^2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_limit_of_a_stream_is_of_the_whole_and_is_told()
    {
        foreach (var (limit, rows, limited) in new[] { (1, 1, true), (2, 2, false), (3, 2, false) })
        {
            var stream = await host.GetAsync($"/v1/charging-sessions?format=ndjson&limit={limit}");

            Assert.Equal(rows + 1, Lines(stream).Count);
            Assert.Equal(rows, Summary(stream).GetProperty("rows").GetInt32());
            Assert.Equal(limited, Summary(stream).GetProperty("limited").GetBoolean());
        }
    }

    [Fact]
    public async Task A_cursor_makes_no_sense_to_a_stream_and_is_refused()
    {
        var cursor = (await host.GetAsync("/v1/charging-sessions?limit=1")).NextCursor;

        var answer = await host.GetAsync("/v1/charging-sessions?format=ndjson&cursor=" + cursor);

        Assert.Equal("CPH-1204", answer.Code);
        Assert.Equal("/v1/charging-sessions?format=ndjson", answer.Fault.GetProperty("example").GetString());
    }

    [Theory]
    [InlineData("br", false)]
    [InlineData("gzip", false)]
    [InlineData("identity", false)]
    [InlineData("identity", true)]
    [InlineData("br", true)]
    public async Task A_stream_that_breaks_is_cut_at_the_connection(string coding, bool http2)
    {
        // Packed, it is still more than the sockets on the way can hold: it cannot have gone out before its database breaks.
        await FillAsync("(SELECT string_agg(encode(sha512((n * 8 + i)::text::bytea), 'hex'), '') FROM generate_series(0, 7) i)");
        var (app, http) = await host.StartAsync(host.Database, http2 ? HttpProtocols.Http2 : HttpProtocols.Http1);
        await using (app)
        using (http)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/charging-sessions?format=ndjson") { Version = http2 ? new Version(2, 0) : new Version(1, 1), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            request.Headers.Add("Authorization", "Bearer " + ApiHost.Key);
            request.Headers.Add("Accept-Encoding", coding);
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            await using var body = await answer.Content.ReadAsStreamAsync();
            Assert.Equal(1, await body.ReadAsync(new byte[1]));

            // The reader has stopped; the hub has read what it may hold. Then its database loses the table.
            await host.ExecuteAsync("ALTER TABLE charging_session RENAME TO elsewhere");

            var failure = await Record.ExceptionAsync(() => body.CopyToAsync(Stream.Null));
            Assert.True(failure is IOException or HttpRequestException, failure?.ToString() ?? "The stream ended as if it were whole.");
        }
    }

    [Fact]
    public async Task Before_the_first_byte_a_failure_is_still_a_problem()
    {
        await host.ExecuteAsync("ALTER TABLE charging_session RENAME TO elsewhere");

        Assert.Equal("CPH-5000", (await host.GetAsync("/v1/charging-sessions?format=ndjson")).Code);
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    public async Task A_packed_stream_starts_early_and_unpacks_to_the_same(string coding)
    {
        await FillAsync();
        var plain = await host.GetAsync("/v1/charging-sessions?format=ndjson");

        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/charging-sessions?format=ndjson");
        request.Headers.Add("Authorization", "Bearer " + ApiHost.Key);
        request.Headers.Add("Accept-Encoding", coding);
        using var answer = await host.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(coding, Assert.Single(answer.Content.Headers.ContentEncoding));
        var packed = await answer.Content.ReadAsByteArrayAsync();

        Assert.True(packed.Length < plain.Body.Length / 4);
        await using Stream unpacked = coding == "br" ? new BrotliStream(new MemoryStream(packed), CompressionMode.Decompress) : new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var text = new StreamReader(unpacked, Encoding.UTF8);
        Assert.Equal(plain.Body, await text.ReadToEndAsync());
    }

    [Fact]
    public async Task Head_of_a_stream_has_its_headers_and_reads_nothing()
    {
        var get = await host.GetAsync("/v1/charging-sessions?format=ndjson");
        await host.ExecuteAsync("ALTER TABLE charging_session RENAME TO elsewhere");

        var head = await host.GetAsync("/v1/charging-sessions?format=ndjson", method: HttpMethod.Head);

        Assert.Equal(HttpStatusCode.OK, head.Status);
        Assert.Empty(head.Body);
        foreach (var name in new[] { "Content-Type", "ETag", "Hub-Completeness", "Link", "Cache-Control", "Vary" }) Assert.Equal(get.Headers[name], head.Headers[name]);
    }

    private static List<string> Lines(Answer answer)
    {
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.EndsWith("\n", answer.Body, StringComparison.Ordinal);
        return [.. answer.Body[..^1].Split('\n')];
    }

    /// <summary>The address of what a stream says about itself.</summary>
    private static string Statement(Answer stream)
    {
        Assert.Matches("^<[^>]+>; rel=\"describedby\"", stream.Headers["Link"]);
        return stream.Headers["Link"][1..stream.Headers["Link"].IndexOf('>', StringComparison.Ordinal)];
    }

    private static JsonElement Summary(Answer answer) => JsonDocument.Parse(Lines(answer)[^1]).RootElement.GetProperty("summary");

    /// <summary>Sessions of one charge point that is served and, each fourth, of one that is not, before the two that are there.</summary>
    /// <param name="note">SQL of a text that makes the records long.</param>
    private async Task FillAsync(string note = "repeat('x', 300)")
    {
        var from = Now.AddHours(-20).ToString("O", CultureInfo.InvariantCulture);
        await host.ExecuteAsync(
            $"""
            INSERT INTO charging_session
            SELECT 'alpha', 'alpha:F' || lpad(n::text, 6, '0'), point, timestamptz '{from}' + n * interval '1 second', NULL, 12400, now(), '\x00', NULL, 'main', '{Guid.Empty}', 1, now(),
                json_build_object('session_id', 'alpha:F' || lpad(n::text, 6, '0'), 'charge_point_id', point, 'operator_id', 'alpha', 'note', {note})
            FROM (SELECT n, CASE WHEN n % 4 = 0 THEN 'alpha:HOME' ELSE 'alpha:P1' END AS point FROM generate_series(1, {Sessions / 3 * 4}) n) filled
            """);
        await host.TickAsync(1);
    }
}
