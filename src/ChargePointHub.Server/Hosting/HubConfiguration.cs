using System.Globalization;
using ChargePointHub.Server.Api.Parameters;

namespace ChargePointHub.Server.Hosting;

/// <summary>
/// From appsettings.json in the working folder, then the environment, then the command line, to options: what comes later
/// wins. All faults are told at once, names that are no setting among them.
/// </summary>
public static class HubConfiguration
{
    /// <summary>Reads and judges.</summary>
    /// <param name="commandLine">Values by option, e.g. <c>--port</c>; what is not there was not given.</param>
    /// <exception cref="StartException">Something is wrong.</exception>
    public static HubOptions Read(IReadOnlyDictionary<string, IReadOnlyList<string>> commandLine)
    {
        var (options, faults) = Judge(commandLine);
        return faults.Count == 0 ? options : throw new StartException(faults);
    }

    /// <summary>What could be read, and all that is wrong with it.</summary>
    public static (HubOptions Options, IReadOnlyList<string> Faults) Judge(IReadOnlyDictionary<string, IReadOnlyList<string>> commandLine)
    {
        var (options, faults, settings) = (new HubOptions(), new List<string>(), Setting.Of<HubOptions>());
        var section = Section(faults);
        foreach (var unknown in section?.GetChildren().Where(c => !settings.Any(s => IsNamed(s, c.Key))) ?? [])
        {
            var meant = Nearest.Of(unknown.Key, settings.Select(s => s.Property.Name)) is { } near ? $" Was {HubOptions.Section}:{near} meant?" : "";
            faults.Add($"{HubOptions.Section}:{unknown.Key} is no setting of the hub.{meant} `config reference` lists them all.");
        }

        foreach (var setting in settings)
        {
            var configured = section?.GetSection(setting.Property.Name);
            if (commandLine.GetValueOrDefault(setting.Option) is { Count: > 0 } given) Set(options, setting, given, faults);
            else if (configured?.Value is { } value) Set(options, setting, [value], faults);
            else if (configured?.GetChildren().ToList() is { Count: > 0 } items) Set(options, setting, [.. items.Select(i => i.Value ?? "")], faults);
        }

        faults.AddRange(new HubOptionsValidator().Validate(options).Errors.Select(e => e.ErrorMessage));
        return (options, faults);
    }

    private static IConfigurationSection? Section(List<string> faults)
    {
        var folder = Directory.GetCurrentDirectory();
        try
        {
            return new ConfigurationBuilder().SetBasePath(folder).AddJsonFile("appsettings.json", optional: true).AddEnvironmentVariables().Build()
                .GetSection(HubOptions.Section);
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            var why = (failure.InnerException?.InnerException ?? failure.InnerException ?? failure).Message;
            faults.Add($"{Path.Combine(folder, "appsettings.json")} cannot be used: {why}");
            return null;
        }
    }

    private static void Set(HubOptions options, Setting setting, IReadOnlyList<string> values, List<string> faults)
    {
        var type = setting.Property.PropertyType;
        if (!setting.IsList && values.Count > 1)
        {
            faults.Add($"{setting.Option} ({setting.Name}) has several values; it takes one.");
            return;
        }

        object? value = setting.IsList ? values.Where(v => v.Length > 0).ToList()
            : type == typeof(int) ? int.TryParse(values[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null
            : type == typeof(bool) ? bool.TryParse(values[0], out var flag) ? flag : null
            : values[0];
        if (value is null) faults.Add(setting.NotAllowed(values[0]));
        else setting.Property.SetValue(options, value);
    }

    private static bool IsNamed(Setting setting, string key) => string.Equals(setting.Property.Name, key, StringComparison.OrdinalIgnoreCase);
}
