namespace ChargePointHub.Feeds.Protocols.Csv;

/// <summary>How the quotation marks of a row end.</summary>
internal enum QuotedRowEnd
{
    Closed,

    /// <summary>Within quotation marks: only a file's last row does.</summary>
    Open,

    /// <summary>A cell of several lines is followed by text: the mark that closed it most likely opened another cell.</summary>
    Torn,
}

/// <summary>Follows the quotation marks of a row. One within a cell that does not begin with one is a character as any other.</summary>
internal static class QuotedRow
{
    /// <param name="row">As it stands in the file.</param>
    public static QuotedRowEnd EndOf(ReadOnlySpan<char> row, char delimiter, char quote)
    {
        if (!row.Contains(quote)) return QuotedRowEnd.Closed;
        bool begins = true, isQuoted = false, isWithin = false, hasLines = false, isTorn = false;
        foreach (var c in row)
        {
            if (begins) (isQuoted, hasLines) = (c == quote, false);
            begins = false;
            if (isQuoted && c == quote) isWithin = !isWithin;
            else if (isWithin) hasLines |= c is '\n' or '\r';
            else if (c == delimiter) begins = true;
            else if (isQuoted && hasLines && c is not ('\n' or '\r')) isTorn = true;
        }

        return isWithin ? QuotedRowEnd.Open : isTorn ? QuotedRowEnd.Torn : QuotedRowEnd.Closed;
    }
}
