using System.Globalization;

namespace ChargePointHub.Feeds.Protocols.Values;

/// <summary>The id of a connector that was sent without one: its place among its charge point's, from 1.</summary>
internal static class ConnectorNumber
{
    public static string Of(int index) => (index + 1).ToString(CultureInfo.InvariantCulture);
}
