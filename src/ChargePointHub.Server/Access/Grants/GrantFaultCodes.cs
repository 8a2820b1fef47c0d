using ChargePointHub.Feeds.Registry;

namespace ChargePointHub.Server.Access.Grants;

/// <summary>What can be wrong with the file of grants beyond what can be with any file (<see cref="RegistryFaultCodes"/>). A closed list of stable slugs.</summary>
public static class GrantFaultCodes
{
    /// <summary>An id stands in the file twice.</summary>
    public const string DuplicateId = "duplicate-id";

    /// <summary>A grant is to an organisation that the file does not have.</summary>
    public const string UnknownOrganisation = "unknown-organisation";
    public const string UnknownRole = "unknown-role";
    public const string UnknownArea = "unknown-area";

    /// <summary>No field that the records of the grant's datasets have and that can be withheld.</summary>
    public const string UnknownField = "unknown-field";
    public const string UnknownPrecision = "unknown-precision";

    /// <summary>Operators and auditors take no grants; an operator's organisation names the operator, and no other does.</summary>
    public const string NotForRole = "not-for-role";

    /// <summary>The quality of feeds is of an operator as a whole.</summary>
    public const string QualityOfArea = "quality-of-area";

    /// <summary>Fields or time precision of a grant that gives no records.</summary>
    public const string NothingToLimit = "nothing-to-limit";

    /// <summary>It ends before it begins.</summary>
    public const string EndsBeforeItStarts = "ends-before-it-starts";

    public static readonly IReadOnlyList<string> All = [DuplicateId, UnknownOrganisation, UnknownRole, UnknownArea, UnknownField, UnknownPrecision, NotForRole, QualityOfArea, NothingToLimit, EndsBeforeItStarts];
}
