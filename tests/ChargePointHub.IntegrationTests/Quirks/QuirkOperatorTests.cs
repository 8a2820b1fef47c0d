using ChargePointHub.Sandbox.Quirks;

namespace ChargePointHub.IntegrationTests.Quirks;

/// <summary>Every odd operator of the Sandbox, through the whole pipeline: right records, right findings, limits kept.</summary>
public sealed class QuirkOperatorTests(QuirkyLondon london) : IClassFixture<QuirkyLondon>
{
    /// <summary>How many charge points of each status, tariffs and refused records, power, and findings by rule.</summary>
    private static readonly Dictionary<string, string[]> Expected = new()
    {
        ["quirk-bare-list"] = ["1 AVAILABLE", "0 tariffs, 0 refused, kW: 7.36", "text-as-number 2"],
        ["quirk-byte-order-mark"] = ["1 AVAILABLE", "1 CHARGING", "0 tariffs, 0 refused, kW: 7.36", "expected-missing 4", "power-derived 2"],
        ["quirk-country-name"] = ["1 AVAILABLE", "0 tariffs, 0 refused, kW: 22", "country-not-alpha-3 1", "power-unit-suspected-kw 1"],
        ["quirk-currency"] = ["1 AVAILABLE", "1 tariffs, 0 refused, kW: 7.36", "country-not-alpha-3 1", "currency-not-gbp 1"],
        ["quirk-cursor"] = ["35 AVAILABLE", "0 tariffs, 0 refused, kW: 11", "expected-missing 70"],
        ["quirk-envelope"] = ["3 AVAILABLE", "0 tariffs, 0 refused, kW: 22", "coordinates-sign-flipped 1", "coordinates-swapped 1", "expected-missing 6", "word-case 3"],
        ["quirk-key-in-query"] = ["6 AVAILABLE", "1 REMOVED", "0 tariffs, 0 refused, kW: 7.4", "absent-from-two-crawls 1", "expected-missing 14", "party-not-the-operators 1"],
        ["quirk-no-ids"] = ["1 AVAILABLE", "2 CHARGING", "2 tariffs, 0 refused, kW: 50", "expected-missing 3", "number-out-of-range 2", "text-as-number 2", "vat-unstated 2", "word-case 2"],
        ["quirk-no-power"] = ["1 AVAILABLE", "0 tariffs, 0 refused, kW: null", "expected-missing 1"],
        ["quirk-numeric-ids"] = ["2 AVAILABLE", "0 tariffs, 0 refused, kW: 7.36", "outside-territory 1", "power-derived 1", "text-as-number 5"],
        ["quirk-off-enum"] = ["1 AVAILABLE", "1 CHARGING", "1 UNKNOWN", "0 tariffs, 0 refused, kW: 7.36", "word-unknown 1"],
        ["quirk-one-answer"] = ["1 AVAILABLE", "1 CHARGING", "1 tariffs, 0 refused, kW: 7.36"],
        ["quirk-one-by-one"] = ["3 AVAILABLE", "0 tariffs, 0 refused, kW: 7.36", "expected-missing 3", "power-derived 3"],
        ["quirk-open-versions"] = ["1 AVAILABLE", "0 tariffs, 0 refused, kW: 7.36"],
        ["quirk-own-words"] = ["38 AVAILABLE", "2 OUTOFORDER", "3 tariffs, 0 refused, kW: 5.06", "currency-not-gbp 2", "power-derived 40", "text-trimmed 40", "vat-unstated 3"],
        ["quirk-quoted-lines"] = ["2 AVAILABLE", "1 CHARGING", "0 tariffs, 0 refused, kW: 11", "expected-missing 6", "personal-data-present 1", "word-case 2"],
        ["quirk-removed"] = ["1 AVAILABLE", "1 REMOVED", "0 tariffs, 0 refused, kW: 7.36"],
        ["quirk-repeated"] = ["1 INOPERATIVE", "3 tariffs, 0 refused, kW: 7.36", "duplicate-id 3"],
        ["quirk-semicolons"] = ["3 AVAILABLE", "1 CHARGING", "0 tariffs, 0 refused, kW: 22 null", "expected-missing 10", "number-unusable 1", "time-without-zone 4"],
        ["quirk-shared-host-a"] = ["1 AVAILABLE", "1 CHARGING", "0 tariffs, 0 refused, kW: 7.36", "number-as-text 4"],
        ["quirk-shared-host-b"] = ["1 AVAILABLE", "1 CHARGING", "0 tariffs, 0 refused, kW: 7.36", "number-as-text 4"],
        ["quirk-sister"] = ["1 AVAILABLE", "2 tariffs, 0 refused, kW: 7.36"],
        ["quirk-static-files"] = ["2 AVAILABLE", "1 tariffs, 0 refused, kW: 7.36"],
        ["quirk-visibility"] = ["1 AVAILABLE", "2 tariffs, 0 refused, kW: 22", "expected-missing 2", "vat-unstated 2"],
        ["quirk-zip"] = ["1 AVAILABLE", "1 OUTOFORDER", "2 tariffs, 0 refused, kW: 75", "expected-missing 4", "vat-unstated 2"],
    };

    public static TheoryData<string> Operators() => [.. QuirkOperator.ReadAll().Select(o => o.OperatorId)];

    [Theory]
    [MemberData(nameof(Operators))]
    public async Task An_odd_operator_becomes_what_it_should_and_its_limits_are_kept(string operatorId)
    {
        var expected = string.Join('\n', Expected[operatorId]);

        Assert.Equal(expected, await london.KnownAsync(operatorId, expected));

        var asked = london.London.Requests[operatorId];
        Assert.Equal(0, asked.OverLimit);
        if (QuirkOperator.ReadAll().Single(o => o.OperatorId == operatorId).Limit() is { } limit) Assert.InRange(asked.MostInInterval, 1, limit.Requests);
    }

    [Fact]
    public async Task A_time_that_says_now_makes_no_versions()
    {
        await AskedAsync("quirk-envelope", 3);
        Assert.Equal("0", await london.OneAsync("SELECT count(*)::text FROM charge_point_version WHERE operator_id = 'quirk-envelope'"));
    }

    [Fact]
    public async Task A_key_in_an_address_is_never_written_down()
    {
        await AskedAsync("quirk-key-in-query", 1);
        var key = await File.ReadAllTextAsync(Path.Combine(london.London.OperatorsFolder, "secrets", "quirk-key-in-query.token"));
        Assert.Equal("true false", await london.OneAsync($"SELECT bool_or(r::text LIKE '%apiKey=***%') || ' ' || bool_or(r::text LIKE '%{key.Trim()}%') FROM run r WHERE operator_id = 'quirk-key-in-query'"));
    }

    [Fact]
    public async Task An_error_within_status_200_ends_a_pull_and_claims_nothing()
    {
        await AskedAsync("quirk-own-words", 2);
        Assert.Equal("failed 0", await london.OneAsync("SELECT outcome || ' ' || pages FROM run WHERE operator_id = 'quirk-own-words' AND dataset = 'charge_points' ORDER BY started_at LIMIT 1"));

        var expected = string.Join('\n', Expected["quirk-own-words"]);
        Assert.Equal(expected, await london.KnownAsync("quirk-own-words", expected));
        Assert.Equal("false true", await london.OneAsync(
            """
            SELECT bool_or(r.outcome = 'failed' AND c.run_id IS NOT NULL) || ' ' || bool_or(r.outcome = 'completed' AND c.run_id IS NOT NULL)
            FROM run r LEFT JOIN coverage_change c USING (run_id) WHERE r.operator_id = 'quirk-own-words' AND r.dataset = 'charge_points'
            """));
    }

    private async Task AskedAsync(string operatorId, int times)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var next = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (london.London.Requests[operatorId].Answered < times) await next.WaitForNextTickAsync(patience.Token);
    }
}
