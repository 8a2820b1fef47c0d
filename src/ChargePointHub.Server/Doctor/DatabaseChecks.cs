using ChargePointHub.Model;
using ChargePointHub.Server.Hosting;
using ChargePointHub.Store;
using ChargePointHub.Store.Figures;
using ChargePointHub.Store.Queries;

namespace ChargePointHub.Server.Doctor;

/// <summary>The database: reachable, of a version and schema that fit, its role's rights, its settings, room for the hub's connections.</summary>
public static class DatabaseChecks
{
    private const string Subject = "database";
    private const int OldestMajor = 15;

    /// <summary>Changes nothing: the schema is not brought up to date either.</summary>
    public static async Task<IReadOnlyList<Check>> LookAsync(HubDatabaseHandle database, TimeProvider time, CancellationToken cancellationToken)
    {
        var asked = time.GetUtcNow();
        ServerFacts facts;
        try
        {
            facts = await ServerFacts.ReadAsync(database.Source, cancellationToken);
            if (facts.IsReplica) return [Check.Failed(Subject, $"{database.Source} is a replica, which cannot be written to.", "Name the primary server.")];
        }
        catch (Exception failure) when (StartFailures.Of(failure) is { } start)
        {
            return [Unreachable(start)];
        }

        // The pool is warm now: the second reading takes no longer than the question.
        asked = time.GetUtcNow();
        facts = await ServerFacts.ReadAsync(database.Source, cancellationToken);
        var halfway = asked + ((time.GetUtcNow() - asked) / 2);
        return [.. Server(database, facts), await SchemaAsync(database.Source, cancellationToken), .. Rights(facts), Safety(facts), Room(facts), await RollupsAsync(database.Source, cancellationToken), await StatusDaysAsync(database.Source, cancellationToken),
            ClockCheck.Judge("the database's", halfway - facts.Clock, TimeSpan.FromSeconds(0.5))];
    }

    public static Check Unreachable(StartException failure) => new(Subject, CheckOutcome.Failed, string.Join(' ', failure.Reasons));

    private static IEnumerable<Check> Server(HubDatabaseHandle database, ServerFacts facts)
    {
        yield return facts.VersionNumber / 10_000 >= OldestMajor
            ? Check.Ok(Subject, $"PostgreSQL {facts.Version} answers: {database.Source}.")
            : Check.Failed(Subject, $"PostgreSQL {facts.Version} is too old: {database.Source}.", $"The hub needs version {OldestMajor} or newer.");
        if (facts.Encoding != "UTF8") yield return Check.Failed(Subject, $"Its encoding is {facts.Encoding}.", "Make the database with `createdb --encoding UTF8 --template template0`.");
    }

    private static async Task<Check> SchemaAsync(Database database, CancellationToken cancellationToken)
    {
        try
        {
            var pending = await Migrator.PendingAsync(database, cancellationToken);
            return pending.Count == 0
                ? Check.Ok(Subject, $"Its schema is this hub's: {Migrator.Newest}.")
                : Check.Warning(Subject, $"Its schema lacks {string.Join(", ", pending)}.", "`migrate` brings it up to date, and so does the next start.");
        }
        catch (MigrationException other)
        {
            return Check.Failed(Subject, other.Message, "Run the version of the hub that this database belongs to.");
        }
    }

    /// <summary>Whether figures are what their records say, as the last night found.</summary>
    private static async Task<Check> RollupsAsync(Database database, CancellationToken cancellationToken)
    {
        if (await new UsageRollup(database).ReadCheckAsync(cancellationToken) is not { } check) return Check.Ok(Subject, "Its roll-ups have not been recomputed yet; a running hub does so each night.");
        var found = check.LastDifferedAt is { } differed ? $" The last difference was found, and mended, on {LondonCalendar.DayOf(differed):yyyy-MM-dd}." : "";
        return check.Differences == 0
            ? Check.Ok(Subject, $"Its roll-ups were what their sessions say on {LondonCalendar.DayOf(check.EndedAt):yyyy-MM-dd}: {check.Compared:N0} charge point days compared.{found}")
            : Check.Warning(Subject, $"{check.Differences:N0} of {check.Compared:N0} charge point days were not what their sessions say on {LondonCalendar.DayOf(check.EndedAt):yyyy-MM-dd}, and were made anew.",
                "`rollups verify` says whether all is well now. A hub of an older version that writes to the same database does not keep roll-ups.");
    }

    /// <summary>Whether days of status are what their changes say, as the last night found.</summary>
    private static async Task<Check> StatusDaysAsync(Database database, CancellationToken cancellationToken)
    {
        if (await new StatusRollup(database).ReadCheckAsync(cancellationToken) is not { } check) return Check.Ok(Subject, "Its days of status have not been worked out anew yet; a running hub does so each night.");
        var found = check.LastDifferedAt is { } differed ? $" The last difference was found, and mended, on {LondonCalendar.DayOf(differed):yyyy-MM-dd}." : "";
        return check.Differences == 0
            ? Check.Ok(Subject, $"Its days of status were what their status changes say on {LondonCalendar.DayOf(check.EndedAt):yyyy-MM-dd}: {check.Compared:N0} charge point days compared.{found}")
            : Check.Warning(Subject, $"{check.Differences:N0} of {check.Compared:N0} charge point days of status were not what their changes say on {LondonCalendar.DayOf(check.EndedAt):yyyy-MM-dd}, and were mended.",
                "A hub of an older version that writes to the same database does not mark days. Where it comes again, tell those who make the hub.");
    }

    private static IEnumerable<Check> Rights(ServerFacts facts)
    {
        var lacking = new List<string>();
        if (!facts.MayCreate) lacking.Add("make tables in its schema");
        if (!facts.MayUseTemporary) lacking.Add("make temporary tables");
        if (facts.ForeignTables.Count > 0) lacking.Add($"alter the tables of others ({string.Join(", ", facts.ForeignTables.Take(3))}{(facts.ForeignTables.Count > 3 ? " ..." : "")})");
        yield return lacking.Count == 0
            ? Check.Ok(Subject, $"The role {facts.Role} may do what the hub does.")
            : Check.Failed(Subject, $"The role {facts.Role} may not {string.Join(", nor ", lacking)}.", $"Let it own the database: ALTER DATABASE ... OWNER TO {facts.Role}, and its tables likewise.");
    }

    private static Check Safety(ServerFacts facts) => facts.Lossy.Count == 0
        ? Check.Ok(Subject, "Its settings lose nothing when the power fails.")
        : Check.Failed(Subject, $"Its settings lose what was committed when the power fails: {string.Join(", ", facts.Lossy)}.", "Turn them on: a claim of coverage must outlive its rows' power cut.");

    private static Check Room(ServerFacts facts)
    {
        var free = facts.MostConnections - facts.UsedConnections;
        return facts.MostConnections >= Database.MostConnections
            ? Check.Ok(Subject, $"It allows {facts.MostConnections} connections; the hub uses {Database.MostConnections} at most, and {free} are free now.")
            : Check.Warning(
                Subject, $"It allows {facts.MostConnections} connections, and the hub may use {Database.MostConnections}.",
                $"Set max_connections to {Database.MostConnections + 20} or more, or `Maximum Pool Size` in the connection string to less.");
    }
}
