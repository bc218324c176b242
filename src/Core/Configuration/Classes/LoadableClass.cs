using Dashboard.Core.Configuration.Options;

namespace Dashboard.Core.Configuration.Classes;

/// <summary>A class that a configuration may name. Put it into a <see cref="ClassRegistry"/>; nothing is ever loaded by a name that stands in a file.</summary>
/// <typeparam name="TContract">What it is to those who use it, as <c>ICrashStorage</c>.</typeparam>
public interface ILoadable<out TContract>
    where TContract : class
{
    /// <summary>Everything it can be told.</summary>
    static abstract IReadOnlyList<OptionDefinition> Options { get; }

    /// <summary>Makes one. It opens no connection and waits for nothing: that is for the probe, which has a deadline.</summary>
    /// <param name="section">What it is told.</param>
    /// <param name="maker">Makes the classes it names in turn, and knows the services of the program.</param>
    static abstract TContract Build(SectionValues section, ClassMaker maker);
}

/// <summary>The names of a class in a configuration besides its own: Socorro's dotted name, usually.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class LoadableClassAttribute(params string[] aliases) : Attribute
{
    /// <summary>The names.</summary>
    public IReadOnlyList<string> Aliases { get; } = aliases;

    /// <summary>What it is, in a sentence, for those who choose one.</summary>
    public string Doc { get; init; } = "";
}

/// <summary>A class as the registry knows it.</summary>
/// <param name="Name">Its name, <c>FileCrashStorage</c>.</param>
/// <param name="Contract">What it is.</param>
/// <param name="Type">The class.</param>
/// <param name="Options">Everything it can be told.</param>
/// <param name="Build">Makes one.</param>
public sealed record LoadableClass(string Name, Type Contract, Type Type, IReadOnlyList<OptionDefinition> Options, Func<SectionValues, ClassMaker, object> Build)
{
    /// <summary>Its other names.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>What it is, in a sentence.</summary>
    public string Doc { get; init; } = "";

    /// <summary>The assembly it came with, when that is a plug-in.</summary>
    public string? Plugin { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>A class that a configuration names, with what the configuration tells it.</summary>
/// <param name="Class">The class.</param>
/// <param name="Section">What it is told.</param>
public sealed record ConfiguredClass(LoadableClass Class, SectionValues Section);
