using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using ChargePointHub.IntegrationTests.Readme;

namespace ChargePointHub.IntegrationTests.Docs;

/// <summary>The pretend London that the documentation speaks of, started by the command on its page about completeness, on a port of its own.</summary>
[CollectionDefinition(Name)]
public sealed class DocsLondon : IAsyncLifetime, ICollectionFixture<DocsLondon>
{
    public const string Name = "The pretend London of the documentation";
    public const string Command = "dotnet run --project src/ChargePointHub.Sandbox -- --look-back kerbside-volt=P7D --fresh";
    private readonly int port = ChildProgram.FreePort();
    private ChildProgram sandbox = null!;

    /// <summary>Where a reader's terminal stands.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("cph-docs-").FullName;

    public string Hub => $"https://localhost:{port}";

    public int Port => port;

    public string CaFile => Path.Combine(Folder, ".chargepointhub/sandbox/tls/ca.pem");

    public string Key { get; private set; } = "";

    /// <summary>Opens the hub's metrics, and no operator's data.</summary>
    public string AdministratorKey { get; private set; } = "";

    /// <summary>Opens the data of the operator whose name the samples have, and who read it.</summary>
    public string OperatorKey { get; private set; } = "";

    /// <summary>Addresses and keys for programs.</summary>
    public string SandboxFile => Path.Combine(Folder, ".chargepointhub/sandbox/sandbox.json");

    private HttpClient Http { get; set; } = null!;

    private X509Certificate2 Authority { get; set; } = null!;

    /// <summary>Trusts the pretend London's authority alone.</summary>
    public bool Trusts(X509Certificate2 certificate)
    {
        using var chain = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck } };
        chain.ChainPolicy.CustomTrustStore.Add(Authority);
        return chain.Build(certificate);
    }

    public async Task InitializeAsync()
    {
        var root = ReadmeFile.Read().Root;
        sandbox = ChildProgram.Start(
            Command.Replace("--project src/ChargePointHub.Sandbox", $"--no-build --project '{root}/src/ChargePointHub.Sandbox'", StringComparison.Ordinal)
            + $" --port {port.ToString(CultureInfo.InvariantCulture)}",
            Folder);
        await sandbox.UntilItSaysAsync("All history is here", TimeSpan.FromMinutes(5));
        Authority = X509CertificateLoader.LoadCertificateFromFile(CaFile);
        Http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => Trusts((X509Certificate2)certificate!) },
        });
        using var file = JsonDocument.Parse(await File.ReadAllTextAsync(SandboxFile));
        Key = file.RootElement.GetProperty("keys").GetProperty("gla").GetString()!;
        AdministratorKey = file.RootElement.GetProperty("keys").GetProperty("administrator").GetString()!;
        OperatorKey = file.RootElement.GetProperty("keys").GetProperty("operator").GetString()!;
    }

    public async Task DisposeAsync()
    {
        Http.Dispose();
        Authority.Dispose();
        await sandbox.DisposeAsync();
        try
        {
            Directory.Delete(Folder, recursive: true);
        }
        catch (Exception left) when (left is IOException or UnauthorizedAccessException)
        {
            // A temporary folder that stays does no harm.
        }
    }

    /// <summary>Asks as a browser does.</summary>
    public async Task<HttpResponseMessage> GetAsync(string path, string accept = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Hub + path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        return await Http.SendAsync(request);
    }

    /// <summary>Every page that can be reached from the start, by its address.</summary>
    public async Task<IReadOnlyDictionary<string, ServedPage>> PagesAsync()
    {
        var pages = new SortedDictionary<string, ServedPage>(StringComparer.Ordinal);
        var waiting = new Queue<string>(["/docs"]);
        while (waiting.TryDequeue(out var path))
        {
            if (pages.ContainsKey(path)) continue;
            using var answer = await GetAsync(path);
            if (answer.Content.Headers.ContentType?.MediaType != "text/html") continue;
            var page = pages[path] = new ServedPage(path, await answer.Content.ReadAsStringAsync());
            foreach (var link in page.Links.Select(l => l.Split('#')[0]).Where(l => l.StartsWith('/'))) waiting.Enqueue(link);
        }

        return pages;
    }

    /// <summary>Runs lines of shell in the reader's folder; the sources' programs are built, and lie elsewhere.</summary>
    internal Task<(int Code, string Said)> RunAsync(string lines) => ChildProgram.RunAsync(
        lines.Replace("dotnet run --project src/", $"dotnet run --no-build --project {ReadmeFile.Read().Root}/src/", StringComparison.Ordinal), Folder, TimeSpan.FromMinutes(3));
}
