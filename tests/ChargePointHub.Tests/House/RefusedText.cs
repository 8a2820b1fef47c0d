using System.Text.RegularExpressions;

namespace ChargePointHub.Tests.House;

/// <summary>What no line may say, each with a line that it catches and one that it lets through, so that the rule itself is tested.</summary>
internal sealed record RefusedText(string Why, Func<RepositoryFile, bool> Applies, Regex Pattern, string Caught, string LetThrough)
{
    private static readonly string[] OperatorNames =
        ["char[. -]?gy", "ezvolt", "ev24", "ludwigsburg", "evio", "evolt", "ubitricity", "clenergy", "geniepoint", "instavolt", "gridserve", "ionity",
            "bp ?pulse", "shell ?recharge", "pod ?point", "connected ?kerb", "believ", "fastned", "osprey", "wenea", "fuuse", "be\\.ev", "urban ?fox", "swarco"];

    public static readonly IReadOnlyList<RefusedText> All =
    [
        new("Time comes from the injected TimeProvider.", f => InSource(f) && f.IsCode,
            new(@"\bDateTime(Offset)?\.(UtcNow|Now|Today)\b"), "var now = DateTimeOffset.UtcNow;", "var now = time.GetUtcNow();"),
        new("Nothing in the product blocks a thread to wait.", f => InSource(f) && f.IsCode,
            new(@"\bThread\.Sleep\("), "Thread.Sleep(100);", "await Task.Delay(delay, time, ct);"),
        new("SQL stands in Store.", f => InSource(f) && f.IsCode && !f.Path.StartsWith("src/ChargePointHub.Store/", StringComparison.Ordinal),
            new(@"\b(SELECT|INSERT INTO|DELETE FROM|CREATE TABLE|ALTER TABLE|DROP TABLE|TRUNCATE)\b|\bUPDATE \w+ SET\b|\bCOPY \w+ (\(|FROM|TO)"),
            "\"SELECT tick FROM hub_clock\"", "rows.Select(row => row.Tick)"),
        new("No operator's name stands in the product: operators are files.", InSource,
            new(@"\b(" + string.Join('|', OperatorNames) + @")\b", RegexOptions.IgnoreCase), "case \"Char.gy\":", "case \"lamplight\":"),
        new("A loose end is finished or left out.", f => f.IsText,
            new(@"\b(TO" + @"DO|FIX" + @"ME|HA" + @"CK|XX" + @"X:)"), "// TO" + "DO later", "// what is to do is done"),
        new("No path of one machine.", f => f.IsText && !f.Path.StartsWith("tests/Fixtures/", StringComparison.Ordinal),
            new(@"(?<![\w.~}\)$-])/(work|tmp|root|home/\w+)(/|\b(?!\.))"), "cd /wo" + "rk/main", "the tmp/work folder, ./tmp/x"),
        new("No package registry is named: each machine knows its own.", f => f.IsText,
            new("\"resolved\"" + @"\s*:\s*""https?:|<add key=""[^""]*"" value=""https?:|^\s*(registry|index-url)\s*="), "registry=https://packages.example/", "the package registry is configured elsewhere"),
        new("Certificate checks are never off.", f => InSource(f) && f.IsCode,
            new(@"DangerousAcceptAnyServerCertificateValidator|ServerCertificateCustomValidationCallback\s*=\s*\(?[^=]*=>\s*true|X509RevocationFlag\.None\b|AllowUnknownCertificateAuthority"),
            "ServerCertificateCustomValidationCallback = (_, _, _, _) => true", "RemoteCertificateValidationCallback = trust.Check"),
    ];

    private static bool InSource(RepositoryFile file) => file.IsText && file.Path.StartsWith("src/", StringComparison.Ordinal) && file.Name != "packages.lock.json";
}
