using System.Buffers;
using System.Globalization;
using System.Text;
using ChargePointHub.Model;

namespace ChargePointHub.Store.Queries;

/// <summary>Writes instants in London time with their offset. Rows come in order of time, so the offset is worked out once an hour.</summary>
internal sealed class LocalTimeText
{
    private readonly byte[] suffix = new byte[6];
    private long hour = -1;
    private TimeSpan offset;

    /// <summary>e.g. <c>2026-07-01T09:30:00+01:00</c>; fractions are cut.</summary>
    public void Write(IBufferWriter<byte> output, DateTime utc)
    {
        // London's clocks change at a whole hour of UTC.
        if (utc.Ticks / TimeSpan.TicksPerHour != hour)
        {
            hour = utc.Ticks / TimeSpan.TicksPerHour;
            offset = LondonCalendar.ToLocal(new DateTimeOffset(utc, TimeSpan.Zero)).Offset;
            Encoding.ASCII.GetBytes("+" + offset.ToString("hh\\:mm", CultureInfo.InvariantCulture), suffix);
        }

        (utc + offset).TryFormat(output.GetSpan(32), out var length, "s", CultureInfo.InvariantCulture);
        output.Advance(length);
        output.Write(suffix);
    }
}
