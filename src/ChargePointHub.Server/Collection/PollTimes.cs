using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ChargePointHub.Feeds.Registry;

namespace ChargePointHub.Server.Collection;

/// <summary>
/// When the polls of one dataset fall: once a cadence, at a place in it that its name decides. So operators and datasets do not
/// come due all at once, and every instance, now or after a restart, means the same instants.
/// </summary>
public sealed class PollTimes(string operatorId, DatasetPlan plan)
{
    /// <summary>0 to below 1, evenly spread over names.</summary>
    private readonly double place =
        BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{operatorId}/{plan.Dataset.Name}"))) / (uint.MaxValue + 1.0);

    /// <summary>The place within any length of time.</summary>
    public TimeSpan Within(TimeSpan length) => length * place;

    /// <summary>The poll after one that started then: the next instant that is at least half a cadence away.</summary>
    public DateTimeOffset After(DateTimeOffset started)
    {
        var cadence = plan.Cadence.Ticks;
        var earliest = started.UtcTicks + (cadence / 2);
        var offset = Within(plan.Cadence).Ticks;
        var behind = (earliest - offset) % cadence;
        return new DateTimeOffset(behind == 0 ? earliest : earliest - behind + cadence, TimeSpan.Zero);
    }
}
