using System.Net;
using ChargePointHub.Store;

namespace ChargePointHub.IntegrationTests.Api;

public sealed class ErrorTests : IAsyncLifetime
{
    private readonly ApiHost host = new();

    public Task InitializeAsync() => host.InitializeAsync();

    public Task DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task A_cursor_with_another_question_route_or_key_is_foreign()
    {
        await host.AddTariffAsync("alpha:T1");
        await host.AddTariffAsync("alpha:T2");
        await host.TickAsync(1);
        var cursor = (await host.GetAsync("/v1/tariffs?limit=1", key: null)).NextCursor;
        Assert.NotNull(cursor);

        Assert.Equal("CPH-1202", (await host.GetAsync("/v1/tariffs?operator=alpha&cursor=" + cursor, key: null)).Code);
        Assert.Equal("CPH-1202", (await host.GetAsync("/v1/charge-points?cursor=" + cursor, key: null)).Code);
        Assert.Equal("CPH-1202", (await host.GetAsync("/v1/tariffs?cursor=" + cursor)).Code);
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/v1/tariffs?limit=7&cursor=" + cursor, key: null)).Status);
    }

    [Fact]
    public async Task After_one_answer_that_met_a_dead_connection_the_next_meets_none_in_another_pool_either()
    {
        await (await host.Database.OpenServingAsync(CancellationToken.None)).DisposeAsync();
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/health/ready", key: null)).Status);
        await host.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'");

        Assert.Equal("CPH-5001", (await host.GetAsync("/health/ready", key: null)).Code);
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/v1/tariffs", key: null)).Status);
    }

    [Fact]
    public async Task Without_boundaries_a_borough_is_refused_instead_of_answered_with_nothing()
    {
        host.Directory = host.Directory with { HasBoroughs = false };

        Assert.Equal("CPH-1015", (await host.GetAsync("/v1/charge-points?borough=camden", key: null)).Code);
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/v1/charge-points", key: null)).Status);
    }

    [Fact]
    public async Task A_cursor_with_one_changed_character_is_broken_at_every_position()
    {
        await host.AddTariffAsync("alpha:T1");
        await host.AddTariffAsync("alpha:T2");
        await host.TickAsync(1);
        var cursor = (await host.GetAsync("/v1/tariffs?limit=1", key: null)).NextCursor!;

        for (var i = 0; i < cursor.Length; i++)
        {
            var changed = cursor[..i] + (cursor[i] == 'A' ? 'B' : 'A') + cursor[(i + 1)..];
            Assert.Equal("CPH-1201", (await host.GetAsync("/v1/tariffs?cursor=" + changed, key: null)).Code);
        }
    }

    [Fact]
    public async Task A_cursor_from_after_the_state_that_was_restored_is_refused()
    {
        await host.AddTariffAsync("alpha:T1");
        await host.AddTariffAsync("alpha:T2");
        await host.TickAsync(9);
        var cursor = (await host.GetAsync("/v1/tariffs?limit=1", key: null)).NextCursor;
        await host.TickAsync(8);

        Assert.Equal("CPH-1203", (await host.GetAsync("/v1/tariffs?cursor=" + cursor, key: null)).Code);
    }

    [Fact]
    public async Task An_unexpected_failure_tells_nothing_of_the_inside()
    {
        host.CursorKeyFailure = new InvalidOperationException("secret inside");

        var answer = await host.GetAsync("/v1/tariffs", key: null);

        Assert.Equal("CPH-5000", answer.Code);
        Assert.Equal(HttpStatusCode.InternalServerError, answer.Status);
        Assert.Equal("service", answer.Fault.GetProperty("in").GetString());
        Assert.Equal("/v1/tariffs", answer.Fault.GetProperty("example").GetString());
        Assert.Equal(answer.Headers["X-Request-Id"], answer.Json.GetProperty("request_id").GetString());
        Assert.DoesNotContain("secret", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("InvalidOperation", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/tariffs", "CPH-5000", true)]
    [InlineData("/v1/charging-sessions", "CPH-5000", false)]
    [InlineData("/nowhere", "CPH-3001", true)]
    public async Task Other_sites_read_why_open_data_failed_and_nothing_is_guessed_from_it(string path, string code, bool open)
    {
        host.CursorKeyFailure = new InvalidOperationException("secret inside");

        var answer = await host.GetAsync(path, headers: [("Origin", "https://elsewhere.example"), ("X-Request-Id", "mine-1")]);

        Assert.Equal(code, answer.Code);
        Assert.Equal("nosniff", answer.Headers["X-Content-Type-Options"]);
        Assert.Equal("mine-1", answer.Headers["X-Request-Id"]);
        Assert.Equal(open ? "*" : null, answer.Headers.GetValueOrDefault("Access-Control-Allow-Origin"));
        Assert.Equal(open, answer.Headers.GetValueOrDefault("Access-Control-Expose-Headers")?.Contains("X-Request-Id", StringComparison.Ordinal) ?? false);
    }

    [Theory]
    [InlineData("/v1/tariffs", null, "cross-origin")]
    [InlineData("/v1/tariffs?form=x", null, "cross-origin")]
    [InlineData("/v1/charging-sessions", ApiHost.Key, "same-origin")]
    [InlineData("/v1/charging-sessions", null, "same-origin")]
    [InlineData("/nowhere", null, "cross-origin")]
    public async Task Browsers_are_told_to_do_nothing_with_an_answer_but_show_it(string path, string? key, string resource)
    {
        var headers = (await host.GetAsync(path, key)).Headers;

        Assert.Equal("nosniff", headers["X-Content-Type-Options"]);
        Assert.Equal("DENY", headers["X-Frame-Options"]);
        Assert.Equal("default-src 'none'; frame-ancestors 'none'", headers["Content-Security-Policy"]);
        Assert.Equal("no-referrer", headers["Referrer-Policy"]);
        Assert.Equal(resource, headers["Cross-Origin-Resource-Policy"]);
    }

    [Fact]
    public async Task Without_its_database_the_hub_lives_and_is_not_ready()
    {
        await using var nowhere = Database.Open("Host=127.0.0.1;Port=1;Username=nobody;Database=none;Timeout=2");
        var (app, http) = await host.StartAsync(nowhere);
        await using (app)
        using (http)
        {
            using var ready = await http.GetAsync("/health/ready");
            using var live = await http.GetAsync("/health/live");
            using var data = await http.GetAsync("/v1/charge-points");

            Assert.Equal(HttpStatusCode.OK, live.StatusCode);
            foreach (var answer in new[] { ready, data })
            {
                Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
                Assert.Contains("CPH-5001", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
                Assert.Equal("5", answer.Headers.GetValues("Retry-After").Single());
            }
        }
    }
}
