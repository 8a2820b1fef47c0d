using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace ChargePointHub.Benchmarks;

/// <summary>The server of <c>fastify/</c>, a process of its own over the same database; npm installs what it needs at the first start.</summary>
internal sealed class FastifyServer : IDisposable
{
    private readonly Process node;

    private FastifyServer(Process node, Uri address) => (this.node, Address) = (node, address);

    public Uri Address { get; }

    public static async Task<FastifyServer> StartAsync(string connectionString)
    {
        var folder = Path.Combine(RepositoryRoot(), "tests", "ChargePointHub.Benchmarks", "fastify");
        using (var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]) { WorkingDirectory = folder, RedirectStandardOutput = true })!)
        {
            await npm.WaitForExitAsync();
            if (npm.ExitCode != 0) throw new InvalidOperationException($"npm ci in {folder} failed.");
        }

        var to = new NpgsqlConnectionStringBuilder(connectionString);
        var start = new ProcessStartInfo("node", ["server.mjs"]) { WorkingDirectory = folder, RedirectStandardOutput = true };
        start.Environment["NODE_ENV"] = "production";
        start.Environment["PGHOST"] = to.Host;
        start.Environment["PGPORT"] = to.Port.ToString(CultureInfo.InvariantCulture);
        start.Environment["PGUSER"] = to.Username;
        start.Environment["PGPASSWORD"] = to.Password ?? "";
        start.Environment["PGDATABASE"] = to.Database;
        var node = Process.Start(start)!;
        var port = await node.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The server of fastify/ ended before it listened.");
        return new FastifyServer(node, new Uri($"http://127.0.0.1:{port}"));
    }

    public void Dispose()
    {
        if (!node.HasExited) node.Kill();
        node.Dispose();
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ChargePointHub.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The benchmark runs from somewhere outside the repository: no ChargePointHub.sln above it.");
    }
}
