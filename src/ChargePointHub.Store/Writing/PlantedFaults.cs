using ChargePointHub.Model;
using Npgsql;

namespace ChargePointHub.Store.Writing;

/// <summary>The faults that proofs ask for, so that each can be shown to be caught.</summary>
internal static class PlantedFaults
{
    /// <summary>The page as a writer with the fault would take it.</summary>
    public static PageToWrite Apply(PlantedBug planted, PageToWrite page) => planted switch
    {
        PlantedBug.TrustedLastUpdated => page with { LastUpdatedLies = false },
        PlantedBug.EdgeLeftOut when page.Asked is { } asked => page with
        {
            Records = page.Records with { ChargingSessions = [.. page.Records.ChargingSessions.Where(s => s.Record.LastUpdated != asked.From)] },
        },
        PlantedBug.ClaimOnPartial when page.Asked is { } asked && page.Claims.Count == 0 => page with
        {
            Claims = Window.Between(asked.From, asked.To < page.AskedAt.AddHours(-1) ? asked.To : page.AskedAt.AddHours(-1)) is { } claimed
                ? [new Claim(page.Feed.Dataset, claimed, ClaimKind.Covered)]
                : [],
        },
        _ => page,
    };

    /// <summary>Every staged session is new, and the table has nothing against that.</summary>
    public static async Task<Counts> ForgetKeysAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await connection.Command("ALTER TABLE charging_session DROP CONSTRAINT IF EXISTS charging_session_pkey").ExecuteAsync(cancellationToken);
        await connection.Command("DELETE FROM decided_charging_session").ExecuteAsync(cancellationToken);
        var added = await connection.Command($"INSERT INTO decided_charging_session (ord, verdict) SELECT ord, {(int)Verdict.Added} FROM stage_charging_session")
            .ExecuteAsync(cancellationToken);
        return new Counts(added, 0, 0, added);
    }
}
