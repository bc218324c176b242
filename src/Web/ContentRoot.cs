namespace Dashboard.Web;

/// <summary>Where <c>wwwroot</c> and <c>appsettings.json</c> are: beside the program once published, at the top of a checkout before.</summary>
internal static class ContentRoot
{
    public static string Find()
    {
        if (Directory.Exists(Path.Combine(AppContext.BaseDirectory, "wwwroot")))
        {
            return AppContext.BaseDirectory;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Dashboard.sln")))
            {
                return folder.FullName;
            }
        }

        return AppContext.BaseDirectory;
    }
}
