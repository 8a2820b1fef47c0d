using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChargePointHub.Model;

namespace ChargePointHub.Proofs;

/// <summary>
/// What one pretend operator says of its own use: random figures of its charge points, their locations and its network, as the files that it hands in and as the truth of what is in them.
/// Two quarters that are over, the newer of them in a second, corrected file as well; of the network its months, too.
/// </summary>
internal sealed class HandedUsage
{
    private const string Header = "Level,Charger,Site,Period,Sessions,Successful,kWh,Plugged (min),Charging (min),Open (min),Utilisation (%),Bays,Revenue";

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string operatorId;
    private readonly Random random;
    private readonly IReadOnlyList<(string Group, string? ChargePoint, string? Location, int Points)> places;

    /// <param name="points">Own id and own location id of each of the operator's charge points.</param>
    private HandedUsage(string operatorId, int seed, IReadOnlyList<(string Id, string Location)> points)
    {
        (this.operatorId, random) = (operatorId, new Random(seed));
        places =
        [
            .. points.Select(p => ("charge_point", (string?)p.Id, (string?)null, 1)),
            .. points.GroupBy(p => p.Location).Select(l => ("location", (string?)null, (string?)l.Key, l.Count())),
            ("operator", null, null, points.Count),
        ];
    }

    /// <summary>How the operator's file tells the hub of them.</summary>
    /// <param name="now">Quarters are counted from here back.</param>
    public static JsonObject Feed(DateTimeOffset now) => new()
    {
        ["feed_id"] = "use",
        ["protocol"] = "csv-v1",
        ["zone"] = "Europe/London",
        ["csv"] = new JsonObject { ["nulls"] = new JsonArray("-") },
        ["datasets"] = new JsonArray(new JsonObject
        {
            ["dataset"] = Dataset.ReportedUsage.Name,
            ["earliest"] = Instants.Format(Quarters(now)[0].Window.From),
            ["mapping"] = new JsonObject
            {
                ["fields"] = new JsonObject
                {
                    ["group"] = "/Level",
                    ["charge_point_id"] = "/Charger",
                    ["location_id"] = "/Site",
                    ["period"] = "/Period",
                    ["sessions"] = "/Sessions",
                    ["successful_sessions"] = "/Successful",
                    ["energy_kwh"] = "/kWh",
                    ["plugged_minutes"] = "/Plugged (min)",
                    ["charging_minutes"] = "/Charging (min)",
                    ["open_minutes"] = "/Open (min)",
                    ["utilisation_percent"] = "/Utilisation (%)",
                    ["charge_points"] = "/Bays",
                    ["revenue_inc_vat"] = "/Revenue",
                },
            },
        }),
    };

    /// <summary>Writes the files, and their truth to the operator's folder of the oracle; returns them with their periods, in the order in which they are to be handed in.</summary>
    public static IReadOnlyList<(string Period, string File)> Write(string folder, string oracle, string operatorId, int seed, DateTimeOffset now)
    {
        var points = File.ReadLines(Path.Combine(oracle, operatorId, "charge_points.ndjson")).Select(line => JsonNode.Parse(line)!)
            .Select(p => (Own(p["charge_point_id"]), Own(p["location_id"]))).Distinct().ToList();
        var usage = new HandedUsage(operatorId, seed, points);
        using var truth = new StreamWriter(Path.Combine(oracle, operatorId, "reported_usage.ndjson"));
        var (older, newer) = (Quarters(now)[0], Quarters(now)[1]);
        return [Handed(older, 1, corrected: false), Handed(newer, 2, corrected: false), Handed(newer, 3, corrected: true)];

        static string Own(JsonNode? id) => ((string)id!)[(((string)id!).IndexOf(':', StringComparison.Ordinal) + 1)..];

        (string Period, string File) Handed(Period quarter, int number, bool corrected)
        {
            var file = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"use-{number}.csv"));
            using var csv = new StreamWriter(file);
            csv.WriteLine(Header);
            foreach (var (row, record) in usage.Rows(quarter, corrected))
            {
                csv.WriteLine(row);
                truth.WriteLine(record);
            }

            return (quarter.Text, file);
        }
    }

    /// <summary>The newest two that are over, older first.</summary>
    private static IReadOnlyList<Period> Quarters(DateTimeOffset now)
    {
        var newer = Period.NewestQuarter(now);
        return [Period.NewestQuarter(newer.Window.From), newer];
    }

    /// <param name="corrected">A third of the rows, with other figures.</param>
    private IEnumerable<(string Row, string Truth)> Rows(Period quarter, bool corrected)
    {
        foreach (var place in places)
        {
            IEnumerable<Period> months = place.Group == "operator" ? MonthsOf(quarter) : [];
            foreach (var period in months.Prepend(quarter))
            {
                if (!corrected || random.Next(3) == 0) yield return Row(place, period);
            }
        }
    }

    private (string Row, string Truth) Row((string Group, string? ChargePoint, string? Location, int Points) place, Period period)
    {
        var open = (decimal)(period.Window.To - period.Window.From).TotalMinutes * place.Points;
        var plugged = Math.Round(open * random.Next(1, 700) / 1000, 1);
        var charging = Math.Round(plugged * random.Next(100, 1000) / 1000, 1);
        var (sessions, failed) = (random.Next(10, 400) * place.Points, random.Next(0, 10));
        var energy = random.Next(1_000, 9_000_000) / 1000m;
        decimal? revenue = random.Next(4) == 0 ? null : Math.Round(energy * 0.59m, 2);
        var utilisation = Math.Round(plugged / open * 100, 3);
        string own = place.ChargePoint ?? place.Location ?? "", text = period.Text;
        var row = string.Create(CultureInfo.InvariantCulture, $"{place.Group},{place.ChargePoint ?? "-"},{place.Location ?? "-"},{text},{sessions},{sessions - failed},{energy},{plugged},{charging},{open},{utilisation},{place.Points},{(revenue is { } r ? r.ToString(CultureInfo.InvariantCulture) : "-")}");
        var truth = new JsonObject
        {
            ["reported_usage_id"] = own.Length == 0 ? $"{operatorId}:{place.Group}/{text}" : $"{operatorId}:{place.Group}/{own}/{text}",
            ["operator_id"] = operatorId,
            ["group"] = place.Group,
            ["charge_point_id"] = place.ChargePoint is { } point ? $"{operatorId}:{point}" : null,
            ["location_id"] = place.Location is { } location ? $"{operatorId}:{location}" : null,
            ["period"] = text,
            ["period_unit"] = period.Unit == PeriodUnit.Month ? "month" : "quarter",
            ["period_from"] = Instants.Format(period.Window.From),
            ["period_to"] = Instants.Format(period.Window.To),
            ["sessions"] = sessions,
            ["successful_sessions"] = sessions - failed,
            ["energy_kwh"] = energy,
            ["plugged_minutes"] = plugged,
            ["charging_minutes"] = charging,
            ["open_minutes"] = open,
            ["utilisation_percent"] = utilisation,
            ["charge_points"] = place.Points,
            ["revenue_inc_vat"] = revenue,
        };
        return (row, truth.ToJsonString(Relaxed));
    }

    private static IEnumerable<Period> MonthsOf(Period quarter)
    {
        var first = LondonCalendar.DayOf(quarter.Window.From);
        return Enumerable.Range(0, 3).Select(n => first.AddMonths(n)).Select(m => Period.Parse(m.ToString("yyyy-MM", CultureInfo.InvariantCulture))!);
    }
}
