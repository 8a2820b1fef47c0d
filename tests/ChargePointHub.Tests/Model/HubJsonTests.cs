using System.Buffers;
using System.Collections;
using System.Text;
using System.Text.Json;
using ChargePointHub.Model;
using FsCheck.Fluent;
using static ChargePointHub.Tests.Model.Given;

namespace ChargePointHub.Tests.Model;

public class HubJsonTests
{
    [Fact]
    public void A_full_charge_point_is_written_as_agreed() => Written(GoldenDocuments.ChargePoint, GoldenDocuments.ChargePointJson);

    [Fact]
    public void A_charge_point_of_which_little_is_known_writes_every_null() =>
        Written(GoldenDocuments.BareChargePoint, GoldenDocuments.BareChargePointJson);

    [Fact]
    public void A_full_charging_session_is_written_as_agreed() => Written(GoldenDocuments.ChargingSession, GoldenDocuments.ChargingSessionJson);

    [Fact]
    public void A_status_change_is_written_as_agreed() => Written(GoldenDocuments.StatusChange, GoldenDocuments.StatusChangeJson);

    [Fact]
    public void A_tariff_is_written_as_agreed() => Written(GoldenDocuments.Tariff, GoldenDocuments.TariffJson);

    [Fact]
    public void Findings_are_written_as_agreed() => Written<IReadOnlyList<Finding>>(
        [new Finding("power-unit-suspected-kw", Severity.Warning, "/connectors/0/max_electric_power", "50", "50 W at a rapid connector is read as 50 kW.")],
        """[{"rule":"power-unit-suspected-kw","severity":"warning","pointer":"/connectors/0/max_electric_power","value":"50","message":"50 W at a rapid connector is read as 50 kW."}]""");

    [Theory]
    [InlineData(typeof(ChargePoint))]
    [InlineData(typeof(Connector))]
    [InlineData(typeof(ChargingSession))]
    [InlineData(typeof(StatusChange))]
    [InlineData(typeof(Tariff))]
    public void The_golden_record_sets_every_property_and_the_document_has_them_in_the_order_of_the_type(Type type)
    {
        var (record, json) = GoldenDocuments.Full(type);
        using var document = JsonDocument.Parse(json);
        var properties = type.GetProperties().Where(p => !p.IsDefined(typeof(System.Text.Json.Serialization.JsonIgnoreAttribute), false)).ToList();

        Assert.Equal(properties.Select(p => JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name)), document.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.All(properties, p => Assert.True(p.GetValue(record) is not null and not ICollection { Count: 0 }, $"{p.Name} is not set."));
    }

    [Theory]
    [InlineData("7.40", "7.4")]
    [InlineData("7.0", "7")]
    [InlineData("0.000", "0")]
    [InlineData("-0.00", "0")]
    [InlineData("100", "100")]
    [InlineData("-0.1230", "-0.123")]
    [InlineData("51.5000000", "51.5")]
    [InlineData("79228162514264337593543950335", "79228162514264337593543950335")]
    [InlineData("7.9228162514264337593543950335", "7.9228162514264337593543950335")]
    [InlineData("0.0000000000000000000000000001", "0.0000000000000000000000000001")]
    public void A_number_is_written_without_trailing_zeros(string number, string written)
    {
        var tariff = GoldenDocuments.Tariff with { PencePerKwh = decimal.Parse(number, System.Globalization.CultureInfo.InvariantCulture) };

        Assert.Contains($"\"pence_per_kwh\":{written},", Document(tariff), StringComparison.Ordinal);
    }

    [Fact]
    public void Equal_numbers_are_equal_bytes_and_are_read_back_exactly() =>
        ForAll(
            (from whole in Gen.Choose(-2_000_000_000, 2_000_000_000)
             from scale in Gen.Choose(0, 12)
             from zeros in Gen.Choose(0, 8)
             select (Number: new decimal(Math.Abs(whole), 0, 0, whole < 0, (byte)scale), Zeros: zeros)).ToArbitrary(),
            given =>
            {
                var padded = given.Number * decimal.Parse("1." + new string('0', given.Zeros) + "0", System.Globalization.CultureInfo.InvariantCulture);
                var document = Document(GoldenDocuments.Tariff with { PencePerKwh = padded });

                Assert.Equal(Document(GoldenDocuments.Tariff with { PencePerKwh = given.Number }), document);
                Assert.Equal(given.Number, HubJson.Read<Tariff>(Encoding.UTF8.GetBytes(document)).PencePerKwh);
            });

    [Fact]
    public void Any_text_comes_back_as_it_was() =>
        ForAll(
            Gen.Elements('a', 'é', '"', '\\', '\n', '\u0001', '<', '&', '+', '\'', '€', '\u2028').ArrayOf().Select(chars => new string(chars)).ToArbitrary(),
            text =>
            {
                var document = Document(GoldenDocuments.ChargePoint with { Address = text });

                Assert.Equal(text, HubJson.Read<ChargePoint>(Encoding.UTF8.GetBytes(document)).Address);
                Assert.Equal(document, Document(HubJson.Read<ChargePoint>(Encoding.UTF8.GetBytes(document))));
            });

    [Fact]
    public void Text_is_readable_as_written() =>
        Assert.Contains("\"address\":\"1 King's Road <A&B> – Flat é\"", Document(GoldenDocuments.ChargePoint with { Address = "1 King's Road <A&B> – Flat é" }), StringComparison.Ordinal);

    [Fact]
    public void The_length_is_what_was_appended_and_what_stood_before_stays()
    {
        var output = new ArrayBufferWriter<byte>();
        var first = HubJson.Write(output, GoldenDocuments.Tariff);
        var second = HubJson.Write(output, GoldenDocuments.StatusChange);

        Assert.Equal(GoldenDocuments.TariffJson + GoldenDocuments.StatusChangeJson, Encoding.UTF8.GetString(output.WrittenSpan));
        Assert.Equal(output.WrittenCount, first + second);
    }

    [Fact]
    public void Whether_a_site_is_published_is_not_on_the_wire() =>
        Assert.Equal(Document(GoldenDocuments.ChargePoint), Document(GoldenDocuments.ChargePoint with { Published = false }));

    private static void Written<T>(T record, string golden)
    {
        var document = Document(record);

        Assert.Equal(golden, document);
        Assert.Equal(document, Document(HubJson.Read<T>(Encoding.UTF8.GetBytes(document))));
    }

    private static string Document<T>(T record)
    {
        var output = new ArrayBufferWriter<byte>();
        HubJson.Write(output, record);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
