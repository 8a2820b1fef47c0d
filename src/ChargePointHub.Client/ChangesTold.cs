namespace ChargePointHub.Client;

/// <summary>What the hub tells a copy to do next.</summary>
public abstract record ChangesTold
{
    private ChangesTold()
    {
    }

    /// <summary>Do what each change says, in order, and keep the cursor with the copy, in one step if that can be.</summary>
    /// <param name="Changes">There may be none although more follow.</param>
    /// <param name="Cursor">Where the copy stands once it has done so; the next question begins with it.</param>
    /// <param name="HasMore">False: this was all up to <paramref name="AsOf"/>.</param>
    /// <param name="AsOf">When the hub had last learnt something of what is told; null: events do not say.</param>
    /// <param name="Datasets">Each dataset that is told, with licences and what the key's rights limit; events do not say.</param>
    public sealed record Page(IReadOnlyList<Change> Changes, string Cursor, bool HasMore, DateTimeOffset? AsOf, IReadOnlyList<ChangedDataset> Datasets) : ChangesTold;

    /// <summary>What follows fits no copy made until now: throw it away and begin without a cursor.</summary>
    /// <param name="Code">CPH-1205: the key's rights changed; CPH-1206: the hub's database was set back; CPH-1207: records went whose ids must not be kept.</param>
    /// <param name="Reason">In a sentence.</param>
    public sealed record BeginAnew(string Code, string Reason) : ChangesTold;
}

/// <summary>One record that changed, as JSON and typed.</summary>
public partial class Change
{
    /// <summary>Whether a record is gone: every one of the dataset whose fields equal all of <see cref="Key"/>.</summary>
    public bool IsRemoval => Operation == ChangeOperation.Removal;

    /// <summary>The record, as the list of its dataset has it: a <see cref="ChargePoint"/>, <see cref="Tariff"/>, <see cref="StatusChange"/>, <see cref="ChargingSession"/>, <see cref="ReportedUsage"/> or <see cref="Outage"/>.</summary>
    /// <exception cref="InvalidOperationException">It is a removal.</exception>
    public T As<T>() => IsRemoval
        ? throw new InvalidOperationException("A removal has no record.") : System.Text.Json.JsonSerializer.Deserialize<T>(Record) ?? throw new InvalidOperationException("An upsert without a record.");
}
