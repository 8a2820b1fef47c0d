using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml;
using ChargePointHub.Model;
using ChargePointHub.Sandbox;
using ChargePointHub.Sandbox.Simulation;

namespace ChargePointHub.Proofs;

/// <summary>What befalls a pretend London and its hub in simulated time. Times are counted from the start of the hub.</summary>
internal sealed record SimulatedStory
{
    public static readonly TimeSpan Settle = TimeSpan.FromMinutes(15);

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public required int Operators { get; init; }

    public required int ChargePoints { get; init; }

    public required TimeSpan Length { get; init; }

    /// <summary>Of each dataset of each operator.</summary>
    public required TimeSpan Cadence { get; init; }

    /// <summary>Operator by place, and when it is out of reach.</summary>
    public required IReadOnlyList<(int Operator, Span When)> Outages { get; init; }

    /// <summary>It answers for no time longer ago. Its polls are four times as dense, to bound what is lost besides.</summary>
    public required (int Operator, TimeSpan Reach) LookBack { get; init; }

    /// <summary>Three requests in ten get 503, two 429, one a reset and one nothing.</summary>
    public required (int Operator, Span When) Flaky { get; init; }

    /// <summary>Takes every request and answers none.</summary>
    public required (int Operator, Span When) Hanging { get; init; }

    /// <summary>Answers 403 for two minutes after 55 requests, without saying for how long; its pages are short, so that one pull asks more.</summary>
    public int? ForbidsAfterPages { get; init; }

    /// <summary>Operators of one host that allows 30 requests an hour to all of them together.</summary>
    public IReadOnlyList<int> OneHost { get; init; } = [];

    public required IReadOnlyList<Span> HubDown { get; init; }

    /// <summary>Of the operator with a look-back limit.</summary>
    public TimeSpan DenseCadence => Cadence / 4;

    /// <summary>Half a week; seconds of real time.</summary>
    public static readonly SimulatedStory Small = new()
    {
        Operators = 4,
        ChargePoints = 16,
        Length = TimeSpan.FromHours(84),
        Cadence = TimeSpan.FromHours(1),
        Outages = [(0, Span.Hours(6, 7)), (0, Span.Hours(20, 44)), (1, Span.Hours(26, 44))],
        LookBack = (1, TimeSpan.FromHours(12)),
        Hanging = (2, Span.Hours(8, 18)),
        Flaky = (3, Span.Hours(24, 40)),
        HubDown = [Span.Hours(52, 64)],
    };

    /// <summary>Four months.</summary>
    public static readonly SimulatedStory Full = new()
    {
        Operators = 8,
        ChargePoints = 96,
        Length = TimeSpan.FromDays(126),
        Cadence = TimeSpan.FromHours(2),
        Outages = [(0, Span.Hours(6, 7)), (0, Span.Days(2, 3)), (0, Span.Days(10, 17)), (1, Span.Days(1, 91)), (2, Span.Hours(120, 156))],
        LookBack = (2, TimeSpan.FromHours(24)),
        Hanging = (7, Span.Days(24, 31)),
        Flaky = (3, Span.Days(36, 37)),
        ForbidsAfterPages = 4,
        OneHost = [5, 6],
        HubDown = [Span.Days(20, 21), Span.Days(92, 122)],
    };

    public static string IdOf(int place) => OperatorNames.SlugOf(OperatorNames.All[place].Name);

    /// <summary>As the Sandbox is told.</summary>
    public SandboxOptions World(string data, int seed, DateTimeOffset start) => new()
    {
        Port = 0,
        DataFolder = data,
        Operators = Operators,
        ChargePoints = ChargePoints,
        Days = 3,
        Seed = seed,
        LookBacks = [$"{IdOf(LookBack.Operator)}={XmlConvert.ToString(LookBack.Reach)}"],
        Outages = [.. Outages.Select(o => $"{IdOf(o.Operator)}={o.When.After(start)}")],
        Faults =
        [
            $"{IdOf(Flaky.Operator)}=flaky@{Flaky.When.After(start)}",
            $"{IdOf(Hanging.Operator)}=hang@{Hanging.When.After(start)}",
            .. ForbidsAfterPages is { } place ? [$"{IdOf(place)}=forbidden-after:55/PT2M"] : Array.Empty<string>(),
            .. OneHost.Select(o => $"{IdOf(o)}=limit:30/PT1H/429/one-host"),
        ],
    };

    /// <summary>The pretend London's operator files poll every few seconds; months have no time for that.</summary>
    public void Pace(string folder)
    {
        foreach (var file in Directory.GetFiles(folder, "*.json"))
        {
            var content = JsonNode.Parse(File.ReadAllText(file))!;
            var hasShortPages = ForbidsAfterPages is { } place && (string?)content["operator_id"] == IdOf(place);
            foreach (var dataset in content["feeds"]!.AsArray().SelectMany(feed => feed!["datasets"]!.AsArray()).Select(d => d!.AsObject()))
            {
                dataset["cadence"] = XmlConvert.ToString((string?)content["operator_id"] == IdOf(LookBack.Operator) ? DenseCadence : Cadence);
                dataset["freshness"] = XmlConvert.ToString(Cadence * 2.5);
                if (hasShortPages) dataset["page_size"] = 2;
                if (dataset.ContainsKey("settle")) (dataset["settle"], dataset["overlap"]) = (XmlConvert.ToString(Settle), "PT6H");
            }

            File.WriteAllText(file, content.ToJsonString(Indented));
        }
    }
}

/// <summary>From one time after the start to another.</summary>
internal readonly record struct Span(TimeSpan From, TimeSpan To)
{
    public static Span Hours(int from, int to) => new(TimeSpan.FromHours(from), TimeSpan.FromHours(to));

    public static Span Days(int from, int to) => Hours(from * 24, to * 24);

    public Window In(DateTimeOffset start) => new(start + From, start + To);

    /// <summary>As the Sandbox's options want it.</summary>
    public string After(DateTimeOffset start) => $"{Instants.Format(start + From)}/{Instants.Format(start + To)}";
}
