using System.Text;
using Dashboard.Core.Configuration;
using Dashboard.Core.Sources;

namespace Dashboard.Core.Schedules;

/// <summary>Reads a file that says what runs when, of whatever kind it is: <c>crontabber.ini</c>, Socorro's <c>JOBS</c>, or what the schedulers list.</summary>
public static class ScheduleFile
{
    private static readonly UTF8Encoding Lenient = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: false);

    /// <summary>Reads it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="strictly">To read an INI file only as far as configman itself would: see <see cref="ConfigFile.Read"/>.</param>
    public static ScheduleConfiguration Read(string path, bool strictly = false)
    {
        if (!TryText(path, out var text, out var fault))
        {
            return Nothing(path, fault);
        }

        var name = Path.GetExtension(path).ToUpperInvariant();
        if (name is not ".INI" && JobListing.LooksLike(text))
        {
            return JobListing.Read(text, path);
        }

        return name is ".PY" or ".JSON" || (name is not ".INI" && SocorroJobs.LooksLike(text))
            ? SocorroJobs.Read(text, path)
            : CrontabberIni.Read(ConfigFile.Read(path, commentedIncludes: !strictly));
    }

    /// <summary>Reads a mapping file.</summary>
    public static JobMapping ReadMapping(string path) =>
        TryText(path, out var text, out var fault) ? JobMapping.Read(text, path) : new JobMapping(JobMapping.None.ByClass, [fault]);

    private static bool TryText(string path, out string text, out ConfigurationFault fault)
    {
        (text, fault) = ("", new ConfigurationFault(path, null, "a file that cannot be read", "a file this program may read"));
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (stream.Length > IncludedLines.MostBytes)
            {
                fault = fault with { Found = $"{stream.Length:N0} bytes", Expected = $"at most {IncludedLines.MostBytes >> 20} MB" };
                return false;
            }

            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            text = Lenient.GetString(content);
            return true;
        }
        catch (Exception cause) when (cause is FileNotFoundException or DirectoryNotFoundException)
        {
            fault = fault with { Found = "no such file", Expected = "the scheduler's configuration, or the source's option Jobs or Mapping without it" };
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            fault = fault with { Found = $"a file that cannot be read ({cause.GetType().Name})" };
        }

        return false;
    }

    private static ScheduleConfiguration Nothing(string path, ConfigurationFault fault) =>
        new() { Flavour = Flavour.Crontabber, Jobs = [], Settings = SchedulerSettings.Crontabber, Faults = [fault], Files = [path] };
}
