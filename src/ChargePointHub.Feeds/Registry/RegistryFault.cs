namespace ChargePointHub.Feeds.Registry;

/// <summary>One thing wrong with one operator file, or with the file of grants.</summary>
/// <param name="File">Name of the file, without its directory.</param>
/// <param name="Pointer">JSON Pointer (RFC 6901) to the value, or to where a missing one belongs; empty: the file as a whole.</param>
/// <param name="Code">One of <see cref="RegistryFaultCodes"/>.</param>
/// <param name="Message">What is wrong and what to do; holds no secret.</param>
/// <param name="Allowed">The values that would be right, where they can be listed.</param>
public sealed record RegistryFault(string File, string Pointer, string Code, string Message, IReadOnlyList<string>? Allowed = null);

/// <summary>Everything that can be wrong with operator files. A closed list of stable slugs.</summary>
public static class RegistryFaultCodes
{
    public const string FileUnreadable = "file-unreadable";
    public const string NotJson = "not-json";
    public const string WrongType = "wrong-type";
    public const string Missing = "missing";
    public const string UnknownProperty = "unknown-property";
    public const string DuplicateProperty = "duplicate-property";
    public const string BadSlug = "bad-slug";
    public const string BadValue = "bad-value";
    public const string OutOfRange = "out-of-range";
    public const string DuplicateOperator = "duplicate-operator";
    public const string DuplicateFeed = "duplicate-feed";
    public const string DuplicateDataset = "duplicate-dataset";
    public const string DuplicateReceiver = "duplicate-receiver";
    public const string UnknownProtocol = "unknown-protocol";
    public const string UnknownDataset = "unknown-dataset";
    public const string UnknownZone = "unknown-zone";
    public const string NotHttps = "not-https";
    public const string SecretInUrl = "secret-in-url";
    public const string CredentialNotReference = "credential-not-reference";
    public const string CaFileMissing = "ca-file-missing";
    public const string AxisMissing = "axis-missing";
    public const string AxisOnSnapshot = "axis-on-snapshot";
    public const string AxisNotPossible = "axis-not-possible";
    public const string OverlapUnderSettle = "overlap-under-settle";
    public const string CarrierNotPossible = "carrier-not-possible";
    public const string MappingNotPossible = "mapping-not-possible";
    public const string PersonalField = "personal-field";

    public static readonly IReadOnlyList<string> All =
    [
        FileUnreadable, NotJson, WrongType, Missing, UnknownProperty, DuplicateProperty, BadSlug, BadValue, OutOfRange, DuplicateOperator,
        DuplicateFeed, DuplicateDataset, DuplicateReceiver, UnknownProtocol, UnknownDataset, UnknownZone, NotHttps, SecretInUrl, CredentialNotReference,
        CaFileMissing, AxisMissing, AxisOnSnapshot, AxisNotPossible, OverlapUnderSettle, CarrierNotPossible,
        MappingNotPossible, PersonalField,
    ];
}
