using Dashboard.Core.Configuration.Options;

namespace Dashboard.Core.Configuration.Classes;

/// <summary>
/// Makes the classes a configuration names and remembers each, so that nothing of a tree whose making failed in the middle is left behind: whoever makes a
/// tree disposes of the maker when it fails, and keeps it as long as the tree when it does not.
/// </summary>
public sealed class ClassMaker(IServiceProvider services) : IAsyncDisposable
{
    private readonly List<object> made = [];

    /// <summary>The services of the program.</summary>
    public IServiceProvider Services { get; } = services;

    /// <summary>What is put around each thing that was made, before anybody is given it; null for nothing.</summary>
    public Func<object, ConfiguredClass, object>? Around { get; init; }

    /// <summary>Everything it made, children before those that hold them.</summary>
    public IReadOnlyList<object> Made => made;

    /// <summary>Makes the class an option of a section names.</summary>
    /// <exception cref="ClassMakingException">It names none, or the class could not be made.</exception>
    public TContract Make<TContract>(SectionValues section, string option)
        where TContract : class
    {
        ArgumentNullException.ThrowIfNull(section);
        return section.Class(option) is { } configured ? Make<TContract>(configured) : throw new ClassMakingException($"{section.Path}:{option} names no class.", null);
    }

    /// <summary>Makes the classes an option of a section lists, in order.</summary>
    /// <exception cref="ClassMakingException">One of them could not be made.</exception>
    public IReadOnlyList<TContract> MakeAll<TContract>(SectionValues section, string option)
        where TContract : class
    {
        ArgumentNullException.ThrowIfNull(section);
        return [.. section.Classes(option).Select(Make<TContract>)];
    }

    /// <summary>Makes a class.</summary>
    /// <exception cref="ClassMakingException">It could not be made.</exception>
    public TContract Make<TContract>(ConfiguredClass configured)
        where TContract : class
    {
        ArgumentNullException.ThrowIfNull(configured);
        try
        {
            var one = (TContract)configured.Class.Build(configured.Section, this);
            made.Add(one);
            return Around is null ? one : (TContract)Around(one, configured);
        }
        catch (Exception cause) when (cause is not ClassMakingException)
        {
            throw new ClassMakingException($"{configured.Section.Path}: {configured.Class.Name} could not be made: {cause.Message}", cause);
        }
    }

    /// <summary>Disposes of everything it made, whoever holds others first. A failing one does not keep the rest from it.</summary>
    /// <exception cref="AggregateException">Some could not be disposed of.</exception>
    public async ValueTask DisposeAsync()
    {
        List<Exception> failures = [];
        for (var i = made.Count - 1; i >= 0; i--)
        {
            try
            {
                switch (made[i])
                {
                    case IAsyncDisposable disposable:
                        await disposable.DisposeAsync();
                        break;
                    case IDisposable disposable:
                        disposable.Dispose();
                        break;
                }
            }
            catch (Exception cause)
            {
                failures.Add(cause);
            }
        }

        made.Clear();
        if (failures.Count > 0)
        {
            throw new AggregateException("Not everything could be disposed of.", failures);
        }
    }
}

/// <summary>A class that a configuration names could not be made; the message begins with the place of its section.</summary>
public sealed class ClassMakingException(string message, Exception? innerException) : Exception(message, innerException);
