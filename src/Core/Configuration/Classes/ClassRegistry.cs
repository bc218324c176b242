using System.Reflection;

namespace Dashboard.Core.Configuration.Classes;

/// <summary>The classes that configurations may name. What is not in it cannot be made, whatever a file says.</summary>
public sealed class ClassRegistry
{
    private static readonly MethodInfo AddMethod = typeof(ClassRegistry).GetMethods().Single(method => method is { Name: nameof(Add), IsGenericMethodDefinition: true });
    private readonly Dictionary<(Type Contract, string Name), LoadableClass> byName = new(NameComparer.Instance);
    private readonly List<LoadableClass> all = [];

    /// <summary>Every class, in the order they were added.</summary>
    public IReadOnlyList<LoadableClass> All => all;

    /// <summary>Those that are something.</summary>
    public IEnumerable<LoadableClass> Of(Type contract) => all.Where(each => each.Contract == contract);

    /// <summary>Adds a class.</summary>
    /// <exception cref="ArgumentException">One of its names means another class already.</exception>
    public ClassRegistry Add<TContract, TClass>()
        where TContract : class
        where TClass : class, ILoadable<TContract>
    {
        var named = typeof(TClass).GetCustomAttribute<LoadableClassAttribute>(inherit: false);
        return Add(new LoadableClass(typeof(TClass).Name, typeof(TContract), typeof(TClass), TClass.Options, (section, maker) => TClass.Build(section, maker))
        {
            Aliases = [typeof(TClass).FullName!, .. named?.Aliases ?? []],
            Doc = named?.Doc ?? "",
        });
    }

    /// <summary>Adds a class that is described already.</summary>
    /// <exception cref="ArgumentException">One of its names means another class already.</exception>
    public ClassRegistry Add(LoadableClass loadable)
    {
        ArgumentNullException.ThrowIfNull(loadable);
        foreach (var name in (string[])[loadable.Name, .. loadable.Aliases])
        {
            if (byName.TryGetValue((loadable.Contract, name), out var other))
            {
                throw new ArgumentException($"{name} is {other.Type.FullName} already and cannot be {loadable.Type.FullName} as well.", nameof(loadable));
            }
        }

        foreach (var name in (string[])[loadable.Name, .. loadable.Aliases])
        {
            byName.TryAdd((loadable.Contract, name), loadable);
        }

        all.Add(loadable);
        return this;
    }

    /// <summary>Adds every public class of an assembly that has <see cref="LoadableClassAttribute"/>, as each thing it is loadable as.</summary>
    /// <returns>How many were added.</returns>
    /// <exception cref="ArgumentException">A name means another class already.</exception>
    public int AddAssembly(Assembly assembly, string? plugin = null)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        var before = all.Count;
        foreach (var type in assembly.GetExportedTypes().Where(type => type is { IsAbstract: false, ContainsGenericParameters: false } && type.IsDefined(typeof(LoadableClassAttribute), inherit: false)))
        {
            foreach (var loadable in type.GetInterfaces().Where(each => each.IsGenericType && each.GetGenericTypeDefinition() == typeof(ILoadable<>)))
            {
                AddMethod.MakeGenericMethod(loadable.GetGenericArguments()[0], type).Invoke(this, BindingFlags.DoNotWrapExceptions, binder: null, [], culture: null);
                if (plugin is not null)
                {
                    var marked = all[^1] with { Plugin = plugin };
                    all[^1] = marked;
                    foreach (var key in byName.Where(pair => pair.Value.Type == marked.Type && pair.Key.Contract == marked.Contract).Select(pair => pair.Key).ToList())
                    {
                        byName[key] = marked;
                    }
                }
            }
        }

        return all.Count - before;
    }

    /// <summary>The class of a name, in any case; null when the registry has none by it.</summary>
    public LoadableClass? Find(Type contract, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return byName.GetValueOrDefault((contract, name.Trim()));
    }

    private sealed class NameComparer : IEqualityComparer<(Type Contract, string Name)>
    {
        public static readonly NameComparer Instance = new();

        public bool Equals((Type Contract, string Name) x, (Type Contract, string Name) y) => x.Contract == y.Contract && StringComparer.OrdinalIgnoreCase.Equals(x.Name, y.Name);

        public int GetHashCode((Type Contract, string Name) obj) => HashCode.Combine(obj.Contract, StringComparer.OrdinalIgnoreCase.GetHashCode(obj.Name));
    }
}
