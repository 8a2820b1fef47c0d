using System.Security.Cryptography;
using ChargePointHub.Store.Writing;

namespace ChargePointHub.Store;

/// <summary>Small facts that belong to this database and must outlive every instance.</summary>
public sealed class HubSettings(Database database)
{
    private const int SecretLength = 32;

    /// <summary>32 random bytes, made on first asking and the same for every instance ever after. Never logged.</summary>
    public async Task<byte[]> GetOrCreateSecretAsync(string name, CancellationToken cancellationToken)
    {
        await database.Reads.Command(
            "INSERT INTO hub_setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
            name, RandomNumberGenerator.GetBytes(SecretLength)).ExecuteAsync(cancellationToken);
        var kept = await database.Reads.Command("SELECT value FROM hub_setting WHERE name = $1", name)
            .ListAsync(r => r.GetFieldValue<byte[]>(0), cancellationToken);
        return kept.Single();
    }
}
