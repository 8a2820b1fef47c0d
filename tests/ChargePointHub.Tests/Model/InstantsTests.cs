using System.Globalization;
using ChargePointHub.Model;
using static ChargePointHub.Tests.Model.Given;

namespace ChargePointHub.Tests.Model;

public class InstantsTests
{
    [Theory]
    [InlineData("2026-11-20T08:15:00Z", 0, "2026-11-20T08:15:00.000Z")]
    [InlineData("2026-11-20T08:15:00+01:00", 0, "2026-11-20T07:15:00.000Z")]
    [InlineData("2026-11-20T08:15:00Z", 1_230_000, "2026-11-20T08:15:00.123Z")]
    [InlineData("2026-11-20T08:15:00Z", 1_230_010, "2026-11-20T08:15:00.123001Z")]
    [InlineData("2026-11-20T08:15:00Z", 9, "2026-11-20T08:15:00.000Z")]
    [InlineData("2026-11-20T08:15:00Z", 9_999_999, "2026-11-20T08:15:00.999999Z")]
    public void An_instant_is_written_in_utc_with_three_digits_or_six(string text, long ticks, string written) =>
        Assert.Equal(written, Instants.Format(DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).AddTicks(ticks)));

    [Fact]
    public void What_is_written_reads_back_as_what_is_stored_and_is_written_the_same_again() => ForAll(AnyInstant, instant =>
    {
        var written = Instants.Format(instant);
        var read = DateTimeOffset.Parse(written, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

        Assert.Equal(Instants.ToStoredResolution(instant), read);
        Assert.Equal(written, Instants.Format(read));
    });

    [Fact]
    public void Written_instants_sort_as_they_happened_to_the_millisecond() => ForAll(AnyInstant, instant =>
    {
        var next = instant.AddMilliseconds(1);

        Assert.True(string.CompareOrdinal(Instants.Format(instant)[..23], Instants.Format(next)[..23]) < 0);
    });

    [Fact]
    public void Stored_resolution_cuts_and_never_rounds_up() => ForAll(AnyInstant, instant =>
    {
        var stored = Instants.ToStoredResolution(instant);

        Assert.Equal(TimeSpan.Zero, stored.Offset);
        Assert.InRange((instant - stored).Ticks, 0, Instants.Resolution.Ticks - 1);
        Assert.Equal(stored, Instants.ToStoredResolution(stored));
    });
}
