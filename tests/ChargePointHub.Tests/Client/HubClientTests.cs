using System.Net;
using System.Text.Json.Nodes;
using ChargePointHub.Client;
using Microsoft.AspNetCore.Http;

namespace ChargePointHub.Tests.Client;

/// <summary>What the generated calls ask and how they read what comes.</summary>
public sealed class HubClientTests
{
    [Fact]
    public async Task Pages_are_followed_to_the_last_one_by_the_hubs_own_links()
    {
        await using var hub = await PretendHub.StartAsync(
            PretendHub.Json(Page("T1", "/v1/tariffs?limit=1&cursor=one")), PretendHub.Json(Page("T2", "/v1/tariffs?limit=1&cursor=two")), PretendHub.Json(Page("T3", null)));
        var client = hub.Client();

        var tariffs = await client.AllAsync(await client.ListTariffsAsync(limit: 1)).Select(t => t.TariffId).ToListAsync();

        Assert.Equal(["T1", "T2", "T3"], tariffs);
        Assert.Equal(["/v1/tariffs?limit=1", "/v1/tariffs?limit=1&cursor=one", "/v1/tariffs?limit=1&cursor=two"], hub.Asked.Select(a => a.Address));
    }

    [Fact]
    public async Task Parameters_go_out_under_the_hubs_names_in_the_hubs_words()
    {
        await using var hub = await PretendHub.StartAsync(PretendHub.Json(PretendHub.Example("ChargePointList")));

        await hub.Client().ListChargePointsAsync(borough: ["camden", "E09000022"], status: [Status.OutOfOrder], maxPowerKwGte: "50", near: "51.5,-0.1", asOf: "2026-11-20T08:15:00+00:00");

        Assert.Equal(
            "/v1/charge-points?borough=camden,E09000022&near=51.5%2C-0.1&max_power_kw__gte=50&status=OUTOFORDER&as_of=2026-11-20T08%3A15%3A00%2B00%3A00", Assert.Single(hub.Asked).Address);
    }

    [Fact]
    public async Task Numbers_are_exact_and_times_what_they_say()
    {
        await using var hub = await PretendHub.StartAsync(PretendHub.Json(PretendHub.Example("ChargingSessionList", page =>
        {
            var session = page["data"]![0]!;
            session["energy_kwh"] = JsonNode.Parse("11.4090000000000000001");
            session["plug_in_at"] = "2026-11-20T08:15:00.123456Z";
        })));

        var session = (await hub.Client().ListChargingSessionsAsync()).Data[0];

        Assert.Equal(11.4090000000000000001m, session.EnergyKwh);
        Assert.Equal(new DateTimeOffset(2026, 11, 20, 8, 15, 0, TimeSpan.Zero).AddMicroseconds(123456), session.PlugInAt);
        Assert.Null(session.ErrorCode);
    }

    [Fact]
    public async Task A_word_of_a_newer_hub_stops_no_reader_and_a_new_field_is_passed_over()
    {
        await using var hub = await PretendHub.StartAsync(PretendHub.Json(PretendHub.Example("ChargePointList", page =>
        {
            page["data"]![0]!["status"] = "TELEPORTED";
            page["data"]![0]!["colour"] = "green";
        })));

        Assert.Equal(Status.Unlisted, (await hub.Client().ListChargePointsAsync()).Data[0].Status);
    }

    [Fact]
    public async Task A_record_that_lacks_a_field_is_refused_rather_than_read_as_empty()
    {
        await using var hub = await PretendHub.StartAsync(PretendHub.Json(PretendHub.Example("ChargingSessionList", page => page["data"]![0]!.AsObject().Remove("energy_kwh"))));

        var refused = await Assert.ThrowsAsync<HubAnswerException>(() => hub.Client().ListChargingSessionsAsync());

        Assert.Equal((int)HttpStatusCode.OK, refused.Status);
        Assert.Contains("energy_kwh", refused.InnerException!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_table_that_is_cut_or_falls_silent_fails_while_it_is_read(bool isCut)
    {
        var hasHead = new TaskCompletionSource();
        await using var hub = await PretendHub.StartAsync(isCut
            ? PretendHub.Cut("tariff_id\r\n", "text/csv", hasHead.Task)
            : async context =>
            {
                await context.Response.WriteAsync("tariff_id\r\n");
                await context.Response.Body.FlushAsync();
                await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            });
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var answer = await hub.Client().OpenAsync("/v1/tariffs.csv", "text/csv", patience.Token);
        var body = await answer.Content.ReadAsStreamAsync(patience.Token);
        Assert.Equal(11, await body.ReadAtLeastAsync(new byte[100], 11, cancellationToken: patience.Token));
        hasHead.SetResult();

        var reading = body.ReadAsync(new byte[100], patience.Token).AsTask();
        while (!isCut && !reading.IsCompleted)
        {
            hub.Time.Advance(TimeSpan.FromSeconds(101));
            await Task.Yield();
        }

        await Assert.ThrowsAsync<HttpIOException>(() => reading);
    }

    [Theory]
    [InlineData("ChargePointList")]
    [InlineData("TariffList")]
    [InlineData("StatusChangeList")]
    [InlineData("ReportedUsageList")]
    [InlineData("ChangeList")]
    public async Task Every_list_reads_the_document_s_own_example(string component)
    {
        await using var hub = await PretendHub.StartAsync(PretendHub.Json(PretendHub.Example(component)));
        var client = hub.Client();

        Assert.True(component switch
        {
            "ChargePointList" => (await client.ListChargePointsAsync()).Data.Count,
            "TariffList" => (await client.ListTariffsAsync()).Data.Count,
            "StatusChangeList" => (await client.ListStatusChangesAsync()).Data.Count,
            "ReportedUsageList" => (await client.ListReportedUsageAsync()).Data.Count,
            _ => (await client.ListChangesAsync()).Data.Count,
        } > 0);
    }

    private static string Page(string id, string? next) => PretendHub.Example("TariffList", page =>
    {
        page["data"]![0]!["tariff_id"] = id;
        page["links"]!["next"] = next;
    });
}
