using System.Diagnostics;
using System.Text;
using ChargePointHub.Model;
using Xunit.Abstractions;

namespace ChargePointHub.Tests.Feeds.Protocols;

public sealed class ThroughputTests(ITestOutputHelper output)
{
    /// <summary>The bound is far below what one core does, so that only a change of order fails it; the figure itself is printed.</summary>
    [Fact]
    public async Task A_page_of_ten_thousand_sessions_is_mapped_and_judged_in_a_fraction_of_a_second()
    {
        const int rows = 10_000;
        var body = new StringBuilder("""{"data":[""");
        for (var i = 0; i < rows; i++)
        {
            if (i > 0) body.Append(',');
            body.Append(System.Globalization.CultureInfo.InvariantCulture, $$"""{"session_id":"S-{{i:D8}}","charge_point_id":"LDN-{{i % 700:D6}}-1","connector_id":"1","plug_in_at":"2026-11-20T08:15:00.000Z","plug_out_at":"2026-11-20T10:45:00.000Z","charge_start_at":"2026-11-20T08:15:20.000Z","charge_end_at":"2026-11-20T10:02:00.000Z","charging_minutes":106.667,"energy_kwh":12.345,"peak_kw":7.2,"cost_ex_vat":5.04,"cost_inc_vat":6.05,"currency":"GBP","tariff_id":"STD-2026","payment_method":"APP","user_type":"VISITOR","outcome":"SUCCESS","ended_by":"DRIVER","error_code":null,"start_soc_percent":null,"end_soc_percent":null,"corrects_session_id":null,"last_updated":"2026-11-20T10:45:07.000Z"}""");
        }

        var json = body.Append($$"""],"next_cursor":null,"total":{{rows}}}""").ToString();
        var best = TimeSpan.MaxValue;
        for (var run = 0; run < 12; run++)
        {
            var answer = PretendFeed.Json(json);
            var started = Stopwatch.GetTimestamp();
            var pulled = await new PretendFeed(_ => answer).PullAsync(PretendFeed.Feed("loti-v1"), Dataset.ChargingSessions, rows);
            var took = Stopwatch.GetElapsedTime(started);
            if (took < best) best = took;
            Assert.Equal(rows, pulled.Sessions.Count);
            Assert.Empty(pulled.Findings);
        }

        output.WriteLine($"{rows / best.TotalSeconds:N0} sessions a second");
        Assert.InRange(best.TotalSeconds, 0, rows / 2_000.0);
    }
}
