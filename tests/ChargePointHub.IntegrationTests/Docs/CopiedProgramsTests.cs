using System.Globalization;
using System.Text.Json;
using ChargePointHub.IntegrationTests.Readme;
using ChargePointHub.Server.Api;
using ChargePointHub.Tests.Contract;

namespace ChargePointHub.IntegrationTests.Docs;

/// <summary>The programs of every route's page, in each language, copied and run against a pretend London; and what the guides have in M.</summary>
[Collection(DocsLondon.Name)]
public sealed class CopiedProgramsTests(DocsLondon london)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    [Fact]
    public Task Every_call_by_curl_is_answered() =>
        EachAsync("sh", curl => curl.Replace("curl -sS", "curl -sS --fail-with-body", StringComparison.Ordinal), ParseAsync);

    [PythonFact]
    public Task Every_program_in_Python_prints_the_answer() => EachAsync("python", ServedPage.AsShell, ParseAsync);

    [RFact]
    public Task Every_program_in_R_shows_the_answer() =>
        EachAsync("r", program => $"Rscript --vanilla - <<'END'\n{program}\nEND\n", (route, said) =>
        {
            Assert.Matches(IsJson(route) ? "^List of [1-9]" : route.TableOf is not null ? "^[a-z_0-9]+(,[a-z_0-9]+)+\r?\n" : "^# (HELP|TYPE) ", said);
            return Task.CompletedTask;
        });

    [Fact]
    public async Task A_program_in_csharp_runs_as_it_was_copied()
    {
        var program = (await london.PagesAsync())["/docs/reference/listChargingSessions"].Blocks.Single(b => b.Language == "csharp").Text;
        var folder = Directory.CreateDirectory(Path.Combine(london.Folder, "csharp")).FullName;

        // Ahead-of-time compiling is for publishing; it would ask a package registry.
        await File.WriteAllTextAsync(Path.Combine(folder, "copied.cs"), "#:property PublishAot=false\n" + program);
        var (code, said) = await ChildProgram.RunAsync($"export KEY={london.Key} SSL_CERT_FILE={london.CaFile}; dotnet run copied.cs", folder, Limit);

        Assert.True(code == 0, said);
        Assert.StartsWith("{\"data\":[{\"session_id\":", said, StringComparison.Ordinal);
    }

    /// <summary>All in one project, each a method of its own: compiled once, not as often as there are routes.</summary>
    [Fact]
    public async Task Every_program_in_csharp_compiles_and_prints_the_answer()
    {
        const string start = "=== ";
        var programs = await ProgramsAsync("csharp");
        var folder = Directory.CreateDirectory(Path.Combine(london.Folder, "csharp-all")).FullName;
        var methods = programs.Select((p, n) => $"static async Task Copied{n.ToString(CultureInfo.InvariantCulture)}()\n{{\n{p.Text}\n}}");
        var calls = programs.Select((p, n) => $"Environment.SetEnvironmentVariable(\"KEY\", \"{KeyFor(p.Route)}\"); Console.WriteLine(\"{start}{p.Route.OperationId}\"); await Copied{n.ToString(CultureInfo.InvariantCulture)}();");
        await File.WriteAllTextAsync(Path.Combine(folder, "Program.cs"), string.Join('\n', calls.Concat(methods)));
        await File.WriteAllTextAsync(
            Path.Combine(folder, "copied.csproj"),
            "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable></PropertyGroup></Project>");
        var (code, said) = await ChildProgram.RunAsync($"export KEY={london.Key} SSL_CERT_FILE={london.CaFile}; dotnet run", folder, Limit);

        Assert.True(code == 0, said);
        var answers = said.Split(start, StringSplitOptions.RemoveEmptyEntries).ToDictionary(a => a[..a.IndexOf('\n', StringComparison.Ordinal)].Trim(), a => a[a.IndexOf('\n', StringComparison.Ordinal)..]);
        foreach (var (route, _) in programs) await ParseAsync(route, answers[route.OperationId]);
    }

    [NodeFact]
    public async Task Every_program_in_Power_Query_gives_a_table()
    {
        var guide = (await london.PagesAsync())["/docs/analysts"].Blocks.Single(b => b.Language == "powerquery").Text;
        var programs = (await ProgramsAsync("powerquery")).Select(p => (Name: p.Route.OperationId, p.Text, Key: KeyFor(p.Route))).ToList();
        Assert.Contains(programs, p => p.Name == "listChargingSessions");

        // Once as it stands, once so that it has to go from page to page.
        Assert.Contains("\"50000\"", guide, StringComparison.Ordinal);
        programs.AddRange([("guide", guide, london.Key), ("guide-in-pages", guide.Replace("\"50000\"", "\"50\"", StringComparison.Ordinal), london.Key)]);
        var folder = Directory.CreateDirectory(Path.Combine(london.Folder, "power-query")).FullName;
        foreach (var (name, text, _) in programs) await File.WriteAllTextAsync(Path.Combine(folder, name + ".m"), text);
        await NodeTools.InstalledAsync();
        var tables = new Dictionary<string, JsonElement>();
        foreach (var ofKey in programs.GroupBy(p => p.Key))
        {
            var files = string.Join(' ', ofKey.Select(p => $"'{folder}/{p.Name}.m'"));
            var (code, said) = await ChildProgram.RunAsync(
                $"export KEY={ofKey.Key} NODE_EXTRA_CA_CERTS={london.CaFile}; node '{NodeTools.Folder}/run_power_query.mjs' {files}", london.Folder, Limit);
            Assert.True(code == 0, said);
            foreach (var table in said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement))
                tables.Add(Path.GetFileNameWithoutExtension(table.GetProperty("file").GetString()!), table);
        }

        Assert.Equal(programs.Count, tables.Count);
        Assert.Equal(5, tables["listChargePoints"].GetProperty("rows").GetInt32());
        Assert.Equal(5, tables["listChargePointsAsCsv"].GetProperty("rows").GetInt32());
        Assert.InRange(tables["guide"].GetProperty("rows").GetInt32(), 51, 49_999);
        Assert.Equal(tables["guide"].GetProperty("rows").GetInt32(), tables["guide-in-pages"].GetProperty("rows").GetInt32());
    }

    /// <summary>A pretend London of a few days has no month that has settled, so there is no file of one; nobody has reported figures, and of few charge points maybe no outage.</summary>
    private static IEnumerable<ApiRoute> Asked => ApiRoutes.All.Where(r => r.MediaType != ApiRoute.GZip && !r.Path.StartsWith("/v1/reported-usage/", StringComparison.Ordinal) && !r.Path.StartsWith("/v1/outages/", StringComparison.Ordinal));

    private async Task EachAsync(string language, Func<string, string> asShell, Func<ApiRoute, string, Task> check)
    {
        var setUp = (await london.PagesAsync())["/docs/keys"].Blocks.First(b => b.Language == "sh").Text;
        var programs = await ProgramsAsync(language);
        Assert.Equal(Asked.Count(), programs.Count);
        foreach (var (route, text) in programs)
        {
            var (code, said) = await london.RunAsync($"{setUp}\nexport KEY={KeyFor(route)}\n{asShell(text)}");
            Assert.True(code == 0, $"{route.Path} in {language}\n{said}");
            await check(route, said);
        }
    }

    private async Task<IReadOnlyList<(ApiRoute Route, string Text)>> ProgramsAsync(string language)
    {
        var pages = await london.PagesAsync();
        var (session, tariff) = (await FirstIdAsync("charging-sessions", "session_id"), await FirstIdAsync("tariffs", "tariff_id"));
        return [.. Asked.SelectMany(route => pages["/docs/reference/" + route.OperationId].Blocks.Where(b => b.Language == language).Select(b => (route, WithId(route, b.Text))))];

        // The ids of the examples are nobody's: each London has its own.
        string WithId(ApiRoute route, string text) => (route.Path.Split('/').ElementAtOrDefault(2), route.Id) switch
        {
            ("charging-sessions", { } id) => text.Replace(id.Example, session, StringComparison.Ordinal),
            ("tariffs", { } id) => text.Replace(id.Example, tariff, StringComparison.Ordinal),
            _ => text,
        };
    }

    private async Task<string> FirstIdAsync(string list, string field)
    {
        var setUp = (await london.PagesAsync())["/docs/keys"].Blocks.First(b => b.Language == "sh").Text;
        var (_, said) = await london.RunAsync($"{setUp}\nexport KEY={london.Key}\ncurl -sS -H \"Authorization: Bearer $KEY\" \"$HUB/v1/{list}?limit=1&select={field}\"");
        using var answer = JsonDocument.Parse(said);
        return answer.RootElement.GetProperty("data")[0].GetProperty(field).GetString()!;
    }

    /// <summary>What is set up is the GLA's; metrics are for administrators, and who read an operator's data, and what it handed in, is for that operator.</summary>
    private string KeyFor(ApiRoute route) => route.OperationId switch
    {
        "getMetrics" => london.AdministratorKey,
        "listAccessLogOfOperator" or "listSubmissions" => london.OperatorKey,
        _ => london.Key,
    };

    private static bool IsJson(ApiRoute route) => !route.MediaType.StartsWith("text/", StringComparison.Ordinal);

    private static Task ParseAsync(ApiRoute route, string said)
    {
        if (IsJson(route)) JsonDocument.Parse(said).Dispose();
        else if (route.TableOf is not null) Assert.Equal(route.Example.Split("\r\n")[0], said.TrimStart().Split('\n')[0].TrimEnd());
        else Assert.StartsWith("# ", said.TrimStart(), StringComparison.Ordinal);
        return Task.CompletedTask;
    }
}
