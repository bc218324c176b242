namespace Dashboard.Core.Failures;

/// <summary>PostgreSQL's error codes: which psycopg2 class stands for which, and what kind of trouble each is.</summary>
internal static class SqlStates
{
    // psycopg2.errors.X, from version 2.8 on.
    private static readonly Dictionary<string, string> ByClass = new(StringComparer.Ordinal)
    {
        ["ConnectionException"] = "08000", ["SqlclientUnableToEstablishSqlconnection"] = "08001", ["ConnectionDoesNotExist"] = "08003", ["SqlserverRejectedEstablishmentOfSqlconnection"] = "08004",
        ["ConnectionFailure"] = "08006", ["TransactionResolutionUnknown"] = "08007", ["ProtocolViolation"] = "08P01", ["FeatureNotSupported"] = "0A000",
        ["DataException"] = "22000", ["StringDataRightTruncation"] = "22001", ["NumericValueOutOfRange"] = "22003", ["InvalidDatetimeFormat"] = "22007", ["DatetimeFieldOverflow"] = "22008",
        ["DivisionByZero"] = "22012", ["CharacterNotInRepertoire"] = "22021", ["InvalidParameterValue"] = "22023", ["InvalidTextRepresentation"] = "22P02", ["UntranslatableCharacter"] = "22P05",
        ["IntegrityConstraintViolation"] = "23000", ["RestrictViolation"] = "23001", ["NotNullViolation"] = "23502", ["ForeignKeyViolation"] = "23503", ["UniqueViolation"] = "23505",
        ["CheckViolation"] = "23514", ["ExclusionViolation"] = "23P01",
        ["ReadOnlySqlTransaction"] = "25006", ["InFailedSqlTransaction"] = "25P02", ["IdleInTransactionSessionTimeout"] = "25P03",
        ["InvalidAuthorizationSpecification"] = "28000", ["InvalidPassword"] = "28P01", ["InvalidCatalogName"] = "3D000", ["InvalidSchemaName"] = "3F000",
        ["TransactionRollback"] = "40000", ["SerializationFailure"] = "40001", ["DeadlockDetected"] = "40P01",
        ["InsufficientPrivilege"] = "42501", ["SyntaxError"] = "42601", ["UndefinedColumn"] = "42703", ["DuplicateColumn"] = "42701", ["AmbiguousColumn"] = "42702", ["UndefinedFunction"] = "42883",
        ["UndefinedTable"] = "42P01", ["DuplicateTable"] = "42P07", ["DuplicateObject"] = "42710", ["UndefinedObject"] = "42704", ["DatatypeMismatch"] = "42804", ["GroupingError"] = "42803",
        ["InsufficientResources"] = "53000", ["DiskFull"] = "53100", ["OutOfMemory"] = "53200", ["TooManyConnections"] = "53300", ["ConfigurationLimitExceeded"] = "53400",
        ["ObjectNotInPrerequisiteState"] = "55000", ["ObjectInUse"] = "55006", ["LockNotAvailable"] = "55P03",
        ["QueryCanceled"] = "57014", ["AdminShutdown"] = "57P01", ["CrashShutdown"] = "57P02", ["CannotConnectNow"] = "57P03", ["DatabaseDropped"] = "57P04", ["IdleSessionTimeout"] = "57P05",
        ["SystemError"] = "58000", ["IoError"] = "58030", ["UndefinedFile"] = "58P01", ["RaiseException"] = "P0001", ["NoDataFound"] = "P0002", ["AssertFailure"] = "P0004",
        ["InternalError_"] = "XX000", ["DataCorrupted"] = "XX001", ["IndexCorrupted"] = "XX002",
    };

    /// <summary>The code of a class of <c>psycopg2.errors</c> or <c>psycopg.errors</c>; null for any other.</summary>
    public static string? OfClass(string type)
    {
        var name = type.StartsWith("psycopg2.errors.", StringComparison.Ordinal) ? type["psycopg2.errors.".Length..]
            : type.StartsWith("psycopg.errors.", StringComparison.Ordinal) ? type["psycopg.errors.".Length..]
            : null;
        return name is null ? null : ByClass.GetValueOrDefault(name);
    }

    /// <summary>The code at the start of a message, as Npgsql writes it: <c>23505: duplicate key …</c>.</summary>
    public static string? AtStart(string message)
    {
        if (message.Length < 6 || message[5] != ':')
        {
            return null;
        }

        foreach (var letter in message.AsSpan(0, 5))
        {
            if (!char.IsAsciiDigit(letter) && !char.IsAsciiLetterUpper(letter))
            {
                return null;
            }
        }

        return message[..5];
    }

    /// <summary>What kind of trouble a code is; null for those that say nothing of it.</summary>
    public static FailureClass? ClassOf(string code) => code switch
    {
        "08004" or "3D000" or "3F000" or "57P04" or "58P01" => FailureClass.Configuration,
        "57P01" or "57P02" or "57P03" or "57P05" or "25P03" => FailureClass.Network,
        "40001" or "40P01" or "55P03" or "55006" or "53300" or "57014" => FailureClass.Busy,
        "53100" or "53200" or "53400" or "53000" or "58030" or "58000" => FailureClass.Full,
        "42501" => FailureClass.Auth,
        "25006" => FailureClass.Configuration,
        _ => code[..2] switch
        {
            "08" => FailureClass.Network,
            "28" => FailureClass.Auth,
            "42" or "0A" or "25" or "26" or "34" or "2F" or "38" or "39" => FailureClass.Code,
            "22" or "23" or "21" or "44" => FailureClass.Data,
            "40" => FailureClass.Busy,
            "53" or "58" => FailureClass.Full,
            _ => null,
        },
    };
}
