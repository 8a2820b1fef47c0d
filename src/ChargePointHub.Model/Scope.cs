using System.Security.Cryptography;
using System.Text;

namespace ChargePointHub.Model;

/// <summary>
/// Whose rights a reading has. Every reading method takes one; there is no way to read without. Default deny: what a scope
/// does not name it does not hold. This is the one place where rights are worked out.
/// </summary>
public sealed partial record Scope
{
    private readonly Dictionary<string, Areas> bySubject;

    private Scope(string name, bool readsOpen, bool isEverything, bool watches, string? ownOperator, IEnumerable<Right> rights)
    {
        Name = name;
        ReadsOpen = readsOpen;
        IsEverything = isEverything;
        Watches = watches;
        OwnOperator = ownOperator;
        bySubject = rights.GroupBy(r => r.Subject).ToDictionary(g => g.Key, g => new Areas(g.Key, g));
        Mark = isEverything ? "everything" : readsOpen && !watches && bySubject.Count == 0 ? "public" : MarkOf();
    }

    /// <summary>Anyone, without a key: reference and availability data, tariffs, public state.</summary>
    public static Scope Public { get; } = new("public", readsOpen: true, isEverything: false, watches: false, null, []);

    /// <summary>All datasets of all operators: the hub itself, and keys that were made without an organisation.</summary>
    public static Scope Everything { get; } = new("everything", readsOpen: true, isEverything: true, watches: true, null, []);

    /// <summary>Stable word kept with a key: <c>public</c>, <c>everything</c>, or <c>granted</c> where an organisation's grants decide.</summary>
    public string Name { get; }

    /// <summary>The same text for the same rights, whoever has them: cursors and tags are bound to it.</summary>
    public string Mark { get; }

    public bool IsEverything { get; }

    /// <summary>Charge points with their current status, tariffs, operators' public state. False for auditors alone.</summary>
    public bool ReadsOpen { get; }

    /// <summary>The hub's own metrics.</summary>
    public bool Watches { get; }

    /// <summary>Whose data is the reader's own; null: nobody's.</summary>
    public string? OwnOperator { get; }

    /// <summary>Anything that is not open to all.</summary>
    public bool HoldsRights => IsEverything || bySubject.Count > 0;

    /// <summary>What is held of operators' restricted data, as few entries as say it; empty for everything, which is not made of parts.</summary>
    public IEnumerable<Right> Rights => bySubject.OrderBy(s => s.Key, StringComparer.Ordinal).SelectMany(s => s.Value.Rights);

    /// <summary>Null for a word that names no scope by itself.</summary>
    public static Scope? Named(string name) => name switch
    {
        "public" => Public,
        "everything" => Everything,
        _ => null,
    };

    /// <summary>The rights of an organisation: the union of its active grants, and an operator's own data.</summary>
    /// <param name="operatorId">Whose own data it is; null for every role but the operator's.</param>
    public static Scope Of(OrganisationRole role, string? operatorId, IEnumerable<Right> granted) => new(
        "granted",
        readsOpen: role != OrganisationRole.Auditor,
        isEverything: false,
        watches: role == OrganisationRole.Administrator,
        operatorId,
        role == OrganisationRole.Auditor ? [] : operatorId is null ? granted : [.. granted, .. Right.Whole(operatorId)]);

    public bool Reads(Dataset dataset) => dataset.IsRestricted ? IsEverything || bySubject.ContainsKey(dataset.Name) : ReadsOpen;

    /// <summary>At least some of an operator's records.</summary>
    public bool Reads(Dataset dataset, string operatorId) => dataset.IsRestricted ? IsEverything || On(dataset.Name)?.Holds(operatorId) == true : ReadsOpen;

    /// <summary>All of an operator's records, whatever their area, each as it is.</summary>
    public bool ReadsWhole(Dataset dataset, string operatorId) =>
        dataset.IsRestricted ? IsEverything || On(dataset.Name)?.HoldsInFull(operatorId) == true : ReadsOpen;

    /// <summary>Causes of its gaps, and how its feeds fare in detail.</summary>
    public bool ReadsQuality(string operatorId) => IsEverything || On(Right.FeedQuality)?.Operators.Contains(operatorId) == true;

    /// <summary>Of some operator.</summary>
    public bool ReadsQuality() => IsEverything || On(Right.FeedQuality)?.Operators.Count > 0;

    /// <summary>Findings and quarantine of charge points whose operator withholds them; lists and streams leave their records out for every scope.</summary>
    public bool ReadsWithheld(string operatorId) => IsEverything || OwnOperator == operatorId;

    /// <summary>Findings and quarantine hold parts of records, so that they are told to those who may read the records as well.</summary>
    public bool ReadsFindings(Dataset dataset, string operatorId) => ReadsQuality(operatorId) && ReadsWhole(dataset, operatorId);

    /// <summary>Who read an operator's data: for itself and for auditors, to whom nothing else is open.</summary>
    public bool ReadsAccessLog(string operatorId) => IsEverything || OwnOperator == operatorId || !ReadsOpen;

    /// <summary>Of some operator.</summary>
    public bool ReadsAccessLog() => IsEverything || OwnOperator is not null || !ReadsOpen;

    /// <summary>Whose records of a restricted dataset are held, and where; null: everybody's, everywhere.</summary>
    public Areas? AreasOf(Dataset dataset) => !dataset.IsRestricted || IsEverything ? null : On(dataset.Name) ?? Areas.None;

    /// <summary>It holds all that the other does: what began under the other may go on under this.</summary>
    public bool Includes(Scope other) => IsEverything || Mark == other.Mark
        || (!other.IsEverything && ReadsOpen.CompareTo(other.ReadsOpen) >= 0 && Watches.CompareTo(other.Watches) >= 0 && (other.OwnOperator is null || other.OwnOperator == OwnOperator)
            && other.bySubject.All(o => On(o.Key)?.Include(o.Value) == true));

    public bool Equals(Scope? other) => other is not null && (Name, Mark) == (other.Name, other.Mark);

    public override int GetHashCode() => Mark.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Mark;

    private Areas? On(string subject) => bySubject.GetValueOrDefault(subject);

    private string MarkOf()
    {
        var rights = Rights.Select(r => $"{r.Subject}={r.OperatorId}:{(r.Boroughs is null ? "*" : string.Join(',', r.Boroughs))}{MarkOf(r.Detail)}");
        return "granted:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{ReadsOpen}|{Watches}|{OwnOperator}|{string.Join('|', rights)}")).AsSpan(0, 16));
    }

    private static string MarkOf(Detail detail) => detail.IsFull ? "" : $":{Words<TimePrecision>.Of(detail.Precision)}:{string.Join(',', detail.Withheld)}";
}
