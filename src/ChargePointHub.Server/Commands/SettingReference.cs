using System.Text;
using ChargePointHub.Server.Hosting;

namespace ChargePointHub.Server.Commands;

/// <summary>The words of the settings as help and as a document: both are made of the options classes.</summary>
public static class SettingReference
{
    public static string HelpLine(Setting setting) => setting.Text.Value.Length == 0
        ? setting.Text.Meaning
        : $"{setting.Text.Meaning} Allowed: {setting.Text.Allowed}." + (setting.DefaultText == "none" ? "" : $" Default: {setting.DefaultText.Trim('`')}.");

    /// <summary>The hub's settings, in Markdown.</summary>
    public static string OfHub() => Of(
        "# Settings of the hub",
        """
        Made of the options classes by `config reference`; a test compares. What comes later wins: the default, the section `Hub` of
        `appsettings.json` in the working folder, the environment, the command line. A name that is no setting is refused, and all
        faults are told at once. Paths are relative to the working folder.
        """,
        Setting.Of<HubOptions>(),
        isConfigured: true);

    /// <param name="isConfigured">They may stand in appsettings.json and the environment too.</param>
    public static string Of(string title, string opening, IReadOnlyList<Setting> settings, bool isConfigured)
    {
        var text = new StringBuilder().Append(title).Append("\n\n").Append(opening.ReplaceLineEndings("\n")).Append('\n');
        foreach (var setting in settings)
        {
            var value = setting.Text.Value.Length == 0 ? "" : $" {setting.Text.Value}";
            text.Append("\n## `").Append(setting.Option).Append(value).Append("`\n\n").Append(setting.Text.Meaning).Append("\n\n");
            if (isConfigured)
            {
                text.Append("- In appsettings.json: `").Append(setting.Name).Append("`\n");
                text.Append("- In the environment: `").Append(setting.EnvironmentName).Append('`').Append(setting.IsList ? ", `..__1` and so on" : "").Append('\n');
            }

            text.Append("- Type: ").Append(setting.Text.Value.Length == 0 ? "switch" : setting.TypeName).Append('\n');
            text.Append("- Allowed: ").Append(setting.Text.Allowed).Append('\n');
            text.Append("- Default: ").Append(setting.DefaultText).Append('\n');
        }

        return text.ToString();
    }
}
