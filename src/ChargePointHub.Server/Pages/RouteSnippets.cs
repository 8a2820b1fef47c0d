using System.Text.Json;
using ChargePointHub.Server.Api;

namespace ChargePointHub.Server.Pages;

/// <summary>A call written in the languages that readers use. Addresses hold only what needs no escape within quotes of any of them.</summary>
internal static class RouteSnippets
{
    /// <summary>One that every pretend London has, so that what is copied is answered there.</summary>
    private const string ChargePoint = "lamplight:CP00001";

    /// <summary>An id for the sample; null: the path has none.</summary>
    public static string? SampleId(ApiRoute route) => route.Id is not { } id ? null : route.Path.StartsWith("/v1/charge-points/", StringComparison.Ordinal) ? ChargePoint : id.Example;

    /// <summary>Path and query of a small call of the route.</summary>
    public static string SampleOf(ApiRoute route)
    {
        var path = SampleId(route) is { } id ? route.Path.Replace("{id}", Uri.EscapeDataString(id).Replace("%3A", ":", StringComparison.Ordinal), StringComparison.Ordinal) : route.Path;
        return route.Parameters.Any(p => p.Name == "limit") ? path + "?limit=5" : path;
    }

    /// <summary>Name for people, language for tools, and the program.</summary>
    public static IEnumerable<(string Name, string Language, string Text)> Of(ApiRoute route, string hub)
    {
        var sample = SampleOf(route);
        var url = hub + sample;
        var key = route.IsRestricted;
        if (route.MediaType == ApiRoute.GZip)
        {
            yield return ("curl", "sh", $"curl -sS --fail-with-body -C - -O {(key ? "-H \"Authorization: Bearer $KEY\" " : "")}'{url}'");
            yield break;
        }

        yield return ("curl", "sh", $"curl -sS {(key ? "-H \"Authorization: Bearer $KEY\" " : "")}'{url}'");
        yield return ("Python", "python", $$"""
            import json, os, urllib.request

            request = urllib.request.Request("{{url}}")
            {{(key ? "request.add_header(\"Authorization\", \"Bearer \" + os.environ[\"KEY\"])\n" : "")}}with urllib.request.urlopen(request) as response:
                answer = {{(IsText(route) ? "response.read().decode()" : "json.load(response)")}}
            print({{(IsText(route) ? "answer" : "json.dumps(answer, indent=2)")}})
            """);
        yield return ("C#", "csharp", $$"""
            using var http = new HttpClient();
            {{(key ? "http.DefaultRequestHeaders.Authorization = new(\"Bearer\", Environment.GetEnvironmentVariable(\"KEY\"));\n" : "")}}Console.WriteLine(await http.GetStringAsync("{{url}}"));
            """);
        yield return ("R", "r", $"""
            library(httr2)

            answer <- request("{url}") |>
            {(OwnAuthority(hub) ? "  req_options(cainfo = Sys.getenv(\"CURL_CA_BUNDLE\")) |>\n" : "")}{(key ? "  req_auth_bearer_token(Sys.getenv(\"KEY\")) |>\n" : "")}  req_perform() |>
              {(IsText(route) ? "resp_body_string()" : "resp_body_json()")}
            {(IsText(route) ? "cat(answer)" : "str(answer, max.level = 2)")}
            """);
        if (IsList(route)) yield return ("Power Query M", "powerquery", PowerQuery(hub, sample, route.TableOf is not null));
    }

    /// <summary>Where the answer is a table: one constant address, so that Power BI can refresh it; the key is asked for and kept by Excel or Power BI.</summary>
    private static string PowerQuery(string hub, string sample, bool isCsv)
    {
        var parts = sample.Split('?');
        var query = parts.Length == 2 ? ", Query = [" + string.Join(", ", parts[1].Split('&').Select(p => p.Replace("=", " = \"", StringComparison.Ordinal) + "\"")) + "]" : "";
        return isCsv ? $"""
            let
                Answer = Csv.Document(Web.Contents("{hub}", [RelativePath = "{parts[0]}"{query}]), [Delimiter = ",", Encoding = 65001, QuoteStyle = QuoteStyle.Csv]),
                Rows = Table.PromoteHeaders(Answer, [PromoteAllScalars = true])
            in
                Rows
            """ : $"""
            let
                Answer = Json.Document(Web.Contents("{hub}", [RelativePath = "{parts[0]}"{query}])),
                Rows = Table.FromRecords(Answer[data], null, MissingField.UseNull)
            in
                Rows
            """;
    }

    /// <summary>No public authority signs for this machine itself, and R's httr2 looks into no variable for another.</summary>
    private static bool OwnAuthority(string hub) => new Uri(hub).IsLoopback;

    private static bool IsText(ApiRoute route) => route.MediaType.StartsWith("text/", StringComparison.Ordinal);

    private static bool IsList(ApiRoute route)
    {
        if (route.TableOf is not null) return true;
        using var example = JsonDocument.Parse(route.Example);
        return example.RootElement.ValueKind == JsonValueKind.Object && example.RootElement.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Array;
    }
}
