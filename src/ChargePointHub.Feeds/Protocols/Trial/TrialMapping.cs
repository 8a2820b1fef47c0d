using ChargePointHub.Feeds.Protocols.Loti;
using ChargePointHub.Feeds.Protocols.MappedJson;
using ChargePointHub.Feeds.Protocols.Ocpi;
using ChargePointHub.Feeds.Registry;
using ChargePointHub.Model;

namespace ChargePointHub.Feeds.Protocols.Trial;

/// <summary>
/// What a protocol reads of an answer, said as a mapping, to show each field beside where it came from. It explains; it is never read by.
/// A mapped feed has one already.
/// </summary>
internal static class TrialMapping
{
    private const string Connectors = "connectors";

    /// <summary>Null where nobody has said how the protocol reads the dataset.</summary>
    public static FeedMapping? Of(FeedDefinition feed, DatasetPlan plan) => feed.Protocol switch
    {
        MappedProtocol.ProtocolName => plan.Mapping,
        LotiProtocol.ProtocolName => Loti(plan.Dataset),
        _ => Ocpi(feed, plan.Dataset),
    };

    private static FeedMapping Loti(Dataset dataset)
    {
        var fields = MappedTargets.Of(dataset).Where(t => t.Name is not (MappedTargets.TwentyFourSeven or MappedTargets.PricePerKwh)).Select(t => Field(t, $"/{t.Name}")).ToList();
        IReadOnlyList<MappedConnectors> connectors = dataset != Dataset.ChargePoints ? []
            : [new MappedConnectors(new RecordStep($"/{Connectors}", RecordStepKind.List), null, [.. MappedTargets.Connector.Select(t => Field(t, $"/{t.Name}"))])];
        return Mapping(fields, connectors, "/data");
    }

    private static FeedMapping? Ocpi(FeedDefinition feed, Dataset dataset)
    {
        if (dataset == Dataset.Tariffs)
        {
            return Mapping(
                Fields(MappedTargets.Of(dataset), ("tariff_id", ["/id"]), ("valid_from", ["/start_date_time"]), ("valid_to", ["/end_date_time"]), ("currency", ["/currency"]),
                    ("elements", ["/elements"]), ("last_updated", ["/last_updated"])),
                [],
                feed.Ocpi.RecordsPointer);
        }

        if (dataset == Dataset.ChargingSessions) return Sessions(feed);
        if (dataset != Dataset.ChargePoints) return null;
        var fields = Fields(
            MappedTargets.Of(dataset),
            ("charge_point_id", ["/uid"]), ("evse_id", ["/evse_id"]), ("owner_name", ["../owner/name"]), ("location_id", ["../id"]), ("location_name", ["../name"]),
            ("address", ["../address"]), ("city", ["../city"]), ("postcode", ["../postal_code"]), ("latitude", ["/coordinates/latitude", "../coordinates/latitude"]),
            ("longitude", ["/coordinates/longitude", "../coordinates/longitude"]), ("on_street", ["../parking_type"]), ("location_type", ["../parking_type"]),
            ("opening_hours", ["../opening_times"]), ("accessible_bay", ["/parking_restrictions"]), ("physical_restriction", ["/parking_restrictions"]),
            ("payment_methods", ["/capabilities"]), ("energy_mix_green", ["../energy_mix/is_green_energy"]), ("status", ["/status"]),
            ("last_updated", ["/last_updated", "../last_updated"]), ("publish", ["../publish"]));
        var connectors = Fields(
            MappedTargets.Connector,
            ("connector_id", ["/id"]), ("standard", ["/standard"]), ("format", ["/format"]), ("power_type", ["/power_type"]), ("max_voltage_v", ["/max_voltage"]),
            ("max_amperage_a", ["/max_amperage"]), ("max_power_kw", ["/max_electric_power"]), ("tariff_ids", ["/tariff_ids"]));
        return Mapping(fields, [new MappedConnectors(new RecordStep($"/{Connectors}", RecordStepKind.List), null, connectors)], feed.Ocpi.RecordsPointer, "/evses");
    }

    private static FeedMapping Sessions(FeedDefinition feed)
    {
        var isCdr = feed.Ocpi.SessionModules is [OcpiModules.Cdrs];
        var namesTaxes = OcpiVersion.Of(feed)!.NamesTaxes;
        (string, string[])[] both =
        [
            ("plug_in_at", ["/start_date_time"]), ("plug_out_at", ["/end_date_time"]), ("peak_kw", ["/charging_periods"]), ("cost_ex_vat", [namesTaxes ? "/total_cost/before_taxes" : "/total_cost/excl_vat"]),
            ("cost_inc_vat", [namesTaxes ? "/total_cost/taxes" : "/total_cost/incl_vat"]), ("currency", ["/currency"]), ("last_updated", ["/last_updated"]),
        ];
        (string, string[])[] own = isCdr
            ? [
                ("session_id", ["/session_id", "/id"]), ("charge_point_id", ["/cdr_location/evse_uid"]), ("connector_id", ["/cdr_location/connector_id"]), ("charging_minutes", ["/total_time", "/total_parking_time"]),
                ("energy_kwh", ["/total_energy"]), ("tariff_id", ["/tariffs/0/id", "/charging_periods"]), ("corrects_session_id", ["/credit_reference_id", "/credit"]),
            ]
            : [("session_id", ["/id"]), ("charge_point_id", ["/evse_uid"]), ("connector_id", ["/connector_id"]), ("energy_kwh", ["/kwh"]), ("tariff_id", ["/charging_periods"]), ("outcome", ["/status"])];
        return Mapping(Fields(MappedTargets.Of(Dataset.ChargingSessions), [.. own, .. both]), [], feed.Ocpi.RecordsPointer);
    }

    private static List<MappedField> Fields(IReadOnlyList<MappedTarget> targets, params IReadOnlyList<(string Name, string[] Paths)> fields) =>
        [.. fields.Select(f => Field(targets.First(t => t.Name == f.Name), f.Paths))];

    private static MappedField Field(MappedTarget target, params IReadOnlyList<string> paths) =>
        new(target, [.. paths.Select(p => FieldPath.Read(p)!)], null, null, 1, "rfc3339", new Dictionary<string, string>(), [], null, null, null);

    private static FeedMapping Mapping(IReadOnlyList<MappedField> fields, IReadOnlyList<MappedConnectors> connectors, params IReadOnlyList<string> records) => new(
        new MappedList(
            new MappedRequest("", [], new Dictionary<string, string>(), "rfc3339"), new MappedPaging(PagingKind.None, 1, null, null, null, null, null), null,
            [.. records.Select(r => new RecordStep(r, RecordStepKind.List))], null),
        new MappedFields(fields, connectors), null, null, "");
}
