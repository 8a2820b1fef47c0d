using System.Text.Json;
using ChargePointHub.Mirror;
using ChargePointHub.Tests.Client;
using Microsoft.AspNetCore.Http;

namespace ChargePointHub.Tests.Mirror;

/// <summary>Whatever a hub answers, a copy that is said to be up to date is; and every other is told by the exit code.</summary>
public sealed class MirroringTests : IDisposable
{
    private const string Head = "tariff_id,currency\r\n";

    private const string Tariffs = "--dataset tariffs";

    private readonly string folder = Directory.CreateTempSubdirectory("cph-mirror-").FullName;

    private string Table => Path.Combine(folder, "tariffs.csv");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task What_does_not_fit_while_a_copy_begins_begins_it_anew()
    {
        await using var hub = await HubAsync(
            [Page(), Page([Upsert("b")], hasMore: true), PretendHub.Problem(410, "CPH-1205"), Page(), Page([Upsert("b")], hasMore: true), Page([Upsert("c")])],
            [Csv(Head + "a,GBP\r\n")]);

        var (code, output, error) = await RunAsync(hub, Tariffs);

        Assert.Equal(0, code);
        Assert.Contains("tariffs: begun anew, CPH-1205.", error, StringComparison.Ordinal);
        Assert.Contains("tariffs: 3 rows", output, StringComparison.Ordinal);
        Assert.Equal(Head + "a,GBP\r\nb,GBP\r\nc,GBP\r\n", await File.ReadAllTextAsync(Table));
    }

    [Fact]
    public async Task A_field_that_the_hub_learns_while_a_copy_begins_begins_it_anew()
    {
        await using var hub = await HubAsync(
            [Page(), Page([Upsert("b", ""","colour":"green" """)]), Page(), Page([Upsert("b", ""","colour":"green" """)]), Page()],
            [Csv(Head + "a,GBP\r\n"), Csv("tariff_id,currency,colour\r\na,GBP,\r\n")]);

        var (code, _, error) = await RunAsync(hub, Tariffs);

        Assert.Equal(0, code);
        Assert.Contains("tariffs: begun anew, as records have a field that the table has not: colour.", error, StringComparison.Ordinal);
        Assert.Equal("tariff_id,currency,colour\r\na,GBP,\r\nb,GBP,green\r\n", await File.ReadAllTextAsync(Table));
    }

    [Fact]
    public async Task What_the_hub_learns_while_its_table_is_read_is_in_the_copy()
    {
        await using var hub = await HubAsync([Page(), Page(), Page([Upsert("b")])], [Csv(Head + "a,GBP\r\n")]);

        Assert.Equal(0, (await RunAsync(hub, Tariffs)).Code);
        Assert.Equal(Head + "a,GBP\r\nb,GBP\r\n", await File.ReadAllTextAsync(Table));
    }

    [Fact]
    public async Task A_table_that_is_cut_is_asked_for_again()
    {
        await using var hub = await HubAsync([Page()], [PretendHub.Cut(Head + "a,GBP\r\n", "text/csv", HasBegunAsync()), Csv(Head + "a,GBP\r\nb,GBP\r\n")]);

        var (code, _, error) = await RunAsync(hub, Tariffs);

        Assert.Equal(0, code);
        Assert.Contains("tariffs: the hub's table was cut, and is asked for again.", error, StringComparison.Ordinal);
        Assert.Equal(Head + "a,GBP\r\nb,GBP\r\n", await File.ReadAllTextAsync(Table));

        async Task HasBegunAsync()
        {
            while (!File.Exists(Table + ".next")) await Task.Yield();
        }
    }

    [Fact]
    public async Task A_copy_that_another_hand_changed_at_equal_length_is_begun_anew_when_it_is_next_written()
    {
        await using var hub = await HubAsync([Page(), Page(), Page(), Page([Upsert("b")]), Page(), Page([Upsert("b")]), Page()], [Csv(Head + "a,GBP\r\n")]);
        await RunAsync(hub, Tariffs);
        await File.WriteAllTextAsync(Table, Head + "a,EUR\r\n");

        var (code, _, error) = await RunAsync(hub, Tariffs);

        Assert.Equal(0, code);
        Assert.Contains($"tariffs: begun anew, as {Table} was changed by another hand.", error, StringComparison.Ordinal);
        Assert.Equal(Head + "a,GBP\r\nb,GBP\r\n", await File.ReadAllTextAsync(Table));
    }

    [Fact]
    public async Task Columns_that_the_hub_s_table_has_besides_begin_a_copy_anew_where_it_is_proved()
    {
        await using var hub = await HubAsync([Page()], [Csv(Head + "a,GBP\r\n"), Csv("tariff_id,currency,colour\r\na,GBP,\r\n")]);
        await RunAsync(hub, Tariffs);

        var (code, output, error) = await RunAsync(hub, Tariffs + " --prove");

        Assert.Equal(0, code);
        Assert.Contains("tariffs: begun anew, as the hub's table has other columns.", error, StringComparison.Ordinal);
        Assert.Contains("tariffs: equal to the hub, 1 rows", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_right_that_ends_while_a_copy_is_proved_is_told()
    {
        await using var hub = await HubAsync([Page(), Page(), Page(), PretendHub.Problem(410, "CPH-1205"), PretendHub.Problem(403, "CPH-2006")], [Csv(Head + "a,GBP\r\n"), Csv(Head + "a,EUR\r\n")]);

        var (code, output, error) = await RunAsync(hub, Tariffs + " --prove");

        Assert.Equal((int)ExitCode.Refused, code);
        Assert.Contains("tariffs: left out. CPH-2006", error, StringComparison.Ordinal);
        Assert.DoesNotContain("equal", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_copy_whose_right_has_ended_is_told_until_it_is_deleted()
    {
        var isHeld = true;
        await using var hub = await PretendHub.StartAsync(context => isHeld || !IsOf(context, "tariffs") ? AnyAsync(context) : PretendHub.Problem(403, "CPH-2006")(context));
        Assert.Equal(0, (await RunAsync(hub, "")).Code);
        isHeld = false;

        var (code, _, error) = await RunAsync(hub, "");
        Assert.Equal((int)ExitCode.Refused, code);
        Assert.Contains($"{Table} stays as it was; delete it", error, StringComparison.Ordinal);

        File.Delete(Table);
        Assert.Equal(0, (await RunAsync(hub, "")).Code);
    }

    [Fact]
    public async Task A_403_of_something_on_the_way_is_no_right_that_is_missing()
    {
        await using var hub = await PretendHub.StartAsync(async context =>
        {
            context.Response.StatusCode = 403;
            await context.Response.WriteAsync("<html>blocked</html>");
        });

        var (code, _, error) = await RunAsync(hub, "");

        Assert.Equal((int)ExitCode.Unreachable, code);
        Assert.DoesNotContain("left out", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(500, 3)]
    [InlineData(400, 1)]
    public async Task A_dataset_that_fails_leaves_those_after_it_alone(int status, int expected)
    {
        await using var hub = await PretendHub.StartAsync(context => IsOf(context, "tariffs") ? PretendHub.Problem(status, "CPH-1001")(context) : AnyAsync(context));

        var (code, output, error) = await RunAsync(hub, "");

        Assert.Equal(expected, code);
        Assert.Contains("tariffs: CPH-1001", error, StringComparison.Ordinal);
        Assert.Equal(["charge_points", "status_changes", "charging_sessions", "outages", "reported_usage"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l[..l.IndexOf(':', StringComparison.Ordinal)]));
    }

    [Fact]
    public async Task A_hub_that_is_away_when_a_mirror_that_goes_on_begins_is_asked_again()
    {
        await using var hub = await PretendHub.StartAsync(
            [.. Enumerable.Repeat(PretendHub.Problem(503, "CPH-5003"), 6), PretendHub.Json($$"""{"data":{{PretendHub.Example("Me")}}}"""), PretendHub.Problem(401, "CPH-2003")]);
        var key = Path.Combine(folder, "key");
        await File.WriteAllTextAsync(key, PretendHub.Key);

        var (code, _, error) = await RunAsync(hub, $"--every 1 --key file:{key}");

        Assert.Equal((int)ExitCode.Refused, code);
        Assert.Matches("(?s)CPH-5003.*Tried again in 1 s.*The hub knows this key as .*CPH-2003", error);
    }

    private async Task<(int Code, string Output, string Error)> RunAsync(PretendHub hub, string arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await MirrorCommand.RunAsync(
            [folder, "--hub", hub.Address.ToString(), .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)], output, error, isErrorRedirected: true, new NoPauses());
        return (code, output.ToString(), error.ToString());
    }

    /// <param name="changes">One answer after the other, and the last one again and again.</param>
    /// <param name="tables">As well.</param>
    private static Task<PretendHub> HubAsync(RequestDelegate[] changes, RequestDelegate[] tables)
    {
        var (page, table) = (0, 0);
        return PretendHub.StartAsync(context => context.Request.Path == "/v1/changes"
            ? changes[Math.Min(page++, changes.Length - 1)](context) : tables[Math.Min(table++, tables.Length - 1)](context));
    }

    private static bool IsOf(HttpContext context, string dataset) =>
        context.Request.Query["dataset"] == dataset || context.Request.Path.Value!.Contains($"/{dataset.Replace('_', '-')}.csv", StringComparison.Ordinal);

    private static Task AnyAsync(HttpContext context) => (context.Request.Path == "/v1/changes" ? Page() : Csv("id\r\n"))(context);

    private static RequestDelegate Csv(string table) => context =>
    {
        context.Response.ContentType = "text/csv";
        return context.Response.WriteAsync(table);
    };

    private static RequestDelegate Page(string[]? changes = null, bool hasMore = false) => PretendHub.Json(
        $$"""{"data":[{{string.Join(',', changes ?? [])}}],"meta":{"as_of":"2026-11-20T08:20:00.000Z","schema":"hub/v1/changes","datasets":[]},"links":{"self":"/v1/changes","next":null},"next_cursor":"c","has_more":{{JsonSerializer.Serialize(hasMore)}}}""");

    private static string Upsert(string id, string besides = "") =>
        $$$"""{"dataset":"tariffs","operation":"upsert","key":{"tariff_id":"{{{id}}}"},"recorded_at":"2026-11-20T08:20:00.000Z","record":{"tariff_id":"{{{id}}}","currency":"GBP"{{{besides}}}}}""";
}
