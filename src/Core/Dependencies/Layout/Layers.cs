namespace Dashboard.Core.Dependencies.Layout;

/// <summary>
/// A graph in columns in which every line goes from one column to the next: a longer one passes through a place of its own in each column between. Such
/// places are numbered after the nodes.
/// </summary>
internal sealed class Layers
{
    /// <summary>More places for lines than this are not made: the longest lines are drawn straight through instead.</summary>
    public const int MostPlaces = 60_000;

    private Layers(int nodes, int[] rank, int[][] columns, int[][] chains, (int[] First, int[] To) left, (int[] First, int[] To) right)
    {
        (Nodes, Rank, Columns, Chains, Left, Right) = (nodes, rank, columns, chains, left, right);
        Place = new int[rank.Length];
        foreach (var column in columns)
        {
            Renumber(column);
        }
    }

    /// <summary>How many of the places are nodes.</summary>
    public int Nodes { get; }

    /// <summary>The column of each place.</summary>
    public int[] Rank { get; }

    /// <summary>The places of each column, from the top.</summary>
    public int[][] Columns { get; }

    /// <summary>For each edge the places it passes through between its ends; null where it is drawn straight.</summary>
    public int[][] Chains { get; }

    /// <summary>The neighbours of each place in the column before, as stretches of one list.</summary>
    public (int[] First, int[] To) Left { get; }

    /// <summary>The neighbours of each place in the column behind.</summary>
    public (int[] First, int[] To) Right { get; }

    /// <summary>How far from the top of its column each place is, counted.</summary>
    public int[] Place { get; }

    /// <summary>Whether a place is for a line.</summary>
    public bool IsLine(int place) => place >= Nodes;

    /// <summary>The neighbours on one side.</summary>
    public ReadOnlySpan<int> Beside(int place, bool left)
    {
        var (first, to) = left ? Left : Right;
        return to.AsSpan(first[place], first[place + 1] - first[place]);
    }

    /// <summary>After a column was sorted anew.</summary>
    public void Renumber(int[] column)
    {
        for (var i = 0; i < column.Length; i++)
        {
            Place[column[i]] = i;
        }
    }

    /// <summary>The layers of a graph without circles, whose columns are known.</summary>
    public static Layers Of(int count, IReadOnlyList<(int From, int To)> edges, int[] rank)
    {
        // Columns that only lines drawn straight would pass are left out.
        var used = rank.Distinct().Order().Select((value, i) => (value, i)).ToDictionary(pair => pair.value, pair => pair.i);
        rank = [.. rank.Select(value => used[value])];
        var ranks = new List<int>(rank);
        var chains = new int[edges.Count][];
        var steps = new List<(int From, int To)>();
        foreach (var edge in Enumerable.Range(0, edges.Count).OrderBy(edge => rank[edges[edge].To] - rank[edges[edge].From]))
        {
            var (from, to) = edges[edge];
            var between = rank[to] - rank[from] - 1;
            if (ranks.Count - count + between > MostPlaces)
            {
                continue;
            }

            chains[edge] = new int[between];
            var last = from;
            for (var i = 0; i < between; i++)
            {
                chains[edge][i] = ranks.Count;
                steps.Add((last, ranks.Count));
                last = ranks.Count;
                ranks.Add(rank[from] + i + 1);
            }

            steps.Add((last, to));
        }

        var sizes = new int[used.Count];
        foreach (var column in ranks)
        {
            sizes[column]++;
        }

        int[][] columns = [.. sizes.Select(size => new int[size])];
        for (var place = ranks.Count - 1; place >= 0; place--)
        {
            columns[ranks[place]][--sizes[ranks[place]]] = place;
        }

        return new Layers(count, [.. ranks], columns, chains, Neighbours(ranks.Count, steps.Select(step => (step.To, step.From))), Neighbours(ranks.Count, steps));
    }

    private static (int[] First, int[] To) Neighbours(int count, IEnumerable<(int From, int To)> steps)
    {
        (int From, int To)[] all = [.. steps];
        var (first, list) = BackEdges.Adjacency(count, all);
        return (first, [.. list.Select(step => all[step].To)]);
    }
}
