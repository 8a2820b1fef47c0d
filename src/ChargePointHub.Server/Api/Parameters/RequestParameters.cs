using System.Globalization;
using ChargePointHub.Model;
using ChargePointHub.Server.Access;
using ChargePointHub.Server.Api.Problems;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Api.Parameters;

/// <summary>The query of one request: each known parameter at most once. Reads values that the validator has passed.</summary>
public sealed class RequestParameters
{
    private static readonly string[] KeyNames = ["key", "api_key", "apikey", "access_token", "token", "x-api-key", "authorization"];

    private readonly SortedDictionary<string, string> values = new(StringComparer.Ordinal);

    private RequestParameters()
    {
    }

    public string? this[string name] => values.GetValueOrDefault(name);

    /// <summary>What makes this question this question: all parameters but <c>cursor</c> and <c>limit</c>, in order of name.</summary>
    public string Normalised() => string.Join('&', values
        .Where(p => p.Key is not ("cursor" or "limit"))
        .Select(p => $"{p.Key}={Uri.EscapeDataString(p.Value)}"));

    /// <summary>All parameters in order of name; of a cursor, which holds ids, only that there was one.</summary>
    public string Asked() => string.Join('&', values.Select(p => p.Key == "cursor" ? "cursor=..." : $"{p.Key}={Uri.EscapeDataString(p.Value)}"));

    public int Limit => this["limit"] is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : HubParameters.DefaultLimit;

    /// <summary>Values of a list parameter; null when it is not given.</summary>
    public IReadOnlyList<string>? List(string name) => this[name] is { } value ? Parameter.Split(value) : null;

    /// <summary>GSS codes; null when no borough is named.</summary>
    public IReadOnlyList<string>? Boroughs() => List("borough")?.Select(b => LondonBoroughs.CodeOf(b)!).ToList();

    /// <summary>Last first.</summary>
    public bool IsDescending => this["sort"] is ['-', ..];

    /// <summary>Null: as of now.</summary>
    public DateTimeOffset? AsOf => this["as_of"] is { } text ? TimeText.Parse(text) : null;

    /// <summary>What the window is about.</summary>
    public TimeField TimeField => this["time_field"] switch
    {
        "plug_out_at" => TimeField.PlugOut,
        "lasting" => TimeField.Lasting,
        "ended_at" => TimeField.Ended,
        "last_updated" => TimeField.LastUpdated,
        "recorded_at" => TimeField.Recorded,
        _ => TimeField.Event,
    };

    /// <summary>The same address with another cursor.</summary>
    public string Link(string path, string? cursor)
    {
        var rest = values.Where(p => p.Key != "cursor").ToList();
        if (cursor is not null) rest.Add(new("cursor", cursor));
        return rest.Count == 0 ? path : path + "?" + string.Join('&', rest.Select(p => $"{p.Key}={Uri.EscapeDataString(p.Value)}"));
    }

    /// <summary>The same question as one JSON record: for what its envelope says.</summary>
    /// <param name="window">What the time of asking made of the question's window: the same whenever the link is followed. Null: the route has none.</param>
    public string LinkToStatement(string path, Window? window)
    {
        var rest = values.Where(p => p.Key is not ("cursor" or "limit" or "format" or "count" or "from" or "to" or "period"));
        if (window is { } w) rest = [.. rest, new("from", Instants.Format(w.From)), new("to", Instants.Format(w.To))];
        return $"{path}?{string.Concat(rest.Select(p => $"{p.Key}={Uri.EscapeDataString(p.Value)}&"))}format=json&limit=1";
    }

    /// <summary>Takes what is known; everything about names is a fault here, everything about values is the validator's.</summary>
    public static (RequestParameters Parameters, IReadOnlyList<Fault> Faults) Read(IQueryCollection query, ApiRoute route, CheckAgainst against)
    {
        var known = route.Parameters;
        var parameters = new RequestParameters();
        var faults = new List<Fault>();
        var unknown = 0;
        foreach (var (name, given) in query)
        {
            if (CarriesKey(name, given))
            {
                faults.Add(new Fault(ErrorCatalogue.KeyInUrl, name, $"'{Shown(name)}' carries a key in the address; it was not used. Treat that key as exposed. {ErrorCatalogue.KeyInUrl.Remedy}"));
            }
            else if (known.FirstOrDefault(p => p.Name == name) is not { } parameter)
            {
                faults.Add(Unknown(name, given, known, against, unknown++));
            }
            else if (given.Count > 1)
            {
                faults.Add(new Fault(ErrorCatalogue.RepeatedParameter, name, $"'{name}' is given {given.Count} times.", Example: parameter.Correction(against, [string.Join(',', given.AsEnumerable()), .. given.Take(Nearest.MostGuesses)])));
            }
            else if (string.IsNullOrWhiteSpace(given[0]))
            {
                faults.Add(new Fault(ErrorCatalogue.EmptyValue, name, $"'{name}' has no value.", parameter.Allowed, Example: parameter.Correction(against)));
            }
            else
            {
                parameters.values[name] = given[0]!;
            }
        }

        return (parameters, faults);
    }

    /// <summary>By its name, or because the value begins as every key does, whatever the name.</summary>
    private static bool CarriesKey(string name, IEnumerable<string?> given) =>
        KeyNames.Contains(name.ToLowerInvariant()) || given.Append(name).Any(v => v?.Contains(CallerAccess.Prefix, StringComparison.Ordinal) == true);

    /// <param name="before">Unknown ones before it: only of the first is it looked for what was meant.</param>
    private static Fault Unknown(string name, IEnumerable<string?> given, IReadOnlyList<Parameter> known, CheckAgainst against, int before)
    {
        var names = known.Select(p => p.Name).ToList();
        var meant = before < Nearest.MostGuesses ? Nearest.Of(name, names) : null;
        var nearest = known.FirstOrDefault(p => p.Name == meant);
        return new Fault(
            ErrorCatalogue.UnknownParameter, name, $"This route has no parameter '{Shown(name)}'{(before < Problem.MostTold ? WhereKnown(name) : "")}.", names, nearest?.Name,
            nearest is not null ? nearest.Correction(against, given.Take(Nearest.MostGuesses)) : known is [var first, ..] ? first.Correction(against) : null);
    }

    /// <summary>Routes without an id that would have taken it; empty: none does.</summary>
    private static string WhereKnown(string name)
    {
        var others = ApiRoutes.All.Where(r => r.Id is null && r.TableOf is null && r.Parameters.Any(p => p.Name == name)).Select(r => r.Path).ToList();
        return others.Count == 0 ? "" : $"; {string.Join(", ", others)} {(others.Count == 1 ? "has" : "have")} it";
    }

    private static string Shown(string name) => name.Length <= 80 ? name : name[..80] + "...";
}
