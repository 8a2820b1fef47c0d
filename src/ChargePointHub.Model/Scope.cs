namespace ChargePointHub.Model;

/// <summary>
/// Whose rights a reading has. Every reading method takes one; there is no way to read without. Default deny: what a scope
/// does not name it does not hold.
/// </summary>
public sealed record Scope
{
    private Scope(string name, bool readsRestricted)
    {
        Name = name;
        ReadsRestricted = readsRestricted;
    }

    /// <summary>Anyone, without a key: reference and availability data, tariffs, public state.</summary>
    public static Scope Public { get; } = new("public", readsRestricted: false);

    /// <summary>All datasets of all operators: the sandbox key and pan-London recipients until grants narrow them.</summary>
    public static Scope Everything { get; } = new("everything", readsRestricted: true);

    /// <summary>Stable word kept with a key: <c>public</c> or <c>everything</c>.</summary>
    public string Name { get; }

    /// <summary>Charging sessions, the history of status, causes of gaps and findings.</summary>
    public bool ReadsRestricted { get; }

    /// <summary>Null for a word that names no scope.</summary>
    public static Scope? Named(string name) => name switch
    {
        "public" => Public,
        "everything" => Everything,
        _ => null,
    };
}
