using System.Text.RegularExpressions;
using ChargePointHub.IntegrationTests.Api;
using ChargePointHub.Model;
using FsCheck;
using FsCheck.Fluent;

namespace ChargePointHub.IntegrationTests.Grants;

/// <summary>
/// Two hubs that hold records of the same things, unlike in whatever a reader is not shown: fields that are withheld, times within a unit, all that was
/// learnt since the unit began. Whatever is asked of both, by any route, filter, form and page, the answers are the same bytes.
/// </summary>
public sealed partial class LimitedWorldsTests : IAsyncLifetime
{
    private const string Key = "cph_live_limited_secret";
    private const string Camden = "E09000007";

    private static readonly Right Sessions = new("alpha", "charging_sessions", null);
    private static readonly Right Statuses = new("alpha", "status_changes", null);

    private readonly PretendWorld[] worlds = [new(new ApiHost(), 0), new(new ApiHost(), 1)];

    private static readonly Gen<Happening> Happenings =
        from isSession in Gen.Elements(true, false)
        from point in Gen.Choose(0, PretendWorld.Points.Length - 1)
        from back in Gen.Frequency((4, Gen.Choose(1, 3)), (1, Gen.Choose(0, 15)))
        from length in Gen.Choose(0, 3)
        from learnt in Gen.Frequency((3, Gen.Choose(1, 6)), (1, Gen.Constant(0)))
        from corrected in Gen.Elements(true, false)
        from status in Gen.Elements(Status.Available, Status.Charging)
        from evidence in Gen.Elements(Evidence.Event, Evidence.Snapshot)
        from seed in Gen.Choose(0, 1_000_000)
        select new Happening(isSession, point, back, length, learnt, corrected, status, evidence, seed);

    public static TheoryData<string> Rights => [.. Granted.Keys];

    /// <summary>By what is said of them in the name of the case.</summary>
    private static readonly Dictionary<string, Right[]> Granted = new()
    {
        ["hour"] = [Sessions with { Precision = TimePrecision.Hour }, Statuses with { Precision = TimePrecision.Hour }],
        ["15_min, feed quality"] =
            [Sessions with { Precision = TimePrecision.QuarterHour }, Statuses with { Precision = TimePrecision.QuarterHour }, new("alpha", Right.FeedQuality, null)],
        ["day, two fields, in a borough"] =
            [Sessions with { Precision = TimePrecision.Day, Fields = ["outcome", "connector_id"], Boroughs = [Camden] }, Statuses with { Precision = TimePrecision.Day, Boroughs = [Camden] }],
        ["no field, feed quality"] = [Sessions with { Fields = [] }, Statuses, new("alpha", Right.FeedQuality, null)],
        ["energy alone"] = [Sessions with { Fields = ["energy_kwh"] }, Statuses],
        ["hour and no energy, but one borough whole"] =
            [
                Sessions with { Precision = TimePrecision.Hour, Fields = ["outcome"] }, Statuses with { Precision = TimePrecision.Hour },
                Sessions with { Boroughs = [Camden] }, Statuses with { Boroughs = [Camden] },
            ],
        ["day, but an hour and energy in one borough"] =
            [
                Sessions with { Precision = TimePrecision.Day, Fields = [] }, Statuses with { Precision = TimePrecision.Day },
                Sessions with { Precision = TimePrecision.Hour, Fields = ["energy_kwh"], Boroughs = [Camden] }, Statuses with { Precision = TimePrecision.Hour, Boroughs = [Camden] },
            ],
    };

    public async Task InitializeAsync()
    {
        foreach (var world in worlds) await world.BeginAsync();
    }

    public async Task DisposeAsync()
    {
        foreach (var world in worlds) await world.Host.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Rights))]
    public void What_is_not_shown_changes_no_byte_of_any_answer(string rights)
    {
        var scope = Scope.Of(OrganisationRole.Borough, null, Granted[rights]);
        foreach (var world in worlds) world.Host.Granted[Key] = scope;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2).WithStartSize(30).WithEndSize(40), Prop.ForAll(Happenings.ListOf().ToArbitrary(), happenings =>
            CompareAsync(scope, [.. happenings]).GetAwaiter().GetResult()));
    }

    private async Task CompareAsync(Scope scope, IReadOnlyList<Happening> happenings)
    {
        var areas = scope.AreasOf(Dataset.ChargingSessions)!;
        var precision = areas.Levels.Last().Precision;
        foreach (var world in worlds) await world.FillAsync(happenings, precision, DetailOf);

        foreach (var path in Questions(precision))
        {
            // Of a borough that is held whole everything is told at once, what the two have learnt apart included.
            if (precision != TimePrecision.Exact && areas.Coarsest(["alpha"], [Camden]) == TimePrecision.Exact && path.EndsWith("borough=camden", StringComparison.Ordinal)) continue;
            string? tag = null;
            for (var (next, page) = (path, 0); next is not null; page++)
            {
                Assert.True(page < 100, path);
                var (one, other) = (await worlds[0].Host.GetAsync(next, Key), await worlds[1].Host.GetAsync(next, Key));
                Assert.True((int)one.Status < 500, $"{path}: {one.Body}");
                Assert.Equal(Told(path, one), Told(path, other));
                tag ??= one.Headers.GetValueOrDefault("ETag");
                next = (int)one.Status == 200 && one.Body.StartsWith("{\"data\":[", StringComparison.Ordinal) && one.Json.TryGetProperty("links", out var links) ? links.GetProperty("next").GetString() : null;
            }

            if (tag is null || !IsOfRecords(path)) continue;
            var (held, alike) = (await worlds[0].Host.GetAsync(path, Key, HttpMethod.Head, ("If-None-Match", tag)), await worlds[1].Host.GetAsync(path, Key, HttpMethod.Head, ("If-None-Match", tag)));
            Assert.Equal(Told(path, held), Told(path, alike));
        }

        // What is in no part of the scope may differ in everything that it lets nobody see.
        Detail DetailOf(string id)
        {
            var borough = PretendWorld.Points.Single(p => p.Id == id).Borough;
            return areas.Operators.Count > 0 || borough == Camden ? areas.DetailOf("alpha", borough) : Detail.Of("charging_sessions", [], precision);
        }
    }

    private static IEnumerable<string> Questions(TimePrecision precision)
    {
        var unit = precision == TimePrecision.Exact ? TimePrecision.Hour : precision;
        var now = unit.Cut(PretendWorld.AskedAt);
        var before = unit.Cut(now.AddTicks(-1));
        var longAgo = unit.Cut(PretendWorld.AskedAt.AddDays(-8));
        string[] routes = ["/v1/charging-sessions", "/v1/status-changes", .. PretendWorld.Points.Take(2).SelectMany(p => new[] { $"/v1/charge-points/{p.Id}/charging-sessions", $"/v1/charge-points/{p.Id}/status-changes" })];
        string[] windows =
        [
            "", $"from={Instants.Format(longAgo)}", $"to={Instants.Format(now)}", $"from={Instants.Format(before)}&to={Instants.Format(now)}", $"from={Instants.Format(now)}&to={Instants.Format(unit.Next(now))}",
            $"from={Instants.Format(now)}", "period=2026-11", "period=2026-11-20", $"from={Instants.Format(now.AddSeconds(-7))}", "from=2026-11-19T10:07:00Z&to=2026-11-20T11:08:00Z",
        ];
        foreach (var route in routes)
        {
            var isHistory = route.Contains("charge-points", StringComparison.Ordinal);
            foreach (var window in isHistory ? windows.Take(4) : windows)
            {
                yield return $"{route}?{window}";
                yield return $"{route}?{window}&format=ndjson&count=exact";
            }

            foreach (var form in new[] { "limit=1", "limit=2&count=exact", "limit=3&format=ndjson", "select=energy_kwh,plug_in_at", "select=at,evidence", "limit=7" })
                yield return $"{route}?from={Instants.Format(longAgo)}&{form}";
            if (isHistory) continue;
            foreach (var filter in new[] { "operator=alpha", "operator=beta", "borough=camden", "borough=lambeth", "borough=camden,lambeth&limit=2", "power_band=slow", "power_band=rapid", "status=CHARGING" })
                yield return $"{route}?from={Instants.Format(longAgo)}&{filter}";
            var last = route == "/v1/charging-sessions" ? "sort=-plug_in_at" : "sort=-at";
            foreach (var filter in new[]
                     {
                         last, last + "&limit=2", last + "&format=ndjson", "energy_kwh__gte=10", "energy_kwh__lt=10&count=exact", "user_type=UNKNOWN", "plug_in_minutes__gte=90&count=exact", "time_field=plug_out_at",
                         "time_field=last_updated&count=exact", $"as_of={Instants.Format(now)}", $"as_of={Instants.Format(before)}&limit=2", $"as_of={Instants.Format(now.AddMinutes(-7))}&{last}",
                     })
                yield return $"{route}?from={Instants.Format(longAgo)}&{filter}";
        }

        foreach (var route in new[]
        {
            "/v1/me", "/v1/charge-points", "/v1/tariffs", "/v1/operators", "/v1/operators/alpha", "/v1/operators/alpha/feed-health", "/v1/operators/alpha/findings", "/v1/coverage", "/v1/gaps", "/v1/gaps?state=closed",
            "/v1/gaps?state=discrepancy", "/v1/quarantine", "/v1/quarantine?dataset=charging_sessions&limit=1", "/metrics",
        })
        {
            yield return route;
        }
    }

    /// <summary>
    /// Everything that an answer says, but for what is made anew for each: the request's id, the date, and what is left of a quota. Answers of anything but restricted
    /// records say when the hub last learnt anything of anybody, which is open to all and is left out.
    /// </summary>
    private static string Told(string path, Answer answer) => string.Join(
        '\n',
        answer.Headers.Where(h => IsOfRecords(path) || h.Key is not "ETag").Where(h => h.Key is not ("X-Request-ID" or "X-Request-Id" or "Date" or "RateLimit" or "X-RateLimit-Remaining" or "X-RateLimit-Reset")).OrderBy(h => h.Key, StringComparer.Ordinal).Select(h => $"{h.Key}: {h.Value}")
            .Prepend(answer.Status.ToString()).Append((IsOfRecords(path) ? Anew() : OfHub()).Replace(answer.Body, "")));

    private static bool IsOfRecords(string path) => path.Contains("charging-sessions", StringComparison.Ordinal) || path.Contains("status-changes", StringComparison.Ordinal);

    [GeneratedRegex("\"request_id\":\"[0-9a-f]+\"|\"remaining\":[0-9]+")]
    private static partial Regex Anew();

    [GeneratedRegex("\"request_id\":\"[0-9a-f]+\"|\"remaining\":[0-9]+|\"as_of\":\"[^\"]+\"")]
    private static partial Regex OfHub();
}
