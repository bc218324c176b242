using System.Globalization;
using System.Text;
using System.Xml;
using Dashboard.Core.Ledger;
using Dashboard.Core.Sources;
using Dashboard.Web.Api;
using Dashboard.Web.Layout;
using Dashboard.Web.Security;
using Dashboard.Web.Verdicts;
using Npgsql;

namespace Dashboard.Web.Ledger;

/// <summary>Changes of what was said as Atom (RFC 4287), of a source and of one job.</summary>
internal static class VerdictFeed
{
    private const int Most = 50;

    public static IEndpointRouteBuilder MapVerdictFeeds(this IEndpointRouteBuilder routes)
    {
        var feeds = routes.MapGroup("").RequireUnlessSaid(AccessPolicies.Viewer).RequireRateLimiting(Limits.ApiPolicy).ExcludeFromDescription();
        feeds.MapRead("/feed.atom", (HttpContext context, SourceDirectory directory, ILedgerReader ledger) => AnswerAsync(context, directory, ledger, null));
        feeds.MapRead("/jobs/{app_name}/feed.atom", (HttpContext context, SourceDirectory directory, ILedgerReader ledger) => AnswerAsync(context, directory, ledger, PathName.FromEnd(context, 1)));
        return routes;
    }

    private static async Task<IResult> AnswerAsync(HttpContext context, SourceDirectory directory, ILedgerReader ledger, string? job)
    {
        if (AskedVerdict.Source(context, directory, out var problem) is not { } source)
        {
            return problem!;
        }

        IReadOnlyList<VerdictEvent> changes;
        try
        {
            changes = await ledger.EventsAsync(source.Name, job, job is null, null, Most, context.RequestAborted);
        }
        catch (Exception cause) when (cause is NpgsqlException or TimeoutException)
        {
            return ApiProblem.Of(StatusCodes.Status503ServiceUnavailable, "own-database-away", "The ledger is out of reach", "The dashboard's own database does not answer.");
        }

        var tag = EntityTag.Of("feed", source.Name, job, changes.Count > 0 ? $"{changes[0].Id:N}" : "");
        context.Response.Headers.ETag = tag.ToString();
        context.Response.Headers.CacheControl = "no-cache";
        if (EntityTag.Knows(context.Request, tag))
        {
            return Results.StatusCode(StatusCodes.Status304NotModified);
        }

        var links = new Links(ReferenceEquals(source, directory.All[0]) ? null : source.Name);
        return Results.Text(Write(source.Name, job, changes, links, $"{context.Request.Scheme}://{context.Request.Host}{context.Request.PathBase}/"), "application/atom+xml", Encoding.UTF8);
    }

    private static string Write(string source, string? job, IReadOnlyList<VerdictEvent> changes, Links links, string home)
    {
        var text = new StringWriter(CultureInfo.InvariantCulture);
        using (var xml = XmlWriter.Create(text, new XmlWriterSettings { Indent = true, OmitXmlDeclaration = true }))
        {
            xml.WriteStartElement("feed", "http://www.w3.org/2005/Atom");
            xml.WriteElementString("title", Plain(job is null ? $"Verdicts of {source}" : $"Verdicts of {job}, {source}"));
            xml.WriteElementString("id", $"urn:crontabber-dashboard:verdicts:{Uri.EscapeDataString(source)}:{Uri.EscapeDataString(job ?? "")}");
            xml.WriteElementString("updated", Moment(changes.Count > 0 ? changes[0].At : DateTimeOffset.UnixEpoch));
            Link("self", home + (job is null ? "feed.atom" : $"jobs/{Uri.EscapeDataString(job)}/feed.atom"));
            Link("alternate", home + (job is null ? links.Now : links.Job(job)));
            xml.WriteStartElement("author");
            xml.WriteElementString("name", "Crontabber Dashboard");
            xml.WriteEndElement();
            foreach (var change in changes)
            {
                xml.WriteStartElement("entry");
                xml.WriteElementString("title", Plain($"{change.Job ?? source}: {change.State.Word()}"));
                xml.WriteElementString("id", $"urn:uuid:{change.Id:D}");
                xml.WriteElementString("updated", Moment(change.At));
                xml.WriteStartElement("category");
                xml.WriteAttributeString("term", change.State.ToString());
                xml.WriteEndElement();
                Link("alternate", home + (change.Job is null ? links.Now : links.Job(change.Job)));
                xml.WriteElementString("summary", Plain(change.Headline));
                xml.WriteEndElement();
            }

            xml.WriteEndElement();

            void Link(string relation, string address)
            {
                xml.WriteStartElement("link");
                xml.WriteAttributeString("rel", relation);
                xml.WriteAttributeString("href", address);
                xml.WriteEndElement();
            }
        }

        return $"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{text}";
    }

    private static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    // XML has no form for some characters that names may have.
    private static string Plain(string text) => new([.. text.Select(letter => XmlConvert.IsXmlChar(letter) ? letter : '\uFFFD')]);
}
