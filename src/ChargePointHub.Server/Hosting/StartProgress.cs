using ChargePointHub.Store.Embedded;

namespace ChargePointHub.Server.Hosting;

/// <summary>Steps of a slow start on the error output: on a terminal one line that changes, else one line a step.</summary>
public static class StartProgress
{
    private static string said = "";

    public static void Show(StartStep step)
    {
        if (!Console.IsErrorRedirected) Console.Error.Write($"\r\u001b[K{step.Doing}{(step.Amount.Length > 0 ? $": {step.Amount}" : "")}{(step.Ends ? ".\n" : "")}");
        else if (step.Doing != said) Console.Error.WriteLine($"{step.Doing}.");
        said = step.Doing;
    }
}
