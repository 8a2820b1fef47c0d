using ChargePointHub.Feeds.Conformance;

namespace ChargePointHub.Tests.Feeds.Conformance;

public class PersonalTextTests
{
    [Theory]
    [InlineData("12,5 kWh")]
    [InlineData("n/a")]
    [InlineData("not available")]
    [InlineData("25/07/2026 09:30")]
    [InlineData("25.07.26 09.30")]
    [InlineData("2026-07-25 0930")]
    [InlineData("07/25/2026 9:30 PM")]
    [InlineData("Sat 25 Jul 2026 09:30 BST")]
    [InlineData("20260725093000")]
    [InlineData("20260725093000123")]
    [InlineData("1785000000000")]
    [InlineData("1785000000000000")]
    [InlineData("yesterday")]
    [InlineData("-0.123456789012345678")]
    public void What_a_number_or_a_time_may_wrongly_be_is_shown(string value)
    {
        Assert.Equal(value, PersonalText.Shown(ValueRules.TimeUnusable, value));
        Assert.Equal(value, PersonalText.Shown(ValueRules.NumberUnusable, value));
    }

    [Theory]
    [InlineData("Jane Doe", "xxxx xxx")]
    [InlineData("jane@mail.example", "xxxx@xxxx.xxxxxxx")]
    [InlineData("25/07/2026 jane@mail.example", "99/99/9999 xxxx@xxxx.xxxxxxx")]
    [InlineData("07700 900123", "99999 999999")]
    [InlineData("4111 1111 1111 1111", "9999 9999 9999 9999")]
    [InlineData("700731910007731", "999999999999999")]
    [InlineData("Ren\u00e9e", "xxxxx")]
    public void What_looks_personal_is_shown_by_its_form_alone(string value, string form)
    {
        Assert.Equal(form, PersonalText.Shown(ValueRules.TimeUnusable, value));
        Assert.Equal(form, ChargePointHub.Feeds.Conformance.Findings.Make(ValueRules.NumberUnusable, "/a", value).Value);
    }

    [Fact]
    public void An_id_is_shown_as_it_is_unless_it_is_an_address()
    {
        Assert.Equal("0441234567890", PersonalText.Shown(ValueRules.DuplicateId, "0441234567890"));
        Assert.Equal("AB12 CDE", PersonalText.Shown(ChargePointRules.EvseIdMalformed, "AB12 CDE"));
        Assert.Equal("xxxx@xxxx.xxxxxxx", PersonalText.Shown(ValueRules.IdUnusable, "jane@mail.example"));
    }

    [Fact]
    public void A_word_is_any_word_where_words_stand() => Assert.Equal("Jane Doe", PersonalText.Shown(ValueRules.WordUnknown, "Jane Doe"));
}
