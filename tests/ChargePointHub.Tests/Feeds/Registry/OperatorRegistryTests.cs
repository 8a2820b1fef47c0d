using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Tests.Feeds.Registry;

public sealed class OperatorRegistryTests : IDisposable
{
    private const string Full = """
        {
          "operator_id": "char-gy", "name": "char.gy", "party_ids": ["GB*CGY"], "licence": "OGL-UK-3.0", "attribution": "Contains data of char.gy.",
          "feeds": [ {
            "feed_id": "open-data", "protocol": "ocpi-2.2.1", "base_url": "https://api.example.org:8443/path", "zone": "Etc/UTC", "fold": "later",
            "credential": "file:secrets/token", "ca_file": "ca.pem", "allow_private_hosts": ["localhost", "10.0.0.1", "::1"],
            "limit_group": "shared", "limits": [ {"requests": 30, "per": "PT1H"}, {"requests": 2, "per": "PT1S"} ], "active": false, "last_updated_lies": true,
            "loti": { "sessions_per_charge_point": true },
            "ocpi": { "discovery": false, "paths": {"charge_points": "locations"}, "token_is_raw": true, "records_pointer": "", "envelope": false,
                      "paged": false, "page_overlap": 5, "status_words": {"WORKING": "AVAILABLE"}, "tariffs_in_evses": true,
                      "session_modules": ["cdrs"], "token_parameter": "apiKey", "access": "PUBLIC",
                      "party": {"party_id": "GB*LDN", "name": "Example Authority", "url": "https://hub.example/ocpi"} },
            "datasets": [
              { "dataset": "charge_points" },
              { "dataset": "charging_sessions", "cadence": "PT2M", "axis": "last_updated", "earliest": "2026-01-01T01:00:00+01:00", "look_back": "P90D",
                "settle": "PT20M", "overlap": "PT7H", "longest_window": "P2D", "freshness": "PT30M", "page_size": 500, "carried_by": "charge_points" } ]
          } ]
        }
        """;

    private readonly OperatorFiles files = new();

    public void Dispose() => files.Dispose();

    [Fact]
    public void Every_property_of_a_file_arrives_in_its_definition()
    {
        files.Write("ca.pem", "");
        files.Write("char-gy.json", Full);
        var definition = Assert.Single(files.Loaded().Operators);
        Assert.Equal(("char-gy", "char.gy", "GB*CGY", "OGL-UK-3.0"), (definition.OperatorId, definition.Name, definition.PartyIds.Single(), definition.Licence));
        Assert.Equal("Contains data of char.gy.", definition.Attribution);

        var feed = Assert.Single(definition.Feeds);
        Assert.Equal(("char-gy", "char.gy", "open-data", "ocpi-2.2.1"), (feed.OperatorId, feed.OperatorName, feed.FeedId, feed.Protocol));
        Assert.Equal(new Uri("https://api.example.org:8443/path"), feed.BaseUrl);
        Assert.Equal(TimeZoneInfo.FindSystemTimeZoneById("Etc/UTC"), feed.Zone);
        Assert.False(feed.FoldIsEarlier);
        Assert.Equal($"file:{Path.Combine(files.Directory, "secrets", "token")}", feed.Credential);
        Assert.Equal(Path.Combine(files.Directory, "ca.pem"), feed.CaFile);
        Assert.Equal(["localhost", "10.0.0.1", "::1"], feed.AllowPrivateHosts);
        Assert.Equal("shared", feed.LimitGroup);
        Assert.Equal([new RequestLimit(30, TimeSpan.FromHours(1)), new RequestLimit(2, TimeSpan.FromSeconds(1))], feed.Limits);
        Assert.False(feed.Active);
        Assert.True(feed.LastUpdatedLies);
        Assert.True(feed.Loti.SessionsPerChargePoint);

        var ocpi = feed.Ocpi;
        Assert.Equal((false, true, "", false, false, 5, true), (ocpi.Discovery, ocpi.TokenIsRaw, ocpi.RecordsPointer, ocpi.Envelope, ocpi.Paged, ocpi.PageOverlap, ocpi.TariffsInEvses));
        Assert.Equal("locations", ocpi.Paths["charge_points"]);
        Assert.Equal(["cdrs"], ocpi.SessionModules);
        Assert.Equal("apiKey", ocpi.TokenParameter);
        Assert.Equal(Access.Public, ocpi.Access);
        Assert.Equal(new OcpiParty("GB*LDN", "OTHER", "Example Authority", new Uri("https://hub.example/ocpi")), ocpi.Party);
        Assert.Equal(Status.Available, ocpi.StatusWords["WORKING"]);

        Assert.Equal(
            new DatasetPlan
            {
                Dataset = Dataset.ChargingSessions,
                Cadence = TimeSpan.FromMinutes(2),
                Axis = WindowAxis.LastUpdated,
                Earliest = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
                LookBack = TimeSpan.FromDays(90),
                Settle = TimeSpan.FromMinutes(20),
                Overlap = TimeSpan.FromHours(7),
                LongestWindow = TimeSpan.FromDays(2),
                Freshness = TimeSpan.FromMinutes(30),
                PageSize = 500,
                CarriedBy = Dataset.ChargePoints,
            },
            feed.Datasets[1]);
        Assert.Equal(TimeSpan.Zero, feed.Datasets[1].Earliest!.Value.Offset);
    }

    [Fact]
    public void What_a_file_leaves_out_takes_its_default()
    {
        files.Write("char-gy.json", OperatorFiles.Smallest);
        var feed = files.Loaded().Feeds.Single();
        Assert.Equal("api.example.org", feed.LimitGroup);
        Assert.Equal(LondonCalendar.Zone, feed.Zone);
        Assert.True(feed.Active && feed.FoldIsEarlier);
        Assert.Null(feed.Credential);
        Assert.Null(feed.CaFile);
        Assert.Equal(new DatasetPlan { Dataset = Dataset.ChargePoints }, feed.Datasets.Single());
        Assert.Equal(new OcpiSettings().RecordsPointer, feed.Ocpi.RecordsPointer);
    }

    [Fact]
    public void A_directory_without_files_is_a_registry_without_operators_and_no_directory_is_a_fault()
    {
        Assert.Empty(files.Loaded().Operators);
        var refused = Assert.IsType<RegistryRefused>(files.Registry.Load(Path.Combine(files.Directory, "nowhere")));
        Assert.Equal(RegistryFaultCodes.FileUnreadable, Assert.Single(refused.Faults).Code);
    }

    [Fact]
    public void All_faults_of_all_wrong_files_are_found_in_one_go()
    {
        var expected = new List<(string File, string Pointer, string Code)>();
        var number = 0;

        // Each case changes one thing in a right file that is otherwise its own operator.
        void Wrong(string from, string to, string code, string pointer)
        {
            var file = $"wrong-{++number:00}.json";
            var text = OperatorFiles.Smallest.Replace("\"char-gy\"", $"\"operator-{number}\"", StringComparison.Ordinal);
            Assert.Contains(from, text, StringComparison.Ordinal);
            files.Write(file, text.Replace(from, to, StringComparison.Ordinal));
            expected.Add((file, pointer, code));
        }

        const string Plan = "\"dataset\": \"charge_points\"";
        const string Sessions = "\"dataset\": \"charging_sessions\"";
        const string Feed = "\"protocol\": \"loti-v1\"";
        const string Name = "\"name\": \"char.gy\"";
        const string D = "/feeds/0/datasets/0";
        Wrong("{\"operator_id\"", "\"operator_id\"", RegistryFaultCodes.NotJson, "");
        Wrong(Name, "\"nmae\": \"x\", " + Name, RegistryFaultCodes.UnknownProperty, "/nmae");
        Wrong(Name, "\"name\": \"twice\", " + Name, RegistryFaultCodes.DuplicateProperty, "/name");
        Wrong(Name, "\"name\": 5", RegistryFaultCodes.WrongType, "/name");
        Wrong(Name, "\"licence\": null", RegistryFaultCodes.Missing, "/name");
        Wrong(Name, Name + ", \"party_ids\": [\"GB*CGY\", \"gb-cgy\"]", RegistryFaultCodes.BadValue, "/party_ids/1");
        Wrong(Name, Name + ", \"territory\": [0.4, 51.2, -0.6, 51.8]", RegistryFaultCodes.BadValue, "/territory");
        Wrong(Name, Name + ", \"territory\": [-0.6, 51.2, 0.4]", RegistryFaultCodes.BadValue, "/territory");
        Wrong("\"open-data\"", "\"Open Data\"", RegistryFaultCodes.BadSlug, "/feeds/0/feed_id");
        Wrong("loti-v1", "loti-v2", RegistryFaultCodes.UnknownProtocol, "/feeds/0/protocol");
        Wrong("https://", "http://", RegistryFaultCodes.NotHttps, "/feeds/0/base_url");
        Wrong("https://", "https://user:hidden@", RegistryFaultCodes.SecretInUrl, "/feeds/0/base_url");
        Wrong("/v1\"", "/v1?apikey=hidden\"", RegistryFaultCodes.SecretInUrl, "/feeds/0/base_url");
        Wrong("https://api.example.org/v1", "api.example.org", RegistryFaultCodes.BadValue, "/feeds/0/base_url");
        Wrong(Feed, Feed + ", \"zone\": \"Europe/Camelot\"", RegistryFaultCodes.UnknownZone, "/feeds/0/zone");
        Wrong(Feed, Feed + ", \"credential\": \"hidden-raw-token\"", RegistryFaultCodes.CredentialNotReference, "/feeds/0/credential");
        Wrong(Feed, Feed + ", \"ca_file\": \"nowhere.pem\"", RegistryFaultCodes.CaFileMissing, "/feeds/0/ca_file");
        Wrong(Feed, Feed + ", \"allow_private_hosts\": [\"*.local\"]", RegistryFaultCodes.BadValue, "/feeds/0/allow_private_hosts/0");
        Wrong(Feed, Feed + ", \"limits\": [{\"requests\": 0, \"per\": \"PT1H\"}]", RegistryFaultCodes.OutOfRange, "/feeds/0/limits/0/requests");
        Wrong(Feed, Feed + ", \"limits\": [{\"requests\": 1}]", RegistryFaultCodes.Missing, "/feeds/0/limits/0/per");
        Wrong(Feed, Feed + ", \"ocpi\": {\"status_words\": {\"GONE\": \"MISSING\"}}", RegistryFaultCodes.BadValue, "/feeds/0/ocpi/status_words/GONE");
        Wrong(Feed, Feed + ", \"ocpi\": {\"paths\": {\"charge_points\": \"https://evil.example/\"}}", RegistryFaultCodes.BadValue, "/feeds/0/ocpi/paths/charge_points");
        Wrong(Feed, Feed + ", \"ocpi\": {\"paths\": {\"status_changes\": \"statuses\"}}", RegistryFaultCodes.UnknownDataset, "/feeds/0/ocpi/paths/status_changes");
        Wrong(Feed, Feed + ", \"ocpi\": {\"session_modules\": [\"session\", \"cdrs\"]}", RegistryFaultCodes.BadValue, "/feeds/0/ocpi/session_modules/0");
        Wrong(Feed, Feed + ", \"ocpi\": {\"token_parameter\": \"a key\"}", RegistryFaultCodes.BadValue, "/feeds/0/ocpi/token_parameter");
        Wrong(Feed, Feed + ", \"ocpi\": {\"party\": {\"party_id\": \"gb-ldn\", \"name\": \"x\", \"url\": \"https://x.example\"}}", RegistryFaultCodes.BadValue, "/feeds/0/ocpi/party/party_id");
        Wrong(Feed, Feed + ", \"ocpi\": {\"party\": {\"party_id\": \"GB*LDN\", \"name\": \"x\", \"url\": \"http://x.example\"}}", RegistryFaultCodes.NotHttps, "/feeds/0/ocpi/party/url");
        Wrong(Feed, Feed + ", \"ocpi\": {\"session_modules\": []}", RegistryFaultCodes.BadValue, "/feeds/0/ocpi/session_modules");
        Wrong(Feed, Feed + ", \"ocpi\": {\"access\": \"public\"}", RegistryFaultCodes.BadValue, "/feeds/0/ocpi/access");
        Wrong("{" + Plan + "}", "", RegistryFaultCodes.Missing, "/feeds/0/datasets");
        Wrong(Plan, "\"dataset\": \"charge_point\"", RegistryFaultCodes.UnknownDataset, $"{D}/dataset");
        Wrong(Plan, Plan + ", \"axis\": \"last_updated\"", RegistryFaultCodes.AxisOnSnapshot, $"{D}/axis");
        Wrong(Plan, Sessions, RegistryFaultCodes.AxisMissing, $"{D}/axis");
        Wrong(Plan, Sessions + ", \"axis\": \"at\"", RegistryFaultCodes.AxisNotPossible, $"{D}/axis");
        Wrong(Plan, "\"dataset\": \"status_changes\", \"axis\": \"plug_in_at\"", RegistryFaultCodes.AxisNotPossible, $"{D}/axis");
        Wrong(Plan, Sessions + ", \"axis\": \"plug_in_at\", \"overlap\": \"PT1M\"", RegistryFaultCodes.OverlapUnderSettle, $"{D}/overlap");
        Wrong(Plan, Plan + ", \"cadence\": \"-PT1M\"", RegistryFaultCodes.OutOfRange, $"{D}/cadence");
        Wrong(Plan, Plan + ", \"cadence\": \"1 minute\"", RegistryFaultCodes.BadValue, $"{D}/cadence");
        Wrong(Plan, Plan + ", \"earliest\": \"2026-01-01T00:00:00\"", RegistryFaultCodes.BadValue, $"{D}/earliest");
        Wrong(Plan, Plan + ", \"carried_by\": \"tariffs\"", RegistryFaultCodes.CarrierNotPossible, $"{D}/carried_by");
        Wrong(Plan, Plan + ", \"mapping\": {\"fields\": {\"charge_point_id\": \"/id\"}}", RegistryFaultCodes.MappingNotPossible, $"{D}/mapping");
        Wrong(Feed + ",", "\"protocol\": \"mapped-json\", \"zone\": \"Etc/UTC\",", RegistryFaultCodes.MappingNotPossible, $"{D}/mapping");
        Wrong(Plan + "}", Plan + "}, {" + Plan + "}", RegistryFaultCodes.DuplicateDataset, "/feeds/0/datasets/1/dataset");
        const string Receiver = "{\"receiver_id\": \"duty\", \"url\": \"https://desk.example/hooks\", \"secret\": \"env:DESK\"}";
        void WrongReceiver(string from, string to, string code, string property) =>
            Wrong(Name, $"{Name}, \"notices\": [{Receiver.Replace(from, to, StringComparison.Ordinal)}]", code, "/notices/0/" + property);
        WrongReceiver("duty", "Duty Desk", RegistryFaultCodes.BadSlug, "receiver_id");
        WrongReceiver("https", "http", RegistryFaultCodes.NotHttps, "url");
        WrongReceiver("/hooks", "/hooks?token=hidden", RegistryFaultCodes.SecretInUrl, "url");
        WrongReceiver("env:DESK", "whsec_hidden", RegistryFaultCodes.CredentialNotReference, "secret");
        WrongReceiver(", \"secret\": \"env:DESK\"", "", RegistryFaultCodes.Missing, "secret");
        WrongReceiver("\"url\"", "\"adress\": 1, \"url\"", RegistryFaultCodes.UnknownProperty, "adress");
        Wrong(Name, $"{Name}, \"notices\": [{Receiver}, {Receiver}]", RegistryFaultCodes.DuplicateReceiver, "/notices/1/receiver_id");
        files.Write("same-a.json", OperatorFiles.Smallest);
        files.Write("same-b.json", OperatorFiles.Smallest);
        expected.Add(("same-b.json", "/operator_id", RegistryFaultCodes.DuplicateOperator));
        files.Write("wrong-98.json", "[]");
        expected.AddRange(new[] { "", "/operator_id", "/name", "/feeds" }.Select(p => ("wrong-98.json", p, p.Length == 0 ? RegistryFaultCodes.WrongType : RegistryFaultCodes.Missing)));
        files.Write("wrong-99.json", new string(' ', 1024 * 1024) + "{}");
        expected.Add(("wrong-99.json", "", RegistryFaultCodes.FileUnreadable));

        var faults = files.Faults();
        Assert.Equal(expected.Order(), faults.Select(f => (f.File, f.Pointer, f.Code)).Order());
        Assert.All(faults, f => Assert.DoesNotContain("hidden", f.ToString(), StringComparison.Ordinal));
        Assert.All(faults, f => Assert.Contains(f.Code, RegistryFaultCodes.All));
        Assert.Contains("Was name meant?", faults.Single(f => f.Pointer == "/nmae").Message, StringComparison.Ordinal);
        Assert.Equal(["loti-v1", "ocpi-2.2.1", "ocpi-2.3.0", "mapped-json", "csv-v1"], faults.Single(f => f.Code == RegistryFaultCodes.UnknownProtocol).Allowed);

        // The list of codes is closed, and this test shows each of them but two: one needs a second feed, one a mapping.
        Assert.Equal([RegistryFaultCodes.DuplicateFeed, RegistryFaultCodes.PersonalField], RegistryFaultCodes.All.Except(faults.Select(f => f.Code)));
    }

    [Theory]
    [InlineData("status_changes", "last_updated", "dataset", RegistryFaultCodes.UnknownDataset)]
    [InlineData("charging_sessions", "plug_in_at", "axis", RegistryFaultCodes.AxisNotPossible)]
    public void OCPI_is_asked_only_for_what_it_has(string dataset, string axis, string property, string code)
    {
        files.Write("a.json", $$"""{"operator_id": "op", "name": "Op", "feeds": [{"feed_id": "one", "protocol": "ocpi-2.2.1", "base_url": "https://a.example", "datasets": [{"dataset": "{{dataset}}", "axis": "{{axis}}"}]}]}""");
        Assert.Equal([($"/feeds/0/datasets/0/{property}", code)], files.Faults().Select(f => (f.Pointer, f.Code)));
    }

    [Fact]
    public void Two_feeds_of_one_operator_share_neither_id_nor_dataset()
    {
        const string Feed = """{"feed_id": "one", "protocol": "loti-v1", "base_url": "https://a.example", "datasets": [{"dataset": "tariffs"}]}""";
        files.Write("a.json", $$"""{"operator_id": "op", "name": "Op", "feeds": [{{Feed}}, {{Feed}}]}""");
        Assert.Equal(
            [("/feeds/1/feed_id", RegistryFaultCodes.DuplicateFeed), ("/feeds/1/datasets/0/dataset", RegistryFaultCodes.DuplicateDataset)],
            files.Faults().Select(f => (f.Pointer, f.Code)));
    }

    [Fact]
    public void Equal_files_have_equal_hashes_and_any_change_has_another()
    {
        files.Write("a.json", OperatorFiles.Smallest);
        var first = files.Loaded().Hash;
        Assert.Equal(first, files.Loaded().Hash);
        files.Write("a.json", OperatorFiles.Smallest + " ");
        Assert.NotEqual(first, files.Loaded().Hash);
        files.Write("a.json", OperatorFiles.Smallest);
        files.Delete("a.json");
        files.Write("b.json", OperatorFiles.Smallest);
        Assert.NotEqual(first, files.Loaded().Hash);
    }
}
