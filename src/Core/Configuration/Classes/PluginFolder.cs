using System.Reflection;
using System.Runtime.Loader;

namespace Dashboard.Core.Configuration.Classes;

/// <summary>
/// A folder whose assemblies bring classes into a registry. Naming the folder is the permission: every assembly in it is loaded, so who may write it can run
/// code as this program. It and what lies in it must not be writable by everybody.
/// </summary>
public static class PluginFolder
{
    private const int MostAssemblies = 100;

    /// <summary>Loads them. What cannot be loaded is a fault, and the rest is there all the same.</summary>
    public static IReadOnlyList<ConfigurationFault> Load(string folder, ClassRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        var faults = new FaultList();
        if (!Directory.Exists(folder))
        {
            faults.Add(folder, null, "no such folder", "the folder of plug-ins");
            return faults.All;
        }

        if (IsOpen(folder))
        {
            faults.Add(folder, null, "a folder everybody may write", "one only its owner may write: what lies in it runs as this program");
            return faults.All;
        }

        foreach (var path in Directory.EnumerateFiles(folder, "*.dll").Order(StringComparer.Ordinal).Take(MostAssemblies))
        {
            try
            {
                if (IsOpen(path))
                {
                    faults.Add(path, null, "an assembly everybody may write", "one only its owner may write");
                    continue;
                }

                registry.AddAssembly(new PluginContext(path).LoadFromAssemblyPath(path), Path.GetFileName(path));
            }
            catch (Exception cause)
            {
                // What somebody else wrote runs here, and may fail in any way.
                faults.Add(path, null, cause is BadImageFormatException ? "no assembly of .NET" : cause.GetBaseException().Message, "an assembly made for this version, with names of its own");
            }
        }

        return faults.All;
    }

    private static bool IsOpen(string path) => !OperatingSystem.IsWindows() && File.GetUnixFileMode(path).HasFlag(UnixFileMode.OtherWrite);

    // Its own libraries lie beside it; what it shares with the program is the program's, or its classes would be of another world.
    private sealed class PluginContext(string path) : AssemblyLoadContext(Path.GetFileName(path))
    {
        private readonly AssemblyDependencyResolver beside = new(path);

        protected override Assembly? Load(AssemblyName assemblyName)
        {
            if (Default.Assemblies.Any(known => known.GetName().Name == assemblyName.Name))
            {
                return null;
            }

            return beside.ResolveAssemblyToPath(assemblyName) is { } found ? LoadFromAssemblyPath(found) : null;
        }
    }
}
