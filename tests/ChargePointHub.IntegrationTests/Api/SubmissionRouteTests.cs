using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ChargePointHub.Model;
using ChargePointHub.Server.Api.OpenApi;
using ChargePointHub.Server.Geography;
using ChargePointHub.Server.Submissions;
using ChargePointHub.Store;
using ChargePointHub.Store.Audit;

namespace ChargePointHub.IntegrationTests.Api;

/// <summary>An operator hands in files under its own key.</summary>
public sealed class SubmissionRouteTests : IAsyncLifetime
{
    private const string Alpha = "cph_live_alpha_secret";
    private const string Beta = "cph_live_beta_secret";
    private const string Header = "Session,Charger,In,Out,kWh\n";
    private const string Good = Header + "S1,P1,2026-07-01T09:30:00Z,2026-07-01T11:30:00Z,12.5\nS2,P1,2026-07-02T09:30:00Z,2026-07-02T08:30:00Z,3\n";

    private readonly ApiHost host = new();

    public async Task InitializeAsync()
    {
        await host.InitializeAsync();
        host.Granted[Alpha] = Scope.Of(OrganisationRole.Operator, "alpha", []);
        host.Granted[Beta] = Scope.Of(OrganisationRole.Operator, "beta", []);
        await host.AddChargePointAsync("alpha:P1");
        await host.TickAsync(1);
        await host.TakeFilesAsync();
    }

    public Task DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Who_hangs_up_after_the_last_page_finds_the_report_when_he_comes_again()
    {
        var (feed, plan) = host.HandingIn.Single().Submittable().Single(s => s.Plan.Dataset == Dataset.ChargingSessions);
        var handed = new HandedIn(feed, plan, "2026-Q3", LondonCalendar.Quarter(2026, 3), "alpha");
        var run = new SubmissionRun(new PageWriter(host.Database), new RunLog(host.Database), new SubmissionStore(host.Database), new AreaIndex([]), TimeProvider.System);
        using var gone = new CancellationTokenSource();
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(Good));

        await run.ExecuteAsync(handed, file, _ => gone.Cancel(), gone.Token);

        Assert.True((await PostAsync(Good)).Json.GetProperty("repeated").GetBoolean());
        await using var command = host.Database.Reads.CreateCommand("SELECT string_agg(outcome, ',') FROM run WHERE kind = 'submission'");
        Assert.Equal("completed", await command.ExecuteScalarAsync());
    }

    [Theory]
    [InlineData("alpha", "too_large")]
    [InlineData(null, null)]
    public async Task An_upload_that_is_read_for_too_long_ends_and_is_told(string? keyId, string? code)
    {
        var (feed, plan) = host.HandingIn.Single().Submittable().Single(s => s.Plan.Dataset == Dataset.ChargingSessions);
        var run = new SubmissionRun(new PageWriter(host.Database), new RunLog(host.Database), new SubmissionStore(host.Database), new AreaIndex([]), new HurriedTime());
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(Good));

        var (report, _) = await run.ExecuteAsync(new HandedIn(feed, plan, "2026-Q3", LondonCalendar.Quarter(2026, 3), keyId), file, null, CancellationToken.None);

        Assert.Equal(code, SubmissionReport.Read(report).Fault?.Code);
    }

    [Fact]
    public async Task What_is_purged_between_a_file_s_last_page_and_its_report_is_not_in_it()
    {
        var (feed, plan) = host.HandingIn.Single().Submittable().Single(s => s.Plan.Dataset == Dataset.ChargingSessions);
        var run = new SubmissionRun(new PageWriter(host.Database), new RunLog(host.Database), new SubmissionStore(host.Database), new AreaIndex([]), TimeProvider.System);
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(Good));
        void Purge(int rows) => new PurgeStore(host.Database).PurgeAsync(
            new Purge(Dataset.ChargingSessions, "alpha", "alpha:S2", HidesId: true, IsMended: false, "x", "x"), CancellationToken.None).GetAwaiter().GetResult();

        var (report, _) = await run.ExecuteAsync(new HandedIn(feed, plan, "2026-Q3", LondonCalendar.Quarter(2026, 3), "alpha"), file, Purge, CancellationToken.None);

        Assert.Equal(["session-ends-before-start 1 0", "session-late 2 0"], SubmissionReport.Read(report).Findings.Select(f => $"{f.Rule} {f.Count} {f.Samples.Count}"));
    }

    [Fact]
    public async Task A_file_is_taken_once_reported_and_on_record()
    {
        var (status, first) = await PostAsync(Good);
        var (_, again) = await PostAsync(Good);
        var (_, corrected) = await PostAsync(Good.Replace("T08:30:00Z", "T10:30:00Z", StringComparison.Ordinal));
        var listed = await host.GetAsync("/v1/submissions", Alpha);

        Assert.True(status == HttpStatusCode.OK, first.ToString());
        var report = first.GetProperty("data");
        Assert.Equal((2, 1, 1), (report.GetProperty("rows_read").GetInt32(), report.GetProperty("accepted").GetInt32(), report.GetProperty("refused").GetInt32()));
        Assert.Equal("2026-06-30T23:00:00.000Z", report.GetProperty("claimed").GetProperty("from").GetString());
        var place = report.GetProperty("findings")[0].GetProperty("samples")[0];
        Assert.Equal((3, "Out"), (place.GetProperty("line").GetInt32(), place.GetProperty("column").GetString()));
        Assert.Equal((false, true), (first.GetProperty("repeated").GetBoolean(), again.GetProperty("repeated").GetBoolean()));
        Assert.Equal(report.GetProperty("submission_id").GetString(), again.GetProperty("data").GetProperty("submission_id").GetString());
        Assert.Equal((1, 1), (corrected.GetProperty("data").GetProperty("written").GetProperty("added").GetInt32(), corrected.GetProperty("data").GetProperty("written").GetProperty("unchanged").GetInt32()));
        Assert.Equal(2, listed.Data.Count);
        Assert.Empty((await host.GetAsync("/v1/submissions", Beta)).Data);
        Assert.Equal(2, (await host.GetAsync("/v1/submissions")).Data.Count);
        Assert.Empty((await host.GetAsync("/v1/submissions?dataset=status_changes")).Data);
        var rows = await Audit.AuditTable.UntilClosedAsync(host.ConnectionString);
        Assert.Equal(7, rows.Count(r => r.Kind == AuditKind.Opened && r.Route == "/v1/submissions"));
    }

    [Fact]
    public async Task Of_a_report_that_is_older_than_a_count_the_count_is_none()
    {
        await PostAsync(Good);
        await using (var command = host.Database.Reads.CreateCommand("""UPDATE submission SET report = regexp_replace(report::text, ',"(late|kept_out|unplaced)":0', '', 'g')::json RETURNING report::text"""))
            Assert.DoesNotContain("unplaced", (string?)await command.ExecuteScalarAsync(), StringComparison.Ordinal);

        var written = Assert.Single((await host.GetAsync("/v1/submissions", Alpha)).Data).GetProperty("written");

        Assert.Equal(["added", "changed", "late", "unchanged", "waiting", "kept_out", "unplaced"], written.EnumerateObject().Select(p => p.Name));
        Assert.Equal((1, 0), (written.GetProperty("added").GetInt32(), written.GetProperty("unplaced").GetInt32()));
    }

    [Fact]
    public async Task The_file_of_a_quarter_under_way_claims_it_up_to_when_it_first_came_also_when_it_is_sent_again_after_its_end()
    {
        var claimed = new List<string>();
        foreach (var at in new[] { "2026-08-15", "2026-08-16", "2026-10-05", "2026-10-06" })
        {
            host.AskedAt = DateTimeOffset.Parse($"{at}T12:00:00Z", System.Globalization.CultureInfo.InvariantCulture);
            var (_, answer) = await PostAsync(Good);
            claimed.Add($"{answer.GetProperty("repeated")} {answer.GetProperty("data").GetProperty("claimed").GetProperty("to").GetString()}");
        }

        Assert.Equal(["False 2026-08-15T12:00:00.000Z", "True 2026-08-15T12:00:00.000Z", "True 2026-08-15T12:00:00.000Z", "True 2026-08-15T12:00:00.000Z"], claimed);
        await ReadOtherwiseAsync();
        Assert.Equal("2026-08-15T12:00:00.000Z", (await PostAsync(Good)).Json.GetProperty("data").GetProperty("claimed").GetProperty("to").GetString());
        var quarter = LondonCalendar.Quarter(2026, 3);
        Assert.Equal([new Window(quarter.From, new DateTimeOffset(2026, 8, 15, 12, 0, 0, TimeSpan.Zero))], (await new CoverageStore(host.Database).ReadAsync("alpha", Dataset.ChargingSessions, CancellationToken.None)).Covered);
        var (_, whole) = await PostAsync(Good + "\n");
        Assert.Equal("2026-09-30T23:00:00.000Z", whole.GetProperty("data").GetProperty("claimed").GetProperty("to").GetString());
    }

    [Fact]
    public async Task An_old_file_that_is_sent_again_turns_back_no_correction()
    {
        const string wrong = Header + "S1,P1,2026-07-01T09:30:00Z,2026-07-01T11:30:00Z,12.5\n";
        var right = wrong.Replace("12.5", "13", StringComparison.Ordinal);
        var minute = 0;
        Task<(HttpStatusCode Status, JsonElement Json)> NextAsync(string body, string period = "2026-Q3")
        {
            host.AskedAt = new DateTimeOffset(2026, 10, 5, 12, minute++, 0, TimeSpan.Zero);
            return PostAsync(body, $"dataset=charging_sessions&period={period}");
        }

        await NextAsync(wrong + "S2,P1,2026-0");
        await NextAsync(wrong);
        await NextAsync(right);
        var (retried, cut) = await NextAsync(wrong + "S2,P1,2026-0");
        await ReadOtherwiseAsync();
        var (status, old) = await NextAsync(wrong);
        var (same, corrected) = await NextAsync(right);
        var (_, june) = await NextAsync(wrong, "2026-06");
        await using var stored = host.Database.Reads.CreateCommand("SELECT energy_wh FROM charging_session WHERE session_id = 'alpha:S1'");

        Assert.Equal((HttpStatusCode.UnprocessableEntity, HttpStatusCode.UnprocessableEntity, HttpStatusCode.OK), (retried, status, same));
        Assert.Contains("[superseded]", cut.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains("[superseded]", old.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.False(corrected.GetProperty("repeated").GetBoolean());
        Assert.Contains("[period_wrong]", june.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(13_000L, Convert.ToInt64(await stored.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(HttpStatusCode.OK, (await NextAsync(wrong + "\n")).Status);
        Assert.Equal(12_500L, Convert.ToInt64(await stored.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_file_that_ended_in_a_fault_is_read_again()
    {
        const string changes = "Charger,Status,At\nP1,AVAILABLE,2026-09-25T08:00:00Z\n";
        const string query = "dataset=status_changes&period=2026-Q3";
        host.AskedAt = new DateTimeOffset(2026, 8, 1, 12, 0, 0, TimeSpan.Zero);
        var (_, early) = await PostAsync(changes, query);
        host.AskedAt = new DateTimeOffset(2026, 9, 20, 12, 0, 0, TimeSpan.Zero);
        var (status, late) = await PostAsync(changes, query);

        Assert.Contains("[all_refused]", early.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.OK, 1), (status, late.GetProperty("data").GetProperty("written").GetProperty("added").GetInt32()));
        Assert.Equal(JsonValueKind.Null, Assert.Single((await host.GetAsync("/v1/submissions", Alpha)).Data).GetProperty("fault").ValueKind);
    }

    [Fact]
    public async Task Figures_that_came_before_their_period_was_over_are_never_those_of_all_of_it()
    {
        const string figures = "Charger,Sessions\nP1,4\n";
        const string query = "dataset=reported_usage&period=2026-Q3";
        host.AskedAt = new DateTimeOffset(2026, 9, 20, 12, 0, 0, TimeSpan.Zero);
        var (early, _) = await PostAsync(figures, query);
        host.AskedAt = new DateTimeOffset(2026, 10, 5, 12, 0, 0, TimeSpan.Zero);
        var (_, again) = await PostAsync(figures, query);
        var (status, anew) = await PostAsync(figures + "\n", query);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, early);
        Assert.Contains("These very bytes came at 2026-09-20T12:00:00.000Z already", again.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.OK, 1), (status, anew.GetProperty("data").GetProperty("written").GetProperty("added").GetInt32()));
    }

    [Theory]
    [InlineData("", "text/csv", "dataset=charging_sessions", Good, 400, "CPH-1023")]
    [InlineData("", "text/csv", "period=2026-Q3", Good, 400, "CPH-1023")]
    [InlineData("", "text/csv", "dataset=charging_sessions&period=2027-Q3", Good, 400, "CPH-1104")]
    [InlineData("", "text/csv", "dataset=charging_sessions&period=Q3", Good, 400, "CPH-1106")]
    [InlineData("", "text/csv", "dataset=sessions&period=2026-Q3", Good, 400, "CPH-1003")]
    [InlineData("", "text/csv", "dataset=tariffs&period=2026-Q3", Good, 400, "CPH-4001")]
    [InlineData(Beta, "text/csv", "period=2026-Q3", Good, 400, "CPH-4001")]
    [InlineData("", "multipart/form-data; boundary=x", "dataset=charging_sessions&period=2026-Q3", Good, 415, "CPH-4002")]
    [InlineData("", "text/plain", "dataset=charging_sessions&period=2026-Q3", Good, 415, "CPH-4002")]
    [InlineData("", "text/csv", "dataset=charging_sessions&period=2026-Q3", "", 422, "CPH-4003")]
    [InlineData("", "text/csv", "dataset=charging_sessions&period=2026-Q3", Header + "S1,P1", 422, "CPH-4003")]
    [InlineData(ApiHost.Key, "text/csv", "dataset=charging_sessions&period=2026-Q3", Good, 403, "CPH-2006")]
    [InlineData("nobody", "text/csv", "dataset=charging_sessions&period=2026-Q3", Good, 401, "CPH-2002")]
    public async Task A_mistake_is_told_and_documented(string key, string type, string query, string body, int status, string code)
    {
        var (answered, problem) = await PostAsync(body, query, type, key.Length == 0 ? Alpha : key);

        Assert.Equal((status, code), ((int)answered, problem.GetProperty("code").GetString()));
        Assert.Contains(HubOpenApi.ErrorsOf(ChargePointHub.Server.Api.ApiRoutes.Posts.Single()), e => e.Code == code);
        Assert.All(problem.GetProperty("errors").EnumerateArray(), e => Assert.False(string.IsNullOrWhiteSpace(e.GetProperty("example").GetString())));
    }

    [Fact]
    public async Task Who_sends_slowly_holds_up_himself_alone()
    {
        var alpha = host.HandingIn.Single();
        host.HandingIn = [alpha, .. new[] { "beta", "gamma" }.Select(id => alpha with { OperatorId = id, Feeds = [.. alpha.Feeds.Select(f => f with { OperatorId = id })] })];
        host.Granted["cph_live_gamma_secret"] = Scope.Of(OrganisationRole.Operator, "gamma", []);
        using var slow = new SlowContent(Header);
        using var slower = new SlowContent(Header);
        var sending = new[] { SendAsync(slow, Beta), SendAsync(slower, "cph_live_gamma_secret") };
        await Task.WhenAll(slow.Begun, slower.Begun);

        var (status, _) = await PostAsync(Good);
        slow.Go();
        slower.Go();

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.All(await Task.WhenAll(sending), s => Assert.Equal(HttpStatusCode.OK, s.Status));
    }

    [Fact]
    public async Task An_operator_sends_one_file_at_a_time()
    {
        using var desk = new SubmissionDesk(() => [], new SubmissionRun(new PageWriter(host.Database), new RunLog(host.Database), new SubmissionStore(host.Database), new AreaIndex([]), TimeProvider.System));
        using (await desk.ReceiveAsync("alpha", CancellationToken.None))
        {
            Assert.Null(await desk.ReceiveAsync("alpha", CancellationToken.None));
            Assert.NotNull(await desk.ReceiveAsync("beta", CancellationToken.None));
        }

        Assert.NotNull(await desk.ReceiveAsync("alpha", CancellationToken.None));
    }

    [Fact]
    public async Task A_dataset_that_leaves_the_operator_file_during_the_upload_is_told()
    {
        using var slow = new SlowContent(Header);
        var sending = SendAsync(slow, Alpha);
        await slow.Begun;
        host.HandingIn = [];
        slow.Go();

        var (status, problem) = await sending;
        Assert.Equal((HttpStatusCode.BadRequest, "CPH-4001"), (status, problem.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused_also_where_its_length_is_not_said() =>
        Assert.Equal("CPH-1020", (await PostAsync(new string('x', (10 * 1024 * 1024) + 1), isChunked: true)).Json.GetProperty("code").GetString());

    /// <summary>As an upgrade of the hub does: what came before was read in another way.</summary>
    private async Task ReadOtherwiseAsync()
    {
        await using var command = host.Database.Reads.CreateCommand("UPDATE submission SET judged_with = judged_with || '-before'");
        await command.ExecuteNonQueryAsync();
    }

    private async Task<(HttpStatusCode Status, JsonElement Json)> PostAsync(
        string body, string query = "dataset=charging_sessions&period=2026-Q3", string type = "text/csv", string key = Alpha, bool isChunked = false)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return await SendAsync(content, key, query, isChunked);
    }

    private async Task<(HttpStatusCode Status, JsonElement Json)> SendAsync(HttpContent content, string key, string query = "dataset=charging_sessions&period=2026-Q3", bool isChunked = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/submissions?{query}") { Content = content };
        request.Headers.TransferEncodingChunked = isChunked;
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var response = await host.Http.SendAsync(request);
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return (response.StatusCode, json.RootElement.Clone());
    }

    /// <summary>Whatever is waited for has been waited for.</summary>
    private sealed class HurriedTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime != Timeout.InfiniteTimeSpan) callback(state);
            return base.CreateTimer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Sends its beginning, and ends when it may.</summary>
    private sealed class SlowContent : HttpContent
    {
        private readonly string text;
        private readonly TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource go = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public SlowContent(string text)
        {
            this.text = text;
            Headers.ContentType = MediaTypeHeaderValue.Parse("text/csv");
        }

        public Task Begun => begun.Task;

        public void Go() => go.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(text));
            await stream.FlushAsync();
            begun.SetResult();
            await go.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
