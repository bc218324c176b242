using Dashboard.Core.Failures;
using Dashboard.Core.Jobs;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Dashboard.Core.Tests.Failures;

public sealed class RedactionTests
{
    [Theory]
    [InlineData("postgres://breakpad:aPassword@db:5432/x", "postgres://breakpad:•••@db:5432/x")]
    [InlineData("amqp://guest:p/w#1@host/vhost failed", "amqp://guest:•••@host/vhost failed")]
    [InlineData("redis://:hunter2@cache", "redis://:•••@cache")]
    [InlineData("https://0123456789abcdef0123@sentry.example/1", "https://•••@sentry.example/1")]
    [InlineData("connect to postgres://u:secr", "connect to postgres://u:•••")]
    [InlineData("host=db password=hunter2 user=x", "host=db password=••• user=x")]
    [InlineData("Host=db;Username=x;Password=hunter2;Pooling=false", "Host=db;Username=x;Password=•••;Pooling=false")]
    [InlineData("password = 'with space' x", "password = '•••' x")]
    [InlineData("{'user': 'x', 'password': 'it\\'s \"both\"', 'n': 1}", "{'user': 'x', 'password': '•••', 'n': 1}")]
    [InlineData("{\"passwd\": \"a\\\"b\", \"n\": 1}", "{\"passwd\": \"•••\", \"n\": 1}")]
    [InlineData("RuntimeError('dsn={\\'password\\': \\'hunter2\\'} failed')", "RuntimeError('dsn={\\'password\\': \\'•••\\'} failed')")]
    [InlineData("x(password=u'hunter2', user=u'me')", "x(password=u'•••', user=u'me')")]
    [InlineData("[('password', 'hunter2'), ('n', 1)]", "[('password', '•••'), ('n', 1)]")]
    [InlineData("pwd=hunter2&next=/", "pwd=•••&next=/")]
    [InlineData("PGPASSWORD=hunter2 psql", "PGPASSWORD=••• psql")]
    [InlineData("tool --password hunter2 --verbose", "tool --password ••• --verbose")]
    [InlineData("line one\\npassword=hunter2'", "line one\\npassword=•••'")]
    [InlineData("<password>hunter2</password>", "<password>•••</password>")]
    [InlineData("password = \"\"\"a\nb\"\"\" + x", "password = \"\"\"•••\"\"\" + x")]
    [InlineData("Authorization: Basic dXNlcjpwYXNz\nnext", "Authorization: •••\nnext")]
    [InlineData("{'Authorization': 'Bearer abcdefgh'}", "{'Authorization': '•••'}")]
    [InlineData("curl -H 'Bearer abcdefgh12345678' x", "curl -H 'Bearer •••' x")]
    [InlineData("GET /x?access_token=abc&y=1", "GET /x?access_token=•••&y=1")]
    [InlineData("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "aws_secret_access_key = •••")]
    [InlineData("The AWS Access Key Id AKIAIOSFODNN7EXAMPLE does not exist", "The AWS Access Key Id ••• does not exist")]
    [InlineData("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVPmB92K27uhbUJU1p1r_wW1gFWFOEjXk bad", "jwt ••• bad")]
    [InlineData("push with ghp_0123456789abcdefghij failed", "push with ••• failed")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", "-----BEGIN RSA PRIVATE KEY-----•••-----END RSA PRIVATE KEY-----")]
    [InlineData("secrets.postgresql.database_password=hunter2", "secrets.postgresql.database_password=•••")]
    [InlineData("X-Amz-Signature=0123456789abcdef0123456789abcdef&x=1", "X-Amz-Signature=•••&x=1")]
    [InlineData("password=hunter2", "password=•••")]
    [InlineData("DefaultEndpointsProtocol=https;AccountName=x;AccountKey=abc==;EndpointSuffix=y", "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=•••;EndpointSuffix=y")]
    public void What_is_secret_is_taken_out(string text, string safe)
    {
        Assert.Equal(safe, Redaction.Of(text));
        Assert.Equal(safe, Redaction.Of(safe));
    }

    [Theory]
    [InlineData("FATAL:  password authentication failed for user \"breakpad_rw\"")]
    [InlineData("fe_sendauth: no password supplied")]
    [InlineData("KeyError('release')")]
    [InlineData("KeyError('password')")]
    [InlineData("'Config' object has no attribute 'password'")]
    [InlineData("SyntaxError: Unexpected token: <")]
    [InlineData("http://es:9200/ <timeout>")]
    [InlineData("https://bugzilla.mozilla.org/buglist.cgi?query_format=advanced&short_desc_type=allwordssubstr&ctype=csv")]
    [InlineData("git clone ssh://git@github.com/mozilla/socorro")]
    [InlineData("http://[::1]:8080/x")]
    [InlineData("signature=nsTArray_base::ShiftData crashed, primary key 12, foreign key: x")]
    [InlineData("password=None, token=null")]
    [InlineData("déjà vu ☃ 日本語 🔥 in build id \"20140903\u2028\"")]
    [InlineData("first line\nsecond line | with a pipe; and a semicolon\n\nTraceback (most recent call last):\n  not really")]
    public void What_is_none_stays_the_same_object(string text) => Assert.Same(text, Redaction.Of(text));

    [Property(MaxTest = 2_000)]
    public Property No_secret_survives_in_any_frame_of_any_text() => Prop.ForAll(
        Secrets(), Surroundings().Generator.Two().ToArbitrary(), Gen.Elements(Frames).ToArbitrary(),
        (secret, around, frame) =>
        {
            var (before, after) = around;
            var text = before + frame.Replace("{}", secret, StringComparison.Ordinal) + after;
            var safe = Redaction.Of(text);
            return (!safe.Contains(secret, StringComparison.Ordinal)).Label(safe);
        });

    [Property(MaxTest = 2_000)]
    public bool Nothing_is_invented_and_nothing_changes_twice(string? text)
    {
        var safe = Redaction.Of(text ?? "");
        return Redaction.Of(safe) == safe;
    }

    [Property(MaxTest = 1_000)]
    public Property Pieces_that_begin_secrets_in_any_order_end_in_time() => Prop.ForAll(
        Gen.Elements(Pieces).ArrayOf().ToArbitrary(),
        pieces =>
        {
            var safe = Redaction.Of(string.Concat(pieces));
            return (Redaction.Of(safe) == safe).Label($"{string.Concat(pieces)}\n=> {safe}\n=> {Redaction.Of(safe)}");
        });

    [Fact]
    public void Whoever_makes_an_error_makes_it_without_secrets()
    {
        var error = new JobError("X", "password=hunter2", "    connect('postgres://u:hunter2@h')\n");
        Assert.Equal(("password=•••", "    connect('postgres://u:•••@h')\n"), (error.Value, error.Traceback));
        Assert.DoesNotContain("hunter2", LastErrorReading.Of("{\"type\": \"<class 'X'>\", \"value\": \"pwd=hunter2\", \"traceback\": \"token = 'hunter2'\"}")!.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", LastErrorReading.Of("no known form password=hunter2")!.ToString(), StringComparison.Ordinal);
    }

    private static readonly string[] Frames =
    [
        "password={}", "password='{}'", "'password': '{}'", "\\'password\\': \\'{}\\'", "\\\"passwd\\\": \\\"{}\\\"", "\"api_key\": \"{}\"", "PWD={};", "secret: {}\n", "db_password = u'{}'",
        "postgres://user:{}@host/db", "https://x:{}@h", "Authorization: Basic {}\n", "access_token={}&", "('secret_key', '{}')", "--db-password {} ", "<passwd>{}</passwd>", "Bearer {} ", "client_secret=>'{}'",
    ];

    private static readonly string[] Pieces = ["password", "=", "'", "\"", "\\", "://", "@", ":", " ", "\n", "x", "eyJ", ".", "AKIA", "-----BEGIN ", "token", "{", "•••", "Bearer ", "<", ">", "/", "Authorization:", "u'", ","];

    private static Arbitrary<string> Secrets() =>
        Gen.Choose(12, 30).SelectMany(length => Gen.Elements("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!$%*+~^|?".ToCharArray()).ArrayOf(length)).Select(letters => "Z9" + new string(letters).Replace("?", "z", StringComparison.Ordinal)).ToArbitrary();

    private static Arbitrary<string> Surroundings() =>
        Gen.Elements("", " ", "\n", "x ", "ValueError('", "{'a': 1, ", "\\n", "host=db ", "日本 ", "a=b;", "(", "\"text\" ").ToArbitrary();
}
