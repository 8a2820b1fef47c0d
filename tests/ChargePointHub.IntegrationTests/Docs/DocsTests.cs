using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.RegularExpressions;
using ChargePointHub.IntegrationTests.Readme;
using ChargePointHub.Server.Api;
using ChargePointHub.Tests.Contract;

namespace ChargePointHub.IntegrationTests.Docs;

/// <summary>The documentation followed by a test, all of it on one pretend London.</summary>
[Collection(DocsLondon.Name)]
public sealed partial class DocsTests(DocsLondon london)
{
    [Fact]
    public async Task Every_sample_runs_as_printed_and_answers_as_printed()
    {
        var pages = await london.PagesAsync();
        Assert.Contains(("start", DocsLondon.Command), pages["/docs/completeness"].Blocks);
        Assert.Contains(("start", "dotnet run --project src/ChargePointHub.Sandbox"), pages["/docs/developers"].Blocks);
        await SamplesAsync(pages.Values, inPython: false, atLeast: 16);
    }

    [PythonFact]
    public async Task Every_sample_in_Python_runs_as_printed_and_answers_as_printed() =>
        await SamplesAsync((await london.PagesAsync()).Values, inPython: true, atLeast: 3);

    private async Task SamplesAsync(IEnumerable<ServedPage> pages, bool inPython, int atLeast)
    {
        var faults = new List<string>();
        var count = 0;
        foreach (var page in pages)
        {
            foreach (var (typed, language, printed) in page.Samples.Where(s => ServedPage.NeedsPython(s.Typed) == inPython))
            {
                count++;
                var (code, said) = await london.RunAsync(typed);
                if (code != 0) faults.Add($"{page.Path}: ended with {code}\n{typed}\n{said}");
                else if (Difference(language, printed, said) is { } difference) faults.Add($"{page.Path}: {difference}\n{typed}\n{said}");
            }
        }

        Assert.True(count >= atLeast, $"{count} samples");
        Assert.True(faults.Count == 0, string.Join("\n\n", faults));
    }

    /// <summary>Whoever asks what a figure means begins there.</summary>
    [Fact]
    public async Task The_list_of_measures_leads_to_every_page_about_a_figure()
    {
        var pages = await london.PagesAsync();
        var list = pages["/docs/measures"].Links.ToHashSet();
        Assert.Equal([], pages.Keys.Where(p => p.StartsWith("/docs/measures/", StringComparison.Ordinal) || p is "/docs/status-minutes" or "/docs/missing-minutes" or "/docs/reliability-r1" or "/docs/reliability-r2" or "/docs/status-coverage").Where(p => !list.Contains(p)));
        Assert.True(pages.ContainsKey("/docs/reliability-r2") && pages.ContainsKey("/docs/measures/average-occupied-charge-points"));
    }

    [Fact]
    public async Task Every_link_and_anchor_resolves()
    {
        var pages = await london.PagesAsync();
        Assert.True(pages.Count > ApiRoutes.All.Count + 10);
        var known = new HashSet<string>();
        foreach (var page in pages.Values)
        {
            foreach (var link in page.Links)
            {
                var (path, anchor) = link.Split('#') is [var p, var a] ? (p, a) : (link, null);
                if (path.Length == 0) path = page.Path;
                Assert.True(path.StartsWith('/'), $"{page.Path} leads elsewhere: {link}");
                if (anchor is not null) Assert.True(pages[path].Ids.Contains(anchor), $"{page.Path}: {link} has no such place");
                if (!known.Add(path)) continue;
                using var answer = await london.GetAsync(path);
                Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{page.Path}: {link} is answered with {(int)answer.StatusCode}");
            }
        }
    }

    [Fact]
    public async Task Every_page_is_closed_to_what_is_not_the_hubs()
    {
        foreach (var page in (await london.PagesAsync()).Values)
        {
            using var answer = await london.GetAsync(page.Path);
            var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
            Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
            Assert.DoesNotMatch(Inline(), page.Html);
        }
    }

    [Fact]
    public async Task The_bare_address_leads_people_to_the_documentation_and_tells_programs_that_nothing_is_there()
    {
        using (var people = await london.GetAsync("/"))
        {
            Assert.Equal(HttpStatusCode.Redirect, people.StatusCode);
            Assert.Equal("/docs", people.Headers.Location?.ToString());
        }

        using var programs = await london.GetAsync("/", "application/json");
        using var problem = JsonDocument.Parse(await programs.Content.ReadAsStringAsync());
        Assert.Equal("CPH-3001", problem.RootElement.GetProperty("code").GetString());
        Assert.Contains("Accept", programs.Headers.Vary);
    }

    [Theory]
    [InlineData("hub.example:9443", "https://hub.example:9443")]
    [InlineData("[::1]:8443", "https://[::1]:8443")]
    [InlineData("x';rm${IFS}-r", "https://localhost:8443")]
    public async Task Samples_name_the_hub_as_the_reader_reached_it_and_never_what_ends_a_quoted_text(string host, string shown)
    {
        var (code, said) = await london.RunAsync($"curl -s --cacert '{london.CaFile}' -H \"Host: {host.Replace("$", "\\$", StringComparison.Ordinal)}\" --http1.1 {london.Hub}/docs/keys");

        Assert.True(code == 0, said);
        if (said.Length > 0) Assert.Contains("HUB=" + shown + "\n", said.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task The_hub_speaks_tls_1_2_and_1_3(SslProtocols version)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("localhost", london.Port);
        await using var tls = new SslStream(client.GetStream(), false, (_, certificate, _, _) => london.Trusts((X509Certificate2)certificate!));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = version });

        Assert.Equal(version, tls.SslProtocol);
    }

    [Theory]
    [InlineData(0x01)]
    [InlineData(0x02)]
    public async Task The_hub_refuses_tls_1_0_and_1_1(byte minor)
    {
        const byte alert = 0x15, fatal = 2, protocolVersion = 70;
        var answer = await AnswerToHelloAsync(minor);
        Assert.Equal((alert, fatal, protocolVersion), (answer[0], answer[5], answer[6]));

        // The same hello of a version that the hub takes: nothing else in it was what it refused.
        const byte handshake = 0x16, serverHello = 2;
        answer = await AnswerToHelloAsync(0x03);
        Assert.Equal((handshake, serverHello), (answer[0], answer[5]));
    }

    /// <summary>
    /// The first bytes that come back to a ClientHello that offers TLS 1.(<paramref name="minor"/> - 1) and nothing above: suites that all of these
    /// versions have and the Sandbox's certificates fit (ECDHE-ECDSA with AES in CBC, and with AES in GCM, which 1.2 alone takes), P-256, points uncompressed,
    /// signed by ECDSA with SHA-256, which only 1.2 lets a client say.
    /// </summary>
    private async Task<byte[]> AnswerToHelloAsync(byte minor)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("localhost", london.Port);
        var stream = client.GetStream();
        byte[] extensions = [0, 10, 0, 4, 0, 2, 0, 23, 0, 11, 0, 2, 1, 0, 0, 13, 0, 4, 0, 2, 4, 3];
        byte[] hello = [3, minor, .. new byte[32], 0, 0, 6, 0xC0, 0x09, 0xC0, 0x0A, 0xC0, 0x2B, 1, 0, 0, (byte)extensions.Length, .. extensions];
        await stream.WriteAsync((byte[])[0x16, 3, 1, 0, (byte)(hello.Length + 4), 1, 0, 0, (byte)hello.Length, .. hello]);
        var answer = new byte[7];
        await stream.ReadExactlyAsync(answer);
        return answer;
    }

    /// <summary>Null: what came is what is printed, but for what differs from run to run.</summary>
    private static string? Difference(string language, string printed, string came)
    {
        if (language == "text") return PrintedText.Difference(printed, came);
        var (wanted, lines) = language == "json" ? ([printed], [came]) : (Lines(printed), Lines(came));
        if (wanted.Length != lines.Length) return $"printed {wanted.Length} lines; came {lines.Length}";
        foreach (var (one, other) in wanted.Zip(lines))
        {
            using var first = JsonDocument.Parse(one);
            using var second = JsonDocument.Parse(other);
            if (JsonShape.Difference(first.RootElement, second.RootElement) is { } difference) return difference;
        }

        return null;
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    [GeneratedRegex(@"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:")]
    private static partial Regex Inline();
}
