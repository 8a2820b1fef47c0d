using System.Collections;
using System.Globalization;
using System.Reflection;

namespace ChargePointHub.Server.Hosting;

/// <summary>One setting of an options class, with its words.</summary>
/// <param name="Default">The property's value where nothing is set.</param>
public sealed record Setting(PropertyInfo Property, SettingAttribute Text, object? Default)
{
    public string Option => Text.Option;

    /// <summary>May be given several times.</summary>
    public bool IsList => Property.PropertyType != typeof(string) && typeof(IEnumerable).IsAssignableFrom(Property.PropertyType);

    /// <summary>In appsettings.json, as <c>Hub:Port</c>.</summary>
    public string Name => $"{HubOptions.Section}:{Property.Name}";

    /// <summary>In the environment, as <c>Hub__Port</c>; the first value of a list.</summary>
    public string EnvironmentName => $"{HubOptions.Section}__{Property.Name}{(IsList ? "__0" : "")}";

    /// <summary>In words, for people who wonder what to write.</summary>
    public string TypeName => IsList ? "list of text" : ValueType.IsEnum ? "one of a few words" : Type.GetTypeCode(ValueType) switch
    {
        TypeCode.Boolean => "true or false",
        TypeCode.Int32 or TypeCode.Int64 => "whole number",
        _ => "text",
    };

    private Type ValueType => Nullable.GetUnderlyingType(Property.PropertyType) ?? Property.PropertyType;

    public string DefaultText => Text.Otherwise ?? Default switch
    {
        bool flag => flag ? "true" : "false",
        null or "" => "none",
        string or int or long => string.Create(CultureInfo.InvariantCulture, $"`{Default}`"),
        _ => "none",
    };

    /// <summary>Every setting of an options class, in the order in which it stands there.</summary>
    public static IReadOnlyList<Setting> Of<TOptions>()
        where TOptions : new()
    {
        var plain = new TOptions();
        return [.. typeof(TOptions).GetProperties().Where(p => p.GetCustomAttribute<SettingAttribute>() is not null)
            .Select(p => new Setting(p, p.GetCustomAttribute<SettingAttribute>()!, p.GetValue(plain)))];
    }

    /// <summary>The sentence for a value that cannot stand there.</summary>
    public string NotAllowed(object? value) => string.Create(CultureInfo.InvariantCulture, $"{Option} ({Name}) is '{value}'; allowed: {Text.Allowed}.");
}
