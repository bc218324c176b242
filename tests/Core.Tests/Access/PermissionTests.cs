using Dashboard.Core.Access;

namespace Dashboard.Core.Tests.Access;

public sealed class PermissionTests
{
    public static TheoryData<Role, string> Everything => [.. Enum.GetValues<Role>().SelectMany(role => Deeds.All.Select(deed => new TheoryDataRow<Role, string>(role, deed.Name)))];

    [Theory]
    [MemberData(nameof(Everything))]
    public void A_deed_is_granted_to_its_role_and_those_above_and_to_nobody_who_is_out(Role role, string name)
    {
        var deed = Deeds.All.Single(one => one.Name == name);
        var actor = new Actor("alice", Role.Admin, ActorVia.Link, null);
        Assert.Equal(role >= deed.Least, Permission.Of(actor, deed, Standing.Of(role)).Granted);
        Assert.Equal((false, "out"), (Permission.Of(actor, deed, Standing.Out("out")).Granted, Permission.Of(actor, deed, Standing.Out("out")).Because));
    }

    [Fact]
    public void A_deed_that_is_not_in_the_list_nobody_may() =>
        Assert.False(Permission.Of(Actor.AtTerminal("root"), new Deed("something new", Role.Viewer), Standing.Of(Role.Admin)).Granted);

    [Fact]
    public void A_viewer_changes_nothing_and_only_an_admin_says_who_comes_in()
    {
        Assert.Equal(["read", "plan", "own-sessions"], Deeds.All.Where(deed => deed.Least == Role.Viewer).Select(deed => deed.Name));
        Assert.Equal(["clear-live-lock", "manage-access", "see-settings", "reload-configuration"], Deeds.All.Where(deed => deed.Least == Role.Admin).Select(deed => deed.Name));
    }

    [Theory]
    [InlineData("platform,sre", Role.Admin)]
    [InlineData("sre,platform", Role.Admin)]
    [InlineData("sre", Role.Operator)]
    [InlineData("SRE", null)]
    [InlineData("sre ", null)]
    [InlineData("*", null)]
    [InlineData("", null)]
    public void The_highest_role_of_somebodys_groups_counts_compared_exactly(string groups, Role? expected) =>
        Assert.Equal(expected, new RoleRule(["platform"], ["sre"], ["support"]).Of(groups.Split(',')));

    [Fact]
    public void Everybody_is_a_viewer_only_where_it_is_said() =>
        Assert.Equal((Role.Viewer, null), (new RoleRule([], [], ["*"]).Of([]), new RoleRule(["*"], ["*"], []).Of(["*"])));
}
