using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ChargePointHub.IntegrationTests.Store;
using ChargePointHub.Server.Api.Schemas;
using ChargePointHub.Server.Collection;
using ChargePointHub.Store;
using ChargePointHub.Tests.Contract;

namespace ChargePointHub.IntegrationTests.Notices;

/// <summary>Breaks and recoveries: told once each, in order, signed, whatever comes between.</summary>
public sealed class NoticesTests : NoticeScene
{
    [Fact]
    public async Task A_break_and_the_recovery_are_told_once_each_and_in_order()
    {
        await PollAsync(null);
        for (var failure = 0; failure < 2; failure++) await PollAsync("unauthorised");
        await LookAndSendAsync();
        Assert.Empty(Received);

        for (var failure = 0; failure < 3; failure++)
        {
            await PollAsync("unauthorised");
            await LookAndSendAsync();
        }

        await PollAsync(null);
        for (var looks = 0; looks < 3; looks++) await LookAndSendAsync();

        Assert.Equal(["feed.broken", "feed.recovered"], Received.Select(t => t.Json.GetProperty("type").GetString()));
        var (broken, recovered) = (Received.First().Data, Received.Last().Data);
        Assert.Equal("unauthorised", broken.GetProperty("cause").GetString());
        Assert.Equal(broken.GetProperty("broken_at").GetString(), recovered.GetProperty("broken_at").GetString());
        Assert.NotNull(recovered.GetProperty("recovered_at").GetString());
        Assert.Equal(2, Received.Select(t => t.Id).Distinct().Count());
        Assert.DoesNotContain(Received, t => t.Body.Contains("whsec_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Polls_that_fail_now_and_then_break_nothing()
    {
        foreach (var failure in new[] { null, "timed_out", "timed_out", null, "timed_out", null, "server_error", "timed_out", null })
        {
            await PollAsync(failure);
            await LookAndSendAsync();
        }

        Assert.Empty(Received);
        Assert.Equal("0", await Hub.OneAsync("SELECT count(*) FROM feed_break"));
    }

    [Theory]
    [InlineData("hub_fault")]
    [InlineData("credential_missing")]
    public async Task The_hub_s_own_faults_are_no_break_of_the_operator_s(string fault)
    {
        await PollAsync(null);
        for (var minute = 0; minute < 20; minute++) await PollAsync(fault);
        await LookAndSendAsync();
        Assert.Equal("0", await Hub.OneAsync("SELECT count(*) FROM feed_break"));

        for (var failure = 0; failure < 3; failure++) await PollAsync("timed_out");
        await LookAndSendAsync();
        Assert.Equal("timed_out", Assert.Single(Received).Data.GetProperty("cause").GetString());
    }

    [Fact]
    public async Task An_operator_that_hangs_is_broken_by_the_age_of_its_data_and_not_by_the_hub_s_own_absence()
    {
        await PollAsync(null);
        Clock.Now = Noon.AddHours(9);
        await Watch.LookAsync(Definition, null, Clock.Now, CancellationToken.None);
        Assert.Equal("0", await Hub.OneAsync("SELECT count(*) FROM feed_break"));

        var since = Clock.Now;
        Clock.Now += TimeSpan.FromMinutes(16);
        await Watch.LookAsync(Definition, null, since, CancellationToken.None);
        await SendAllAsync();

        Assert.Equal("stale", Assert.Single(Received).Data.GetProperty("cause").GetString());
    }

    [Fact]
    public async Task A_machine_that_slept_tells_no_break_of_the_time_it_slept_through()
    {
        await PollAsync(null);
        var watched = new WatchedSince(Clock.Now);
        await LookAfterAsync(TimeSpan.FromSeconds(10));
        await LookAfterAsync(TimeSpan.FromHours(9));
        Assert.Equal("0", await Hub.OneAsync("SELECT count(*) FROM feed_break"));

        for (var look = 0; look < 15 * 2; look++) await LookAfterAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("0", await Hub.OneAsync("SELECT count(*) FROM feed_break"));
        await LookAfterAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("stale", await Hub.OneAsync("SELECT cause FROM feed_break"));

        Task LookAfterAsync(TimeSpan pause)
        {
            Clock.Now += pause;
            return Watch.LookAsync(Definition, null, watched.Look(Clock.Now), CancellationToken.None);
        }
    }

    [Fact]
    public async Task What_a_clock_that_ran_ahead_left_behind_neither_hides_a_break_nor_holds_up_its_recovery_or_its_notices()
    {
        Clock.Now = Noon.AddYears(1);
        for (var poll = 0; poll < 3; poll++) await PollAsync(null);
        Clock.Now = Noon;
        for (var failure = 0; failure < 3; failure++) await PollAsync("timed_out");
        await LookAsync();
        Assert.Equal("1", await Hub.OneAsync("SELECT count(*) FROM feed_break"));

        await Hub.OneAsync("UPDATE feed_break SET broken_at = '2027-11-20' RETURNING 1");
        await Hub.OneAsync("UPDATE notice SET made_at = '2027-11-20', next_at = '2027-11-20' RETURNING 1");
        await PollAsync(null);
        await Hub.OneAsync($"UPDATE coverage SET to_at = '{Clock.Now.AddMinutes(-15):O}' RETURNING 1");
        await LookAsync();
        await SendAllAsync();

        Assert.Equal(["feed.broken", "feed.recovered"], Received.Select(t => t.Json.GetProperty("type").GetString()));
    }

    [Fact]
    public async Task A_notice_that_was_put_off_while_the_clock_ran_ahead_is_sent_when_it_is_put_right()
    {
        await BreakAsync();
        await Hub.OneAsync("UPDATE notice SET attempts = 1, tried_at = '2027-11-20', next_at = '2027-11-20 00:00:30' RETURNING 1");

        await SendAllAsync();

        Assert.Single(Received);
    }

    private Task LookAsync() => Watch.LookAsync(Definition, null, Noon, CancellationToken.None);

    [Fact]
    public async Task The_signature_is_that_of_an_independent_computation()
    {
        await BreakAsync();
        await SendAllAsync();

        var notice = Assert.Single(Received);
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Convert.FromBase64String(Secret["whsec_".Length..]));
        foreach (var part in new[] { notice.Id, ".", notice.Timestamp, ".", notice.Body }) hmac.AppendData(Encoding.UTF8.GetBytes(part));
        Assert.Equal("v1," + Convert.ToBase64String(hmac.GetHashAndReset()), notice.Signature);
        Assert.Equal(Clock.Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), notice.Timestamp);
    }

    [PythonFact]
    public async Task The_program_of_the_documentation_takes_a_genuine_notice_and_no_other()
    {
        await BreakAsync();
        await SendAllAsync();
        var notice = Assert.Single(Received);
        var program = DocumentedProgram() + $$"""

            import sys
            headers = {"webhook-id": "{{notice.Id}}", "webhook-timestamp": "{{notice.Timestamp}}", "webhook-signature": "v1,AAAA {{notice.Signature}}"}
            body, now = sys.stdin.buffer.read(), {{notice.Timestamp}}
            print(is_genuine("{{Secret}}", headers, body, now), is_genuine("{{Secret}}", headers, body + b" ", now), is_genuine("{{Secret}}", headers, body, now + 301),
                  is_genuine("whsec_" + "A" * 44, headers, body, now), is_genuine("{{Secret}}", {**headers, "webhook-id": "other"}, body, now))
            """;

        Assert.Equal("True False False False False", (await RunPythonAsync(program, notice.Body)).Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1].Trim());
    }

    [NodeFact]
    public async Task A_notice_is_what_its_schema_says()
    {
        await BreakAsync();
        await PollAsync(null);
        await LookAndSendAsync();

        var verdicts = await OutsideJudge.JudgeAsync([.. Received.Select(t => (HubSchemas.Component("Notice").PublishedAs, t.Body))]);

        Assert.Equal(2, verdicts.Count);
        Assert.All(verdicts, Assert.Null);
    }

    [Fact]
    public async Task Of_two_hubs_only_the_one_with_the_lease_tells_and_it_tells_once()
    {
        var leases = new OperatorLeases(Hub.Database);
        var zombie = await leases.TryTakeAsync(Guid.NewGuid(), Operator, CancellationToken.None);
        await Hub.OneAsync("UPDATE operator_lease SET expires_at = '-infinity' RETURNING 1");
        var holder = await leases.TryTakeAsync(Guid.NewGuid(), Operator, CancellationToken.None);
        for (var failure = 0; failure < 3; failure++) await PollAsync("unreachable");

        await Assert.ThrowsAsync<LeaseLostException>(() => Watch.LookAsync(Definition, zombie!.Token, Noon, CancellationToken.None));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Watch.LookAsync(Definition, holder!.Token, Noon, CancellationToken.None)));
        await Assert.ThrowsAsync<LeaseLostException>(() => Sender().SendNextAsync(Operator, Receiver, zombie!.Token, CancellationToken.None));
        Assert.Empty(Received);
        while (await Sender().SendNextAsync(Operator, Receiver, holder!.Token, CancellationToken.None))
        {
        }

        Assert.Single(Received);
        Assert.Equal("1", await Hub.OneAsync("SELECT count(*) FROM notice"));
    }

    /// <summary>The first program in Python on the page for operators.</summary>
    private static string DocumentedProgram()
    {
        using var stream = typeof(HubSchemas).Assembly.GetManifestResourceStream("docs/operators.html")!;
        using var reader = new StreamReader(stream);
        return new Docs.ServedPage("/docs/operators", reader.ReadToEnd()).Blocks.First(b => b.Language == "python").Text;
    }

    private static async Task<string> RunPythonAsync(string program, string input)
    {
        using var python = Process.Start(new ProcessStartInfo("python3", ["-c", program]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await python.StandardInput.WriteAsync(input);
        python.StandardInput.Close();
        var said = await python.StandardOutput.ReadToEndAsync();
        await python.WaitForExitAsync();
        return said;
    }
}
