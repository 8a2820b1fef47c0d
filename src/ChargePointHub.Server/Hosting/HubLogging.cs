namespace ChargePointHub.Server.Hosting;

/// <summary>How the hub writes its log.</summary>
public static class HubLogging
{
    /// <summary>
    /// The framework's own lines about requests are left out: they hold addresses as they were asked, with whatever a client put into them.
    /// </summary>
    /// <param name="format">text, or json: one object a line, with the fields of the message and of the run it belongs to.</param>
    public static void Configure(ILoggingBuilder logging, string format)
    {
        logging.ClearProviders();
        logging.AddFilter("Microsoft", LogLevel.Warning);
        if (format == "json")
        {
            logging.AddJsonConsole(console =>
            {
                console.IncludeScopes = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
            });
        }
        else
        {
            logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.IncludeScopes = false;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-ddTHH:mm:ssZ ";
            });
        }
    }
}
