using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace ChargePointHub.Benchmarks;

/// <summary>COPY ... TO STDOUT by psql, into nothing, timed by psql itself.</summary>
internal sealed partial class PsqlCopy(string connectionString)
{
    /// <param name="before">Statements that are not timed.</param>
    public async Task<TimeSpan> TimeAsync(string select, string format = "BINARY", string before = "")
    {
        var to = new NpgsqlConnectionStringBuilder(connectionString);
        var start = new ProcessStartInfo("psql", ["-X", "-q", "-h", to.Host!, "-p", to.Port.ToString(CultureInfo.InvariantCulture), "-U", to.Username!, "-d", to.Database!])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["PGPASSWORD"] = to.Password ?? "";
        using var psql = Process.Start(start) ?? throw new InvalidOperationException("psql did not start.");
        await psql.StandardInput.WriteAsync($"{before}\n\\timing on\n\\o /dev/null\nCOPY ({select}) TO STDOUT (FORMAT {format});\n");
        psql.StandardInput.Close();
        var said = await psql.StandardOutput.ReadToEndAsync();
        await psql.WaitForExitAsync();
        var time = Time().Match(said);
        return time.Success ? TimeSpan.FromMilliseconds(double.Parse(time.Groups[1].Value, CultureInfo.InvariantCulture)) : throw new InvalidOperationException($"psql said no time: {said}");
    }

    [GeneratedRegex(@"Time: ([0-9.]+) ms", RegexOptions.CultureInvariant)]
    private static partial Regex Time();
}
