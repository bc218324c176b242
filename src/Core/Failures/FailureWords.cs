namespace Dashboard.Core.Failures;

/// <summary>The words and classes by which drivers and systems tell what happened.</summary>
internal static class FailureWords
{
    /// <summary>Words that settle it whatever the class, what never heals first: a list of hosts may say both.</summary>
    public static readonly FailureWordList Certain = new(
        ("password authentication failed", FailureClass.Auth, "28P01"),
        ("no password supplied", FailureClass.Auth, null),
        ("no pg_hba.conf entry", FailureClass.Auth, "28000"),
        ("Ident authentication failed", FailureClass.Auth, "28000"),
        ("Peer authentication failed", FailureClass.Auth, "28000"),
        ("no such user", FailureClass.Auth, null),
        ("auth failed", FailureClass.Auth, null),
        ("is not permitted to log in", FailureClass.Auth, "28000"),
        ("ACCESS_REFUSED", FailureClass.Auth, null),
        ("permission denied for", FailureClass.Auth, "42501"),
        ("must be owner of", FailureClass.Auth, "42501"),
        ("certificate verify failed", FailureClass.Auth, null),
        ("no such database", FailureClass.Configuration, "3D000"),
        ("could not translate host name", FailureClass.Configuration, null),
        ("Name or service not known", FailureClass.Configuration, null),
        ("nodename nor servname provided", FailureClass.Configuration, null),
        ("No such host is known", FailureClass.Configuration, null),
        ("index_not_found_exception", FailureClass.Configuration, null),
        ("IndexMissingException", FailureClass.Configuration, null),
        ("cluster_block_exception", FailureClass.Full, null),
        ("No space left on device", FailureClass.Full, "errno 28"),
        ("There is not enough space on the disk", FailureClass.Full, null),
        ("could not extend file", FailureClass.Full, "53100"),
        ("could not write to file", FailureClass.Full, "53100"),
        ("Cannot allocate memory", FailureClass.Full, "errno 12"),
        ("Too many open files", FailureClass.Full, "errno 24"),
        ("Disk quota exceeded", FailureClass.Full, "errno 122"),
        ("too many clients already", FailureClass.Busy, "53300"),
        ("too many connections", FailureClass.Busy, "53300"),
        ("remaining connection slots are reserved", FailureClass.Busy, "53300"),
        ("no more connections allowed", FailureClass.Busy, "53300"),
        ("connection pool exhausted", FailureClass.Busy, null),
        ("pool has been exhausted", FailureClass.Busy, null),
        ("deadlock detected", FailureClass.Busy, "40P01"),
        ("could not serialize access", FailureClass.Busy, "40001"),
        ("could not obtain lock", FailureClass.Busy, "55P03"),
        ("canceling statement due to lock timeout", FailureClass.Busy, "55P03"),
        ("canceling statement due to", FailureClass.Busy, "57014"),
        ("is being accessed by other users", FailureClass.Busy, "55006"),
        ("query_wait_timeout", FailureClass.Busy, null),
        ("terminating connection due to administrator command", FailureClass.Network, "57P01"),
        ("terminating connection because of crash", FailureClass.Network, "57P02"),
        ("the database system is", FailureClass.Network, "57P03"),
        ("server closed the connection unexpectedly", FailureClass.Network, "08006"),
        ("server login has been failing", FailureClass.Network, "08006"),
        ("pgbouncer cannot connect to server", FailureClass.Network, "08001"),
        ("server conn crashed", FailureClass.Network, "08006"),
        ("SSL SYSCALL error", FailureClass.Network, "08006"),
        ("SSL connection has been closed unexpectedly", FailureClass.Network, "08006"),
        ("connection already closed", FailureClass.Network, "08003"),
        ("connection not open", FailureClass.Network, "08003"),
        ("could not receive data from server", FailureClass.Network, "08006"),
        ("could not send data to server", FailureClass.Network, "08006"),
        ("could not connect to server", FailureClass.Network, "08001"),
        ("Connection refused", FailureClass.Network, null),
        ("Connection reset by peer", FailureClass.Network, null),
        ("Connection timed out", FailureClass.Network, null),
        ("timeout expired", FailureClass.Network, "08001"),
        ("No route to host", FailureClass.Network, null),
        ("Network is unreachable", FailureClass.Network, null),
        ("Temporary failure in name resolution", FailureClass.Network, null),
        ("CONNECTION_FORCED", FailureClass.Network, null),
        ("Remote end closed connection", FailureClass.Network, null),
        ("Broken pipe", FailureClass.Network, null));

    /// <summary>Words that count when nothing else does.</summary>
    public static readonly FailureWordList Likely = new(
        ("timed out", FailureClass.Network, null),
        ("timeout", FailureClass.Network, null),
        ("time-out", FailureClass.Network, null),
        ("unable to reach", FailureClass.Network, null),
        ("unreachable", FailureClass.Network, null),
        ("Bad Gateway", FailureClass.Network, null),
        ("Service Unavailable", FailureClass.Network, null),
        ("Too Many Requests", FailureClass.Busy, null),
        ("SIGTERM", FailureClass.Killed, null),
        ("disk full", FailureClass.Full, null),
        ("out of memory", FailureClass.Full, null),
        ("permission denied", FailureClass.Auth, null),
        ("access denied", FailureClass.Auth, null),
        ("unauthorized", FailureClass.Auth, null),
        ("No module named", FailureClass.Configuration, null),
        ("No such file or directory", FailureClass.Configuration, null));

    /// <summary>Name of an exception's class → its kind.</summary>
    public static readonly IReadOnlyDictionary<string, FailureClass> Classes = Table(
        (FailureClass.Network,
            "OperationalError InterfaceError ConnectionError ConnectionRefusedError ConnectionResetError ConnectionAbortedError BrokenPipeError TimeoutError timeout ConnectTimeout ReadTimeout ReadTimeoutError "
            + "ConnectTimeoutError EndpointConnectionError HTTPClientError IncompleteRead RemoteDisconnected BadStatusLine ConnectionTimeout AMQPConnectionError AMQPConnectionWorkflowFailed StreamLostError ConnectionClosed "
            + "ConnectionClosedByBroker ChannelClosed TTransportException URLError NewConnectionError MaxRetryError ProtocolError SSLError SocketException TimeoutException HttpRequestException HttpIOException NpgsqlException "
            + "BrokerUnreachableException AlreadyClosedException TimeoutRejectedException AttemptDeadlineException"),
        (FailureClass.Busy, "LockTimeout BlockingIOError BrokenCircuitException RateLimiterRejectedException"),
        (FailureClass.Full, "MemoryError OutOfMemoryException InsufficientMemoryException"),
        (FailureClass.Auth, "PermissionError UnauthorizedAccessException AuthenticationException AuthenticationFailureException SecurityException"),
        (FailureClass.Configuration,
            "ImportError ModuleNotFoundError FileNotFoundError NotADirectoryError FileNotFoundException DirectoryNotFoundException DllNotFoundException TypeLoadException ConfigurationErrorsException OptionsValidationException "
            + "NotAnOptionError OptionError CannotConvertError UnknownFileExtensionException NotEnoughInformationException JobNotFoundError JobDescriptionError FrequencyDefinitionError TimeDefinitionError CircularDAGError ImproperlyConfigured "
            + "NoSectionError NoOptionError NoRegionError NoSuchBucket"),
        (FailureClass.Code,
            "ProgrammingError NotSupportedError TypeError AttributeError AssertionError NameError UnboundLocalError NotImplementedError SyntaxError IndentationError RecursionError ZeroDivisionError KeyError IndexError "
            + "NullReferenceException InvalidCastException ArgumentException ArgumentNullException ArgumentOutOfRangeException InvalidOperationException NotImplementedException NotSupportedException IndexOutOfRangeException KeyNotFoundException "
            + "MissingMethodException ObjectDisposedException StackOverflowException DivideByZeroException"),
        (FailureClass.Data,
            "DataError IntegrityError ValueError UnicodeError UnicodeDecodeError UnicodeEncodeError JSONDecodeError OverflowError InvalidOperation ParseError ExpatError BadZipFile BadZipfile ValidationError "
            + "FormatException JsonException OverflowException InvalidDataException XmlException DecoderFallbackException"),
        (FailureClass.Killed, "OperationCanceledException TaskCanceledException ThreadAbortException CancelledError"));

    private static Dictionary<string, FailureClass> Table(params (FailureClass Class, string Names)[] lines)
    {
        var table = new Dictionary<string, FailureClass>(StringComparer.Ordinal);
        foreach (var (kind, names) in lines)
        {
            foreach (var name in names.Split(' '))
            {
                table.Add(name, kind);
            }
        }

        return table;
    }
}
