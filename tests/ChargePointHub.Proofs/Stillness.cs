using Npgsql;

namespace ChargePointHub.Proofs;

/// <summary>Tells when nothing goes on in this process and its database but waiting. Linux only: it reads <c>/proc</c>.</summary>
internal sealed class Stillness : IDisposable
{
    private const string Tasks = "/proc/self/task";

    /// <summary>A thread that has been woken counts as running at once; two looks a moment apart see what was between the two.</summary>
    private const int Looks = 2;

    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    private readonly NpgsqlConnection connection;
    private readonly NpgsqlCommand working;

    public Stillness(string connectionString)
    {
        connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, ApplicationName = "stillness" }.ConnectionString);
        connection.Open();
        working = new NpgsqlCommand("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'", connection);
        working.Prepare();
    }

    public void Wait()
    {
        for (var still = 0; still < Looks; still = IsStill() ? still + 1 : 0) Thread.Sleep(Moment);
    }

    public void Dispose()
    {
        working.Dispose();
        connection.Dispose();
    }

    private bool IsStill() => !IsAnyThreadRunning() && (long)working.ExecuteScalar()! == 0;

    /// <summary>Any but this one.</summary>
    private static bool IsAnyThreadRunning()
    {
        var running = 0;
        foreach (var task in Directory.EnumerateDirectories(Tasks))
        {
            try
            {
                var stat = File.ReadAllText(task + "/stat");
                if (stat[stat.LastIndexOf(')') + 2] is 'R' or 'D') running++;
            }
            catch (IOException)
            {
                // It has ended since.
            }
        }

        return running > 1;
    }
}
