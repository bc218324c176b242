namespace Dashboard.Core.Stores.S3;

/// <summary>How to reach a bucket, Amazon's or one of a Ceph gateway.</summary>
public sealed record S3Options
{
    /// <summary>Where: <c>https://s3.us-east-1.amazonaws.com</c>, <c>http://ceph.example.org:7480</c>.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>The bucket. It is never made unasked: one that is not there is a fault of the configuration.</summary>
    public required string Bucket { get; init; }

    /// <summary>Who asks; null for whom the machine says.</summary>
    public string? AccessKey { get; init; }

    /// <summary>The secret of who asks. Never shown.</summary>
    public string? SecretKey { get; init; }

    /// <summary>For which region requests are signed; a Ceph gateway takes any.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>Stands before every key.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Where what lies.</summary>
    public S3Layout Layout { get; init; } = S3Layout.Today;

    /// <summary>
    /// Whether what a save is answered with (its ETag) must be the MD5 of what was sent. Some servers answer 200 and keep something else. Off only for buckets encrypted with
    /// a key of the key service, whose ETags are no MD5.
    /// </summary>
    public bool CheckETag { get; init; } = true;

    /// <summary>How many requests of one call may be under way at once.</summary>
    public int Parallel { get; init; } = 8;
}

/// <summary>The layouts of keys in the field.</summary>
public enum S3Layout
{
    /// <summary><c>v1/raw_crash/20150331/{id}</c>, all else <c>v1/dump/{id}</c>. What was kept as in 2015 is found as well.</summary>
    Today,

    /// <summary>
    /// <c>{prefix}/v1/raw_crash/{id}</c>; without a prefix the key begins with a slash, as the original's did. A gateway of Ceph 16 refuses such keys from this driver: there a
    /// prefix is needed.
    /// </summary>
    Of2015,
}
