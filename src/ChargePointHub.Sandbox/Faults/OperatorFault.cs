using ChargePointHub.Model;
using ChargePointHub.Sandbox.Simulation;

namespace ChargePointHub.Sandbox.Faults;

/// <summary>One way in which an operator misbehaves. What it does follows from the seed, the request's number and the clock.</summary>
public abstract class OperatorFault
{
    /// <summary>Answers in the place of the operator's API, or around it.</summary>
    public virtual Task AnswerAsync(FaultyRequest request, Func<Task> api) => api();

    /// <summary>Which rows of a list the operator shows, and in which order.</summary>
    /// <param name="rows">Indexes into the list, as the faults before this one left them.</param>
    public virtual IReadOnlyList<int> Show(AskedList list, IReadOnlyList<int> rows) => rows;
}

/// <summary>A fault that is a property of the operator and holds as long as the Sandbox runs.</summary>
public abstract class OperatorTrait : OperatorFault;

/// <summary>One request to an operator that has faults.</summary>
/// <param name="Number">From 1, in the order of arrival.</param>
/// <param name="Seed">Of the world and the operator.</param>
/// <param name="Ended">The client went away, or the Sandbox stops.</param>
public sealed record FaultyRequest(HttpContext Context, int Number, long Seed, DateTimeOffset Now, TimeProvider Time, OperatorRequests Log, CancellationToken Ended)
{
    /// <summary>How it went, for the request log; null: as the status says.</summary>
    public string? Outcome { get; set; }

    /// <summary>Numbers for this request, apart from those of other faults by <paramref name="stream"/>.</summary>
    public Seeded Random(long stream) => new(Seed, stream, Number);

    /// <summary>True in <paramref name="percent"/> of a hundred requests.</summary>
    public bool Falls(double percent, long stream) => Random(stream).Chance(percent / 100);

    public Task RefuseAsync(int status, string code, string detail)
    {
        Outcome ??= status.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return new Operators.Problem(status, code, detail).WriteAsync(Context);
    }

    /// <summary>Waits, and gives false when nobody waits for the answer any longer.</summary>
    public async Task<bool> WaitAsync(TimeSpan length)
    {
        await Task.Delay(length, Time, Ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !Ended.IsCancellationRequested;
    }
}

/// <summary>A list that an operator is about to show a page of.</summary>
/// <param name="ByOffset">Paged by offset; otherwise by a cursor that pins the list.</param>
/// <param name="Offset">Rows before the page.</param>
/// <param name="KeyOf">Own id of the record at an index.</param>
/// <param name="LastUpdatedOf">Of the record at an index, milliseconds since 1970.</param>
public sealed record AskedList(
    Dataset Dataset, int Count, bool ByOffset, int Offset, DateTimeOffset AsOf, Func<int, string> KeyOf, Func<int, long> LastUpdatedOf, long Seed, OperatorRequests Log)
{
    /// <summary>At least 0, less than 1; the same for the same record in each list and run.</summary>
    public double Lot(int row, long stream) => new Seeded(Seed, stream, Text(KeyOf(row))).Fraction();

    /// <summary>The record stays out of the answer for now; the request log marks it.</summary>
    public bool Withhold(int row, string kind)
    {
        Log.Mark(Dataset, KeyOf(row), kind);
        return false;
    }

    /// <summary>A number for a text, the same on every machine (FNV-1a).</summary>
    public static long Text(string text)
    {
        var hash = 14_695_981_039_346_656_037UL;
        foreach (var c in text) hash = (hash ^ c) * 1_099_511_628_211UL;
        return (long)hash;
    }
}
