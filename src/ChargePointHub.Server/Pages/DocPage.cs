namespace ChargePointHub.Server.Pages;

/// <summary>One page of the documentation.</summary>
/// <param name="Path">Address, e.g. <c>/docs/keys</c>.</param>
/// <param name="Title">Heading, and name in the browser's tab.</param>
/// <param name="Chapter">Heading it stands under in the contents; null: it is reached from another page.</param>
/// <param name="Body">HTML that follows the heading.</param>
internal sealed record DocPage(string Path, string Title, string? Chapter, Func<PageReading, string> Body)
{
    /// <summary>Name in the contents, where the heading is too long for it.</summary>
    public string Name { get; init; } = Title;
}

/// <summary>What a page knows of the one who reads it.</summary>
/// <param name="Hub">The hub's address as the reader reaches it, e.g. <c>https://localhost:8443</c>.</param>
/// <param name="Yesterday">The last whole London day, so that samples ask for a day that has data.</param>
/// <param name="Directory">The operators as they stand.</param>
internal sealed record PageReading(string Hub, DateOnly Yesterday, OperatorDirectory Directory);
