using ChargePointHub.Feeds.Registry;

namespace ChargePointHub.Tests.Feeds.Registry;

public sealed class LiveRegistryTests : IDisposable
{
    private readonly OperatorFiles files = new();

    public void Dispose() => files.Dispose();

    [Fact]
    public void A_changed_file_is_taken_up_and_what_changed_is_said()
    {
        files.Write("stays.json", Operator("stays"));
        files.Write("changes.json", Operator("changes"));
        files.Write("goes.json", Operator("goes"));
        var live = Open();
        Assert.IsType<RegistryChange.None>(live.Refresh());

        files.Write("changes.json", Operator("changes", "Another Name"));
        files.Delete("goes.json");
        files.Write("comes.json", Operator("comes"));
        var change = Assert.IsType<RegistryChange.TakenUp>(live.Refresh());
        Assert.Equal(["comes"], change.Added);
        Assert.Equal(["changes"], change.Changed);
        Assert.Equal(["goes"], change.Removed);
        Assert.Equal("Another Name", live.Current.Operators.Single(o => o.OperatorId == "changes").Name);
        Assert.IsType<RegistryChange.None>(live.Refresh());
    }

    [Fact]
    public void A_wrong_change_keeps_the_last_good_state_says_so_once_and_is_taken_up_when_it_is_put_right()
    {
        files.Write("a.json", Operator("one"));
        var live = Open();
        var good = live.Current;

        files.Write("a.json", Operator("one").Replace("https:", "http:", StringComparison.Ordinal));
        Assert.Equal(RegistryFaultCodes.NotHttps, Assert.Single(Assert.IsType<RegistryChange.Kept>(live.Refresh()).Faults).Code);
        Assert.Same(good, live.Current);
        Assert.IsType<RegistryChange.None>(live.Refresh());
        Assert.Single(live.Faults);

        files.Write("a.json", Operator("one", "Put Right"));
        Assert.Equal(["one"], Assert.IsType<RegistryChange.TakenUp>(live.Refresh()).Changed);
        Assert.Empty(live.Faults);
    }

    [Fact]
    public void A_fault_beside_the_files_heals_without_touching_them()
    {
        files.Write("a.json", Operator("one"));
        var live = Open();
        files.Write("a.json", Operator("one").Replace("\"feed_id\"", "\"ca_file\": \"ca.pem\", \"feed_id\"", StringComparison.Ordinal));
        Assert.IsType<RegistryChange.Kept>(live.Refresh());
        files.Write("ca.pem", "");
        Assert.IsType<RegistryChange.TakenUp>(live.Refresh());
    }

    [Fact]
    public void A_changed_CA_file_is_a_change_of_the_operators_that_trust_it()
    {
        files.Write("ca.pem", "before");
        files.Write("a.json", Operator("one").Replace("\"feed_id\"", "\"ca_file\": \"ca.pem\", \"feed_id\"", StringComparison.Ordinal));
        files.Write("b.json", Operator("two"));
        var live = Open();
        Assert.IsType<RegistryChange.None>(live.Refresh());

        files.Write("ca.pem", "put right");
        Assert.Equal(["one"], Assert.IsType<RegistryChange.TakenUp>(live.Refresh()).Changed);
        Assert.IsType<RegistryChange.None>(live.Refresh());
    }

    [Fact]
    public void A_directory_that_is_gone_for_a_while_removes_nobody()
    {
        files.Write("a.json", Operator("one"));
        var live = Open();
        Directory.Move(files.Directory, files.Directory + "-away");
        Assert.IsType<RegistryChange.Kept>(live.Refresh());
        Assert.Single(live.Current.Operators);
        Directory.Move(files.Directory + "-away", files.Directory);
        Assert.IsType<RegistryChange.None>(live.Refresh());
        Assert.Empty(live.Faults);
    }

    [Fact]
    public void A_link_that_leads_elsewhere_is_a_change()
    {
        foreach (var (version, name) in new[] { ("..1", "Before"), ("..2", "After") })
        {
            Directory.CreateDirectory(Path.Combine(files.Directory, version));
            files.Write($"{version}/a.json", Operator("one", name));
            File.SetLastWriteTimeUtc(Path.Combine(files.Directory, version, "a.json"), DateTime.UnixEpoch);
        }

        var data = Path.Combine(files.Directory, "..data");
        Directory.CreateSymbolicLink(data, "..1");
        File.CreateSymbolicLink(Path.Combine(files.Directory, "a.json"), "..data/a.json");
        var live = Open();
        Directory.Delete(data);
        Directory.CreateSymbolicLink(data, "..2");
        Assert.IsType<RegistryChange.TakenUp>(live.Refresh());
        Assert.Equal("After", live.Current.Operators.Single().Name);
    }

    private static string Operator(string id, string name = "Name") => OperatorFiles.Smallest
        .Replace("\"char-gy\"", $"\"{id}\"", StringComparison.Ordinal)
        .Replace("\"char.gy\"", $"\"{name}\"", StringComparison.Ordinal);

    private LiveRegistry Open() => new(files.Registry, files.Directory, files.Loaded());
}
