using ChargePointHub.Feeds.Fetching;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Server.Collection;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;
using ChargePointHub.Store.Bulk;
using ChargePointHub.Store.Embedded;

namespace ChargePointHub.Server.Doctor;

/// <summary>Everything that an installation stands on, looked at in turn. Changes nothing but that an embedded database is started for the look, and that what operators are asked is counted.</summary>
public sealed class Examination(HubOptions options, IReadOnlyList<string> faults, bool isOffline, TimeProvider time, Action<string> progress)
{
    public async IAsyncEnumerable<Check> LookAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return faults.Count == 0 ? Check.Ok("settings", "All are in order.") : Check.Failed("settings", string.Join(' ', faults), "`config reference` lists every setting with what is allowed.");
        progress("Looking at the certificate");
        foreach (var check in CertificateChecks.Look(options, time.GetUtcNow())) yield return check;
        var (found, database) = await DatabaseAsync(cancellationToken);
        await using var opened = database;
        foreach (var check in found) yield return check;
        yield return DiskCheck.Look("the data folder", options.Data);
        progress("Looking at the operator files");
        var registry = OperatorFiles.Registry.Load(options.Operators);
        foreach (var check in OperatorFileChecks.Look(options.Operators, registry)) yield return check;
        progress("Loading boundaries");
        yield return AreaCheck.Look(options.Areas);
        if (isOffline) yield return Check.NotChecked("feeds", "Operators were left alone (--offline).");
        else if (registry is not LoadedRegistry loaded) yield return Check.NotChecked("feeds", "The operator files must be right first.");
        else
        {
            var count = await CountAsync(database, cancellationToken);
            var checks = await FeedChecks.LookAsync(loaded, count, time, (done, all) => progress($"Asking operators: {done} of {all}"), cancellationToken);
            foreach (var check in checks) yield return check;
        }
    }

    /// <summary>With the hubs of the database, where it has a place to count in.</summary>
    private async Task<IRequestCount> CountAsync(HubDatabaseHandle? database, CancellationToken cancellationToken) =>
        database is not null && await IsOurSchemaAsync(database.Source, cancellationToken) ? new DatabaseRequestCount(new RequestCounts(database.Source)) : new RequestCount(time);

    private static async Task<bool> IsOurSchemaAsync(Database database, CancellationToken cancellationToken)
    {
        try
        {
            return (await Migrator.PendingAsync(database, cancellationToken)).Count == 0;
        }
        catch (Exception other) when (StartFailures.Of(other) is not null)
        {
            return false;
        }
    }

    /// <summary>Whether hubs at work have the operator files that are looked at here; nothing where the schema is not this hub's.</summary>
    private async Task<IReadOnlyList<Check>> InstancesAsync(Database database, CancellationToken cancellationToken)
    {
        if (OperatorFiles.Registry.Load(options.Operators) is not LoadedRegistry registry || !await IsOurSchemaAsync(database, cancellationToken)) return [];
        return OperatorFiles.Differing(await new OperatorLeases(database).ReadAsync(cancellationToken), registry) is { } differing
            ? [Check.Warning("operator files", differing, "Give all hubs of this database the same operator files.")]
            : [];
    }

    private async Task<IReadOnlyList<Check>> BulkAsync(Database database, CancellationToken cancellationToken) =>
        await IsOurSchemaAsync(database, cancellationToken) ? [BulkCheck.Judge(await new BulkStore(database).ReadFactsAsync(cancellationToken), options.Bulk)] : [];

    /// <summary>What was found, and the database where it answers.</summary>
    private async Task<(IReadOnlyList<Check> Checks, HubDatabaseHandle? Database)> DatabaseAsync(CancellationToken cancellationToken)
    {
        progress("Looking at the database");
        HubDatabaseHandle? database = null;
        try
        {
            var checks = new List<Check>();
            if (options.Database.Length == 0)
            {
                var state = await EmbeddedState.LookAsync(HubDatabaseHandle.EmbeddedOptions(options), cancellationToken);
                checks.Add(DiskCheck.Look("the embedded database", state.Home));
                if (state.Major is null)
                {
                    var sentence = $"There is no embedded database in {state.Home} yet; the first start makes one.";
                    checks.Add(HubDatabaseHandle.MeantInsteadOf(options.Data) is { } meant
                        ? Check.Warning("database", sentence, $"There is one with --data {meant}; if that was meant, name it.")
                        : Check.NotChecked("database", sentence));
                    return (checks, null);
                }
            }

            database = await HubDatabaseHandle.JoinAsync(options, cancellationToken);
            return ([.. checks, .. await DatabaseChecks.LookAsync(database, time, cancellationToken), .. await InstancesAsync(database.Source, cancellationToken), .. await BulkAsync(database.Source, cancellationToken)], database);
        }
        catch (Exception failure) when (StartFailures.Of(failure) is { } start)
        {
            if (database is not null) await database.DisposeAsync();
            return ([DatabaseChecks.Unreachable(start)], null);
        }
        catch
        {
            if (database is not null) await database.DisposeAsync();
            throw;
        }
    }
}
