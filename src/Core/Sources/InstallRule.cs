namespace Dashboard.Core.Sources;

/// <summary>
/// Which statements a wish needs, from the facts alone. Their order is what keeps the scheduler safe: between any two of them, and for ever after
/// a crash between any two, its INSERT, UPDATE and DELETE work, and what is there says what is left to do.
/// </summary>
/// <remarks>
/// The state table has a unique index but no primary key. A publication that covers UPDATE makes every UPDATE fail unless the table got a replica
/// identity first, so an empty publication is made, it remembers the identity as it was, then the identity is set, and only then the table is added.
/// The log has no index at all; its publication covers inserts only, so that trimming it by DELETE needs no identity.
/// </remarks>
internal static class InstallRule
{
    private const string Remembered = "replica identity before: ";

    /// <summary>The plan.</summary>
    public static InstallPlan For(InstallWish wish, SourceGround ground, InstallFacts facts)
    {
        var obstacles = Obstacles(wish, ground, facts);
        return wish switch
        {
            InstallWish.Notify => new([.. Triggers(ground, facts)], obstacles,
                ["Every writing transaction of the scheduler then takes the server's notification lock at its commit; the payload is constant.", Configure("notify")]),
            InstallWish.Logical => new([.. Publish(ground, facts)], obstacles,
                [
                    "The role that watches needs the attribute REPLICATION (alter role … replication). Such a role sees every row change of the whole cluster.",
                    "The watch makes a temporary slot, gone with its connection; a watcher that hangs holds the write-ahead log back for 20 s at most.",
                    Configure("logical"),
                ]),
            InstallWish.NoCapture => new([.. RemoveTriggers(ground, facts), .. Unpublish(ground, facts)], obstacles, ["The watch polls again within a minute."]),
            InstallWish.Indexes => new([.. Indexes(ground)], obstacles, ["Building reads the whole log once and locks nobody out; on 10 million rows about 11 s and 405 MB."]),
            _ => new([.. RemoveIndexes(ground)], obstacles, []),
        };
    }

    private static string Configure(string mode) => $"Afterwards configure Capture: {mode} for this source.";

    private static List<string> Obstacles(InstallWish wish, SourceGround ground, InstallFacts facts)
    {
        var obstacles = new List<string>();
        var ours = wish is InstallWish.NoCapture or InstallWish.NoIndexes ? "away" : "made";
        When(ground.Server.Standby, "This is a standby; connect to the primary.");
        When(wish is not (InstallWish.Indexes or InstallWish.NoIndexes) && !facts.OwnsState, NotOwner(ground.State));
        When(ground.Log is { } log && !facts.OwnsLog, ground.Log is null ? "" : NotOwner(ground.Log));
        if (wish is InstallWish.Notify)
        {
            When(!facts.CreatesInSchema && !facts.HasFunction, $"Role {ground.Server.Role} may not create a function in schema {ground.State.Schema}.");
            When(NotTable("r", "p"), "Triggers need tables, and what is observed here is a view or kept elsewhere.");
        }

        if (wish is InstallWish.Logical)
        {
            When(ground.Server.WalLevel != "logical", $"wal_level is {ground.Server.WalLevel}; set wal_level = logical and restart the server first.");
            When(ground.Server.Version < 110000, "Publications as needed here come with PostgreSQL 11.");
            When(!facts.CreatesInDatabase && !(facts.HasStatePublication && (ground.Log is null || facts.HasLogPublication)), $"Role {ground.Server.Role} may not create publications in this database (grant create on database).");
            When(NotTable("r"), "Publications are installed for ordinary tables only; without one, logical decodes by test_decoding.");
        }

        if (wish is InstallWish.Indexes)
        {
            When(ground.Log is null, "There is no log to index.");
            When(ground.Log is { Kind: not "r" }, "The log is not an ordinary table; index it where its rows are kept.");
            When(facts.BuildingIndex, "An index of the log is being built at this moment.");
        }

        return obstacles;

        void When(bool obstacle, string sentence)
        {
            if (obstacle)
            {
                obstacles.Add(sentence);
            }
        }

        bool NotTable(params string[] kinds) => !kinds.Contains(ground.State.Kind) || (ground.Log is { } found && !kinds.Contains(found.Kind));

        string NotOwner(RelationFacts relation) => $"Role {ground.Server.Role} does not own {relation.Quoted}, so nothing can be {ours} there: name its owner with --user.";
    }

    private static IEnumerable<InstallStep> Triggers(SourceGround ground, InstallFacts facts)
    {
        var function = $"{ObservedRelation.Quote(ground.State.Schema)}.{CaptureNames.Changed}()";
        if (!facts.HasFunction)
        {
            yield return new(
                $"create function {function} returns trigger language plpgsql as $$ begin perform pg_catalog.pg_notify('{CaptureNames.Changed}', tg_argv[0]); return null; end $$",
                "Says on a channel that something changed; never what.")
            {
                Undo = $"drop function if exists {function}",
            };
        }

        (RelationFacts? Relation, string Payload)[] tables = [(ground.State, CaptureNames.JobsPayload), (ground.Log, CaptureNames.RunsPayload)];
        foreach (var (relation, payload) in tables)
        {
            if (relation is null || ground.HasTrigger(relation))
            {
                continue;
            }

            yield return OurTrigger(ground, relation) is not null
                ? new($"alter table {relation.Quoted} enable trigger {CaptureNames.Changed}", "It is there but was disabled.")
                : new(
                    $"create trigger {CaptureNames.Changed} after insert or update or delete or truncate on {relation.Quoted} for each statement execute procedure {function[..^2]}('{payload}')",
                    $"Once for each statement on {relation.Quoted}.")
                {
                    Undo = $"drop trigger if exists {CaptureNames.Changed} on {relation.Quoted}",
                };
        }
    }

    private static IEnumerable<InstallStep> RemoveTriggers(SourceGround ground, InstallFacts facts)
    {
        foreach (var relation in Tables(ground).Where(relation => OurTrigger(ground, relation) is not null))
        {
            yield return new($"drop trigger if exists {CaptureNames.Changed} on {relation.Quoted}", "No more notifications.");
        }

        if (facts is { HasFunction: true, OtherCallers: 0 })
        {
            yield return new($"drop function if exists {ObservedRelation.Quote(ground.State.Schema)}.{CaptureNames.Changed}()", "Nothing calls it any more.");
        }
    }

    private static IEnumerable<InstallStep> Publish(SourceGround ground, InstallFacts facts)
    {
        var state = ground.State;
        var publication = ObservedRelation.Quote(CaptureNames.Publication(state));
        if (!ground.Publishes(state))
        {
            if (!facts.HasStatePublication)
            {
                yield return new($"create publication {publication}", "Empty for now: it changes nothing for anybody.") { Undo = $"drop publication if exists {publication}" };
            }

            if (facts.StatePublicationComment is null)
            {
                yield return new($"comment on publication {publication} is '{Remembered}{state.ReplicaIdentity}'", "Remembers what uninstalling has to restore.");
            }

            if (!CapabilityRule.HasReplicaIdentity(state, ground.Indexes))
            {
                var index = ground.Indexes.FirstOrDefault(each => each.Relation == state.Oid && each is { Usable: true, Plain: true, Unique: true, Immediate: true }
                    && each.Columns.Length > 0 && each.Columns.All(name => ground.StateColumns.Any(column => column.Name == name && column.NotNull)));
                yield return new(
                    $"alter table {state.Quoted} replica identity {(index is null ? "full" : $"using index {ObservedRelation.Quote(index.Name)}")}",
                    "The table has no primary key; without this every UPDATE of the scheduler would fail from the next statement on.")
                {
                    Undo = $"alter table {state.Quoted} replica identity {(state.ReplicaIdentity == "n" ? "nothing" : "default")}",
                };
            }

            yield return new($"alter publication {publication} add table {state.Quoted}", "From here on its changes are published.")
            {
                Undo = $"alter publication {publication} drop table {state.Quoted}",
            };
        }

        if (ground.Log is { } log && !ground.Publishes(log))
        {
            var runs = ObservedRelation.Quote(CaptureNames.Publication(log));
            yield return facts.HasLogPublication
                ? new($"alter publication {runs} add table {log.Quoted}", "The log's inserts.") { Undo = $"alter publication {runs} drop table {log.Quoted}" }
                : new($"create publication {runs} for table {log.Quoted} with (publish = 'insert, truncate')", "The log's inserts only: its DELETEs need no replica identity then.")
                {
                    Undo = $"drop publication if exists {runs}",
                };
        }
    }

    private static IEnumerable<InstallStep> Unpublish(SourceGround ground, InstallFacts facts)
    {
        var state = ground.State;
        if (ground.Log is { } log && facts.HasLogPublication)
        {
            yield return new($"drop publication if exists {ObservedRelation.Quote(CaptureNames.Publication(log))}", "The log is not published any more.");
        }

        if (!facts.HasStatePublication)
        {
            yield break;
        }

        var publication = ObservedRelation.Quote(CaptureNames.Publication(state));
        if (ground.Publishes(state))
        {
            yield return new($"alter publication {publication} drop table {state.Quoted}", "First, so that nothing needs the replica identity any more.");
        }

        var before = facts.StatePublicationComment?.StartsWith(Remembered, StringComparison.Ordinal) == true ? facts.StatePublicationComment[Remembered.Length..] : null;
        var needed = ground.Publications.Any(each => each.Relation == state.Oid && each.Name != CaptureNames.Publication(state) && (each.Updates || each.Deletes));
        if (before is "d" or "n" && before != state.ReplicaIdentity && !needed)
        {
            yield return new($"alter table {state.Quoted} replica identity {(before == "n" ? "nothing" : "default")}", "As it was before; no publication needs it.");
        }

        yield return new($"drop publication {publication}", "Empty by now.");
    }

    private static IEnumerable<InstallStep> Indexes(SourceGround ground)
    {
        if (ground.Log is not { } log)
        {
            yield break;
        }

        var indexes = ground.Indexes.Where(index => index.Relation == log.Oid).ToArray();
        if (indexes.Any(index => index is { Usable: true, Plain: true, Columns: ["app_name", "id", ..] }))
        {
            yield break;
        }

        var name = CaptureNames.Index(log);
        if (indexes.Any(index => index.Name == name))
        {
            yield return new($"drop index concurrently if exists {ObservedRelation.Quote(log.Schema)}.{ObservedRelation.Quote(name)}", "An earlier attempt was interrupted and left it invalid.") { Concurrently = true };
        }

        yield return new($"create index concurrently {ObservedRelation.Quote(name)} on {log.Quoted} (app_name, id desc)", "The runs of one job, newest first, without reading the log.")
        {
            Concurrently = true,
            Undo = $"drop index concurrently if exists {ObservedRelation.Quote(log.Schema)}.{ObservedRelation.Quote(name)}",
        };
    }

    private static IEnumerable<InstallStep> RemoveIndexes(SourceGround ground) =>
        from log in Tables(ground).Skip(1)
        where ground.Indexes.Any(index => index.Relation == log.Oid && index.Name == CaptureNames.Index(log))
        select new InstallStep($"drop index concurrently if exists {ObservedRelation.Quote(log.Schema)}.{ObservedRelation.Quote(CaptureNames.Index(log))}", "Only the one we made.") { Concurrently = true };

    private static IEnumerable<RelationFacts> Tables(SourceGround ground) => ground.Log is { } log ? [ground.State, log] : [ground.State];

    private static TriggerFacts? OurTrigger(SourceGround ground, RelationFacts relation) =>
        ground.Triggers.FirstOrDefault(trigger => trigger.Relation == relation.Oid && trigger.Name == CaptureNames.Changed);
}
