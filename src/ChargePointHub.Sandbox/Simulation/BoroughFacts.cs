namespace ChargePointHub.Sandbox.Simulation;

/// <summary>One borough's public charging devices, and where it lies.</summary>
/// <param name="Gss">Code of the Office for National Statistics.</param>
/// <param name="Devices">All public charging devices.</param>
/// <param name="RapidDevices">Those of 50 kW and more.</param>
/// <param name="Longitude">Roughly its middle, WGS84 degrees.</param>
/// <param name="Latitude">Roughly its middle, WGS84 degrees.</param>
/// <param name="PostcodeArea">An outward code often seen there, for addresses that look right.</param>
public sealed record BoroughFact(string Gss, string Name, int Devices, int RapidDevices, double Longitude, double Latitude, string PostcodeArea);

/// <summary>
/// London's 33 local authorities. Counts: Department for Transport, electric vehicle public charging infrastructure statistics,
/// January 2026; contains public sector information licensed under the Open Government Licence v3.0. Middles are the project's own.
/// </summary>
public static class BoroughFacts
{
    public static readonly IReadOnlyList<BoroughFact> All =
    [
        new("E09000001", "City of London", 89, 7, -0.092, 51.515, "EC2"),
        new("E09000002", "Barking and Dagenham", 175, 32, 0.130, 51.545, "RM9"),
        new("E09000003", "Barnet", 1044, 84, -0.210, 51.616, "N12"),
        new("E09000004", "Bexley", 426, 50, 0.140, 51.459, "DA6"),
        new("E09000005", "Brent", 1212, 30, -0.270, 51.558, "NW10"),
        new("E09000006", "Bromley", 194, 61, 0.040, 51.372, "BR1"),
        new("E09000007", "Camden", 781, 31, -0.160, 51.543, "NW3"),
        new("E09000008", "Croydon", 440, 87, -0.080, 51.355, "CR0"),
        new("E09000009", "Ealing", 709, 61, -0.330, 51.522, "W13"),
        new("E09000010", "Enfield", 296, 75, -0.080, 51.650, "EN1"),
        new("E09000011", "Greenwich", 230, 73, 0.055, 51.473, "SE9"),
        new("E09000012", "Hackney", 1496, 19, -0.060, 51.552, "E8"),
        new("E09000013", "Hammersmith and Fulham", 2653, 57, -0.220, 51.495, "W6"),
        new("E09000014", "Haringey", 324, 38, -0.105, 51.590, "N8"),
        new("E09000015", "Harrow", 216, 26, -0.340, 51.597, "HA1"),
        new("E09000016", "Havering", 169, 61, 0.220, 51.565, "RM1"),
        new("E09000017", "Hillingdon", 248, 86, -0.445, 51.540, "UB8"),
        new("E09000018", "Hounslow", 599, 102, -0.370, 51.467, "TW3"),
        new("E09000019", "Islington", 712, 31, -0.108, 51.547, "N1"),
        new("E09000020", "Kensington and Chelsea", 917, 2, -0.190, 51.503, "W8"),
        new("E09000021", "Kingston upon Thames", 404, 49, -0.285, 51.390, "KT2"),
        new("E09000022", "Lambeth", 710, 39, -0.115, 51.457, "SW2"),
        new("E09000023", "Lewisham", 264, 50, -0.017, 51.447, "SE13"),
        new("E09000024", "Merton", 903, 25, -0.190, 51.410, "SW19"),
        new("E09000025", "Newham", 365, 29, 0.035, 51.526, "E6"),
        new("E09000026", "Redbridge", 442, 41, 0.075, 51.585, "IG1"),
        new("E09000027", "Richmond upon Thames", 1217, 31, -0.315, 51.440, "TW1"),
        new("E09000028", "Southwark", 1852, 33, -0.070, 51.473, "SE15"),
        new("E09000029", "Sutton", 192, 42, -0.170, 51.362, "SM1"),
        new("E09000030", "Tower Hamlets", 2507, 32, -0.030, 51.516, "E3"),
        new("E09000031", "Waltham Forest", 1594, 41, -0.010, 51.594, "E17"),
        new("E09000032", "Wandsworth", 1708, 38, -0.185, 51.452, "SW18"),
        new("E09000033", "Westminster", 2805, 68, -0.155, 51.513, "W2"),
    ];

    private static readonly Dictionary<string, BoroughFact> ByGss = All.ToDictionary(b => b.Gss, StringComparer.Ordinal);

    public static BoroughFact? Of(string gss) => ByGss.GetValueOrDefault(gss);
}
