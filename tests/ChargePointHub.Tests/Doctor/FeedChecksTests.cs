using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Server.Doctor;
using ChargePointHub.Tests.Sandbox;

namespace ChargePointHub.Tests.Doctor;

public class FeedChecksTests
{
    [Fact]
    public async Task Each_feed_is_asked_once_and_its_TLS_certificate_and_credential_are_told()
    {
        await using var sandbox = new SandboxFixture();
        var host = await sandbox.StartAsync();
        var lamplight = Path.Combine(host.OperatorsFolder, "secrets", "lamplight.token");
        File.WriteAllText(lamplight, "not-the-token");
        var registry = Assert.IsType<LoadedRegistry>(ChargePointHub.Server.Hosting.OperatorFiles.Registry.Load(host.OperatorsFolder));

        var shown = new List<int>();
        var checks = await FeedChecks.LookAsync(registry, new RequestCount(TimeProvider.System), TimeProvider.System, (done, _) => { lock (shown) shown.Add(done); }, CancellationToken.None);
        var feeds = checks.Where(c => c.Subject == "feeds").ToList();

        Assert.Equal(registry.Feeds.Count(), feeds.Count);
        Assert.True(feeds.Count > registry.Operators.Count);
        Assert.Equal(Enumerable.Range(1, feeds.Count), shown.Order());
        var refused = Assert.Single(feeds, c => c.Outcome == CheckOutcome.Failed);
        Assert.Contains("lamplight/loti", refused.Sentence, StringComparison.Ordinal);
        Assert.Contains("unauthorised", refused.Sentence, StringComparison.Ordinal);
        Assert.Contains(lamplight, refused.Remedy, StringComparison.Ordinal);
        Assert.All(feeds.Except([refused]), c => Assert.Matches(@"TLS 1\.3, days left of its certificate: \d+, credential (accepted|not refused)", c.Sentence));
        Assert.Contains(checks, c => c.Subject == "clock" && c.Sentence.Contains("5 of 5", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_has_no_turn_within_seconds_is_not_asked_and_not_waited_for()
    {
        await using var sandbox = new SandboxFixture();
        var host = await sandbox.StartAsync(sandbox.Options with { Operators = 1, ChargePoints = 5 });
        var registry = Assert.IsType<LoadedRegistry>(ChargePointHub.Server.Hosting.OperatorFiles.Registry.Load(host.OperatorsFolder));
        var count = new RequestCount(TimeProvider.System);
        await count.HoldAsync(registry.Feeds.Single().LimitGroup, TimeSpan.FromMinutes(42), CancellationToken.None);

        var look = FeedChecks.LookAsync(registry, count, TimeProvider.System, (_, _) => { }, CancellationToken.None);

        var check = Assert.Single(await look.WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.Equal(CheckOutcome.NotChecked, check.Outcome);
        Assert.Matches("was not asked: .* the next request may go out in 0:4[12]:", check.Sentence);
    }

    [Fact]
    public async Task An_operator_that_is_away_fails_the_check_with_its_kind()
    {
        await using var sandbox = new SandboxFixture();
        var host = await sandbox.StartAsync(sandbox.Options with { Operators = 1, ChargePoints = 5 });
        var registry = Assert.IsType<LoadedRegistry>(ChargePointHub.Server.Hosting.OperatorFiles.Registry.Load(host.OperatorsFolder));
        await sandbox.StopAsync();

        var check = Assert.Single(await FeedChecks.LookAsync(registry, new RequestCount(TimeProvider.System), TimeProvider.System, (_, _) => { }, CancellationToken.None));

        Assert.Equal(CheckOutcome.Failed, check.Outcome);
        Assert.Contains("unreachable", check.Sentence, StringComparison.Ordinal);
    }
}
