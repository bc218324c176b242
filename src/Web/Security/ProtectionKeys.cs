using System.Xml.Linq;
using Dashboard.Core.Access;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Dashboard.Web.Security;

/// <summary>Keeps what cookies are signed with in the own database, so that a login outlives a restart.</summary>
internal sealed class ProtectionKeys(ProtectionKeyQueries queries) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements() => [.. queries.All().Select(XElement.Parse)];

    public void StoreElement(XElement element, string friendlyName)
    {
        ArgumentNullException.ThrowIfNull(element);
        queries.Add(friendlyName, element.ToString(SaveOptions.DisableFormatting));
    }
}
