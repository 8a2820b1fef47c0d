using System.Globalization;
using ChargePointHub.Store.Bulk;

namespace ChargePointHub.Server.Doctor;

/// <summary>Bulk files: how many there are, how many are still to come, and whether anybody makes them.</summary>
public static class BulkCheck
{
    private const string Subject = "bulk files";

    /// <summary>A hub looks once a minute; a round of many months may take long.</summary>
    private static readonly TimeSpan MostBehind = TimeSpan.FromHours(6);

    /// <param name="makes">This hub's own setting; another of the same database may make them.</param>
    public static Check Judge(BulkFacts facts, bool makes)
    {
        var found = string.Create(CultureInfo.InvariantCulture, $"{facts.Files} months stand as files, {facts.Bytes / 1_000_000.0:0.0} MB; {facts.Waiting} are still to be made.");
        if (facts.LookedAt is { } looked && facts.LearntAt - looked > MostBehind)
        {
            return Check.Warning(
                Subject, $"{found} Nothing that was learnt after {looked:yyyy-MM-dd HH:mm} UTC is in them.",
                makes ? "Run the hub; where it runs, its log says why (`Bulk files were not made`, `A bulk file could not be made`)." : "Let one hub of this database make them: --bulk true.");
        }

        return Check.Ok(Subject, found);
    }
}
