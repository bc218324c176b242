using Dashboard.Core.Database;
using Npgsql;

namespace Dashboard.Core.Access;

/// <summary>What cookies are signed with: <c>dashboard.protection_key</c>, a few rows for the life of an installation.</summary>
/// <remarks>Synchronous, because what asks for them is.</remarks>
public sealed class ProtectionKeyQueries(OwnDatabase database)
{
    private const string AllSql = """
        select xml
          from dashboard.protection_key
         order by id
        """;

    private const string AddSql = """
        insert into dashboard.protection_key (name, xml)
        values (@name, @xml)
        """;

    /// <summary>All of them, as XML.</summary>
    public IReadOnlyList<string> All()
    {
        using var command = database.Source.CreateCommand(AllSql);
        using var reader = command.ExecuteReader();
        var keys = new List<string>();
        while (reader.Read())
        {
            keys.Add(reader.GetString(0));
        }

        return keys;
    }

    /// <summary>Keeps one more.</summary>
    public void Add(string name, string xml)
    {
        using var command = database.Source.CreateCommand(AddSql);
        command.Parameters.Add(new NpgsqlParameter<string>("name", name));
        command.Parameters.Add(new NpgsqlParameter<string>("xml", xml));
        command.ExecuteNonQuery();
    }
}
