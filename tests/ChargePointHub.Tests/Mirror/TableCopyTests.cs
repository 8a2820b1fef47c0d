using System.Text;
using System.Text.Json;
using ChargePointHub.Client;
using ChargePointHub.Mirror;

namespace ChargePointHub.Tests.Mirror;

/// <summary>A copy is changed as it is told, and is whole wherever its program was ended.</summary>
public sealed class TableCopyTests : IDisposable
{
    private const string Head = "session_id,charge_point_id,energy_kwh\r\n";

    private static readonly MirroredDataset Sessions = MirroredDataset.All.Single(d => d.Name == "charging_sessions");

    private readonly string folder = Directory.CreateTempSubdirectory("cph-mirror-").FullName;

    private string Table => Path.Combine(folder, "charging_sessions.csv");

    private string State => Path.Combine(folder, "charging_sessions.json");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Changes_replace_add_and_remove_and_a_charge_point_takes_along_what_happened_there()
    {
        var copy = await BegunAsync("a,p1,1\r\nb,p1,2\r\nc,p2,3\r\nd,p2,4\r\n");
        var batch = Batch(
            Upsert("a", "p1", 10), Upsert("e", "p2", 5), Removal("session_id", "b"), Removal("charge_point_id", "p2"), Upsert("d", "p2", 40), Upsert("f", "p3", 6), Removal("session_id", "f"));

        Assert.Null(await WriteAsync(copy, batch, "second"));

        Assert.Equal(Head + "a,p1,10\r\nd,p2,40\r\n", await File.ReadAllTextAsync(Table));
        Assert.Equal(("second", 2), (copy.State!.Cursor, copy.State.Rows));
        Assert.True(await copy.IsIntactAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_field_that_the_table_has_not_changes_nothing()
    {
        var copy = await BegunAsync("a,p1,1\r\n");
        var batch = Batch(Told("upsert", """{"session_id":"a"}""", """{"session_id":"a","charge_point_id":"p1","energy_kwh":2,"colour":"green"}"""));

        Assert.Equal("records have a field that the table has not: colour", await WriteAsync(copy, batch, "second"));

        var again = new TableCopy(folder, Sessions);
        Assert.Null(await again.OpenAsync(CancellationToken.None));
        Assert.Equal("first", again.State!.Cursor);
        Assert.Equal(Head + "a,p1,1\r\n", await File.ReadAllTextAsync(Table));
    }

    /// <summary>What lies in the folder when the program is ended after each of its steps.</summary>
    [Theory]
    [InlineData("half of the new table", "first")]
    [InlineData("the new table whole", "first")]
    [InlineData("the new state begun", "first")]
    [InlineData("the new state in its place", "second")]
    public async Task Wherever_it_was_ended_cursor_and_table_fit(string ended, string cursor)
    {
        var copy = await BegunAsync("a,p1,1\r\n");
        var (oldTable, oldState) = (await File.ReadAllTextAsync(Table), await File.ReadAllTextAsync(State));
        await WriteAsync(copy, Batch(Upsert("a", "p1", 2)), "second");
        var (newTable, newState) = (await File.ReadAllTextAsync(Table), await File.ReadAllTextAsync(State));
        await File.WriteAllTextAsync(Table, oldTable);
        await File.WriteAllTextAsync(State, ended == "the new state in its place" ? newState : oldState);
        await File.WriteAllTextAsync(Table + ".next", ended == "half of the new table" ? newTable[..^5] : newTable);
        if (ended == "the new state begun") await File.WriteAllTextAsync(State + ".next", newState[..20]);

        var again = new TableCopy(folder, Sessions);
        Assert.Null(await again.OpenAsync(CancellationToken.None));

        Assert.Equal(cursor, again.State!.Cursor);
        Assert.Equal(cursor == "first" ? oldTable : newTable, await File.ReadAllTextAsync(Table));
        Assert.True(await again.IsIntactAsync(CancellationToken.None));
        Assert.Equal([Table, State], Directory.GetFiles(folder).Order());
    }

    [Theory]
    [InlineData("longer")]
    [InlineData("gone")]
    [InlineData("state spoilt")]
    public async Task What_was_changed_by_another_hand_is_begun_anew(string how)
    {
        await BegunAsync("a,p1,1\r\n");
        if (how == "longer") await File.AppendAllTextAsync(Table, "b,p1,1\r\n");
        if (how == "gone") File.Delete(Table);
        if (how == "state spoilt") await File.WriteAllTextAsync(State, "{");

        var again = new TableCopy(folder, Sessions);

        Assert.NotNull(await again.OpenAsync(CancellationToken.None));
        Assert.Null(again.State);
    }

    [Fact]
    public async Task A_table_that_no_mirror_wrote_is_left_alone()
    {
        await File.WriteAllTextAsync(Table, "mine");

        var refused = await Assert.ThrowsAsync<MirrorException>(() => new TableCopy(folder, Sessions).OpenAsync(CancellationToken.None));

        Assert.Equal(ExitCode.WrongUse, refused.Code);
        Assert.Equal("mine", await File.ReadAllTextAsync(Table));
    }

    private async Task<TableCopy> BegunAsync(string rows)
    {
        var copy = new TableCopy(folder, Sessions);
        Assert.Null(await copy.OpenAsync(CancellationToken.None));
        using var source = await TableReader.OpenAsync(new MemoryStream(Encoding.UTF8.GetBytes(Head + rows)));
        Assert.Null(await copy.WriteAsync(source, new ChangeBatch(), written => written with { Cursor = "first" }, _ => { }, CancellationToken.None));
        return copy;
    }

    private static Task<string?> WriteAsync(TableCopy copy, ChangeBatch batch, string cursor) =>
        copy.RewriteAsync(batch, written => written with { Cursor = cursor }, _ => { }, CancellationToken.None);

    private static ChangeBatch Batch(params Change[] changes)
    {
        var batch = new ChangeBatch();
        foreach (var change in changes) batch.Add(change);
        return batch;
    }

    private static Change Upsert(string id, string point, int kwh) =>
        Told("upsert", $$"""{"session_id":"{{id}}"}""", $$"""{"session_id":"{{id}}","charge_point_id":"{{point}}","energy_kwh":{{kwh}}}""");

    private static Change Removal(string field, string value) => Told("removal", $$"""{"{{field}}":"{{value}}"}""", "null");

    private static Change Told(string operation, string key, string record) => JsonSerializer.Deserialize<Change>(
        $$"""{"dataset":"charging_sessions","operation":"{{operation}}","key":{{key}},"recorded_at":"2026-11-20T08:20:00.000Z","record":{{record}}}""")!;
}
