namespace ChargePointHub.Feeds.Protocols.Values;

internal enum InstantForm
{
    /// <summary>RFC 3339, or the same without an offset.</summary>
    Usual,

    /// <summary>Readable, but not as any standard has it: a space, +0100, no seconds, a bare date.</summary>
    Unusual,

    /// <summary>0000-00-00 and the like.</summary>
    ZeroDate,

    YearOutOfRange,

    Unusable,
}

/// <summary>A date and time as written.</summary>
/// <param name="LocalTicks">Ticks of the civil time as written, its offset not yet applied.</param>
/// <param name="OffsetMinutes">Null: no offset was written.</param>
internal readonly record struct InstantText(InstantForm Form, long LocalTicks, int? OffsetMinutes)
{
    private const int FirstYear = 2000;
    private const int LastYear = 2100;

    public bool IsReadable => Form is InstantForm.Usual or InstantForm.Unusual;

    /// <param name="text">UTF-8, without quotes.</param>
    public static InstantText Read(ReadOnlySpan<byte> text)
    {
        var unusable = new InstantText(InstantForm.Unusable, 0, null);
        if (text.Length < 10 || text[4] != '-' || text[7] != '-') return unusable;
        var year = Digits(text[..4]);
        var month = Digits(text.Slice(5, 2));
        var day = Digits(text.Slice(8, 2));
        if (year < 0 || month < 0 || day < 0) return unusable;
        if (year == 0 && month == 0 && day == 0) return new InstantText(InstantForm.ZeroDate, 0, null);
        if (month is < 1 or > 12 || day < 1) return unusable;
        if (year is < FirstYear or > LastYear) return new InstantText(InstantForm.YearOutOfRange, 0, null);
        if (day > DateTime.DaysInMonth(year, month)) return unusable;
        var date = new DateTime(year, month, day).Ticks;
        var rest = text[10..];
        if (rest.IsEmpty) return new InstantText(InstantForm.Unusual, date, null);

        var form = rest[0] == (byte)'T' ? InstantForm.Usual : InstantForm.Unusual;
        if (rest[0] is not ((byte)'T' or (byte)'t' or (byte)' ') || !ReadClock(rest[1..], out var ticks, out var used, ref form)) return unusable;
        return ReadOffset(rest[(1 + used)..], out var offset, ref form) ? new InstantText(form, date + ticks, offset) : unusable;
    }

    private static bool ReadClock(ReadOnlySpan<byte> text, out long ticks, out int used, ref InstantForm form)
    {
        (ticks, used) = (0, 5);
        if (text.Length < 5 || text[2] != ':') return false;
        int hour = Digits(text[..2]), minute = Digits(text.Slice(3, 2)), second = 0;
        if (text.Length >= 8 && text[5] == ':')
        {
            second = Digits(text.Slice(6, 2));
            used = 8;
        }
        else
        {
            form = InstantForm.Unusual;
        }

        // A leap second (60) has no place in UTC as computers count it; 24:00 is read by nobody alike.
        if (hour is < 0 or > 23 || minute is < 0 or > 59 || second is < 0 or > 59) return false;
        ticks = (((hour * 60L) + minute) * 60 + second) * TimeSpan.TicksPerSecond;
        if (used < text.Length && text[used] is (byte)'.' or (byte)',')
        {
            if (text[used] == ',') form = InstantForm.Unusual;
            var unit = TimeSpan.TicksPerSecond / 10;
            var first = ++used;
            for (; used < text.Length && text[used] is >= (byte)'0' and <= (byte)'9'; used++)
            {
                ticks += (text[used] - '0') * unit;
                unit /= 10;
            }

            if (used == first) return false;
        }

        return true;
    }

    private static bool ReadOffset(ReadOnlySpan<byte> text, out int? minutes, ref InstantForm form)
    {
        minutes = null;
        if (text.IsEmpty) return true;
        if (text.Length == 1 && text[0] is (byte)'Z' or (byte)'z')
        {
            if (text[0] == 'z') form = InstantForm.Unusual;
            minutes = 0;
            return text.Length == 1;
        }

        if (text[0] is not ((byte)'+' or (byte)'-')) return false;
        var (hours, rest) = text.Length switch
        {
            6 when text[3] == ':' => (Digits(text.Slice(1, 2)), Digits(text.Slice(4, 2))),
            5 => (Digits(text.Slice(1, 2)), Digits(text.Slice(3, 2))),
            3 => (Digits(text.Slice(1, 2)), 0),
            _ => (-1, -1),
        };
        if (text.Length != 6) form = InstantForm.Unusual;
        if (hours is < 0 or > 14 || rest is < 0 or > 59) return false;
        minutes = ((hours * 60) + rest) * (text[0] == '-' ? -1 : 1);
        return true;
    }

    /// <summary>-1 when something else than digits stands there.</summary>
    private static int Digits(ReadOnlySpan<byte> text)
    {
        var value = 0;
        foreach (var c in text)
        {
            if (c is < (byte)'0' or > (byte)'9') return -1;
            value = (value * 10) + (c - '0');
        }

        return value;
    }
}
