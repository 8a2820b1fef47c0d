namespace ChargePointHub.Client;

/// <summary>A page of a list. All pages of one answer show the state at the first.</summary>
/// <typeparam name="TPage">The page's own type.</typeparam>
/// <typeparam name="TRecord">What it is a list of.</typeparam>
public interface IPage<TPage, TRecord>
    where TPage : IPage<TPage, TRecord>
{
    /// <summary>The records of this page, in the list's order.</summary>
    IReadOnlyList<TRecord> Data { get; }

    /// <summary>Where the next page is.</summary>
    Links Links { get; }
}
