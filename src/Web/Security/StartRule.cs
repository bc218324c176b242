using System.Net;
using System.Reflection;
using Microsoft.AspNetCore.DataProtection;

namespace Dashboard.Web.Security;

/// <summary>When the dashboard must not start at all.</summary>
internal static class StartRule
{
    /// <summary>EX_CONFIG of sysexits.h: the configuration is at fault, so trying again is of no use.</summary>
    public const int ExitCode = 78;

    /// <summary>10.0.0 to 10.0.6 did not verify the signature of what they decrypted (CVE-2026-40372): cookies could be forged.</summary>
    private static readonly Version OldestSafe = new(10, 0, 7);

    /// <summary>Why not to start, with the remedy; null to start.</summary>
    public static string? Refusal(IConfiguration configuration) => OfRuntime(DataProtectionVersion()) ?? OfAddresses(configuration) ?? AccessRule.Refusal(AccessOptions.Read(configuration)) ?? OfSources(configuration);

    /// <summary>Why not with this version of ASP.NET Core's data protection.</summary>
    public static string? OfRuntime(Version dataProtection) => dataProtection < OldestSafe
        ? $"ASP.NET Core {dataProtection} does not verify the signature of login cookies (CVE-2026-40372). Install runtime {OldestSafe} or newer: apt-get install --only-upgrade aspnetcore-runtime-10.0"
        : null;

    /// <summary>Why not with these sources.</summary>
    public static string? OfSources(IConfiguration configuration) => configuration.GetSection("Sources").GetChildren().Any(source => string.IsNullOrWhiteSpace(source["ConnectionString"]))
        ? "A source has files and no database: --jobs and --mapping stand behind the --source they belong to, and in the settings beside a ConnectionString."
        : null;

    /// <summary>Why not with these addresses to listen on.</summary>
    public static string? OfAddresses(IConfiguration configuration)
    {
        var open = Addresses(configuration).Where(address => !IsLoopback(address)).ToList();
        if (open.Count == 0)
        {
            return null;
        }

        if (!AccessOptions.Read(configuration).AllowRemote)
        {
            return $"Refusing to listen on {string.Join(", ", open)}: other machines could reach the dashboard there, and logging in is a link from this terminal. "
                + "Listen on loopback behind a proxy that authenticates (--urls http://127.0.0.1:7080), or consent with Access:AllowRemote=true and https addresses.";
        }

        var plain = open.Where(address => !address.StartsWith("https://", StringComparison.OrdinalIgnoreCase)).ToList();
        return plain.Count == 0
            ? null
            : $"Refusing to listen on {string.Join(", ", plain)}: logins and keys would cross the network in the clear. Use https:// and a certificate (Kestrel:Certificates:Default), or loopback.";
    }

    /// <summary>Where to listen when no setting says.</summary>
    public const string UsualAddress = "http://127.0.0.1:7080";

    /// <summary>Whether no setting says where to listen: then it is <see cref="UsualAddress"/>, and not every interface as ASP.NET Core might have it.</summary>
    public static bool IsUnsaid(IConfiguration configuration) => !Addresses(configuration).Any();

    /// <summary>Whether only this machine can reach it. A name other than localhost is none: Kestrel listens on every interface for it.</summary>
    public static bool IsLoopback(string address)
    {
        BindingAddress parsed;
        try
        {
            parsed = BindingAddress.Parse(address);
        }
        catch (FormatException)
        {
            // Kestrel will say what is wrong with it; it cannot be listened on.
            return true;
        }

        return parsed.IsUnixPipe || parsed.IsNamedPipe
            || parsed.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(parsed.Host, out var ip) && IPAddress.IsLoopback(ip));
    }

    private static IEnumerable<string> Addresses(IConfiguration configuration)
    {
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>();
        var urls = Split(configuration[WebHostDefaults.ServerUrlsKey]);
        var ports = urls.Length > 0
            ? []
            : Split(configuration[WebHostDefaults.HttpPortsKey]).Select(port => $"http://*:{port}").Concat(Split(configuration[WebHostDefaults.HttpsPortsKey]).Select(port => $"https://*:{port}"));
        return [.. endpoints, .. urls, .. ports];
    }

    private static string[] Split(string? list) => (list ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static Version DataProtectionVersion()
    {
        var text = typeof(DataProtectionServiceCollectionExtensions).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0";
        return Version.Parse(text.Split('+', '-')[0]);
    }
}
