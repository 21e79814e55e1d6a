import Connectors
import Essentials
import FlowKit
import FlowKitTesting
import Testing

@Suite("Blocks of storage") struct StorageBlockTests {
  private func load<Target: Block>(_ type: Target.Type, _ values: JSONObject) throws -> Target {
    try Target(BlockValues(typeSlug: Target.typeSlug, name: "x", values: values, origin: "the test"))
  }

  private func problem<Target: Block>(_ type: Target.Type, _ values: JSONObject) -> String {
    #expect(throws: Misconfiguration.self) { try load(type, values) }?.message ?? ""
  }

  static let keys: JSONObject = ["aws_access_key_id": "AKID", "aws_secret_access_key": "sec-ret"]

  private func with(_ more: JSONObject) -> JSONObject {
    more.reduce(into: Self.keys) { $0[$1.key] = $1.value }
  }

  @Test("Amazon's credentials, with the members that prefect-aws has")
  func aws() throws {
    let access = try load(
      AWSCredentials.self,
      with([
        "aws_session_token": "tok-en", "region_name": "af-south-1", "profile_name": .null,
        "aws_client_parameters": [
          "api_version": .null, "use_ssl": true, "verify": true, "verify_cert_path": "/ca.pem",
          "endpoint_url": "https://store.example.org:9000/",
          "config": ["s3": ["addressing_style": "virtual"]],
        ],
      ])
    ).access
    #expect(access.endpoint == "https://store.example.org:9000")
    #expect(access.region == "af-south-1")
    #expect(access.accessKey == "AKID")
    #expect(access.secretKey.reveal() == "sec-ret")
    #expect(access.sessionToken?.reveal() == "tok-en")
    #expect(access.addressing == .virtual)
    #expect(access.certificateAuthorities == "/ca.pem")
    let plain = try load(AWSCredentials.self, Self.keys).access
    #expect(plain.endpoint == nil && plain.region == "us-east-1" && plain.addressing == .auto)
    #expect("\(plain)".contains("sec-ret") == false)
  }

  @Test("Members that come from the environment as text, and the deprecated path in verify")
  func texts() throws {
    let access = try load(
      AWSCredentials.self, with(["aws_client_parameters": ["use_ssl": "false", "verify": "/own/ca.pem"]])
    ).access
    #expect(access.endpoint == "http://s3.us-east-1.amazonaws.com")
    #expect(access.certificateAuthorities == "/own/ca.pem")
    #expect(
      problem(AWSCredentials.self, with(["aws_client_parameters": ["use_ssl": "no"]])).contains(
        "use_ssl must be true or false, not a string"))
    #expect(
      problem(AWSCredentials.self, with(["aws_client_parameters": ["verify": "false"]])).contains(
        "verify must be true"))
  }

  @Test("What would be anonymous, unverified or not understood is refused")
  func refused() throws {
    #expect(problem(AWSCredentials.self, [:]).contains("has no value for aws_secret_access_key"))
    #expect(
      problem(AWSCredentials.self, ["aws_secret_access_key": "s"]).contains("no value for aws_access_key_id"))
    #expect(
      problem(AWSCredentials.self, with(["profile_name": "p"])).contains("profile_name is not supported"))
    #expect(
      problem(AWSCredentials.self, with(["aws_client_parameters": ["verify": false]])).contains(
        "verify must be true"))
    #expect(
      problem(AWSCredentials.self, with(["aws_client_parameters": ["endpoint_url": "host:9000"]])).contains(
        "endpoint_url must be an http or https address"))
    #expect(
      problem(AWSCredentials.self, with(["aws_client_parameters": "x"])).contains("must be an object"))
    #expect(
      problem(
        AWSCredentials.self,
        with(["aws_client_parameters": ["config": ["s3": ["addressing_style": "odd"]]]])
      ).contains("must be auto, path or virtual"))
    #expect(
      problem(MinIOCredentials.self, ["minio_root_user": "u", "minio_root_password": "p"]).contains(
        "no value for aws_client_parameters.endpoint_url"))
  }

  @Test("MinIO's credentials")
  func minIO() throws {
    let access = try load(
      MinIOCredentials.self,
      [
        "minio_root_user": "root", "minio_root_password": "pass-word",
        "aws_client_parameters": ["endpoint_url": "http://minio:9000"],
      ]
    ).access
    #expect(access.endpoint == "http://minio:9000")
    #expect(access.accessKey == "root")
    #expect(access.secretKey.reveal() == "pass-word")
  }

  @Test("A bucket has its credentials within, or names them")
  func bucket() throws {
    let inline = try load(
      S3Bucket.self,
      [
        "bucket_name": "data", "bucket_folder": "climate/raw",
        "credentials": [
          "minio_root_user": "u", "minio_root_password": "pass-word",
          "aws_client_parameters": ["endpoint_url": "http://minio:9000"],
        ],
      ])
    #expect(try inline.location(of: "a.nc").description == "s3://data/climate/raw/a.nc")
    guard case .inline(let access) = inline.credentials else {
      Issue.record("no credentials within")
      return
    }
    #expect(access.endpoint == "http://minio:9000")
    let named = try load(S3Bucket.self, ["bucket_name": "data", "credentials": "minio-credentials/archive"])
    guard case .block(S3CredentialsReference(.minIO, "archive")) = named.credentials else {
      Issue.record("no name")
      return
    }
    #expect(try named.location(of: "a").description == "s3://data/a")
    guard case .block(.environment) = try load(S3Bucket.self, ["bucket_name": "data"]).credentials else {
      Issue.record("not the environment's")
      return
    }
    #expect(problem(S3Bucket.self, ["bucket_name": "x"]).contains("must name a bucket"))
    #expect(
      problem(S3Bucket.self, ["bucket_name": "data", "bucket_folder": "../x"]).contains("without the parts"))
    #expect(
      problem(S3Bucket.self, ["bucket_name": "data", "credentials": ["$ref": ["block_document_id": "1"]]])
        .contains("$ref cannot be followed"))
    #expect(
      problem(S3Bucket.self, ["bucket_name": "data", "credentials": "s3-bucket/other"]).contains(
        "not a bucket"))
    #expect(
      problem(S3Bucket.self, ["bucket_name": "data", "credentials": "gcs/other"]).contains("aws-credentials"))
    #expect(throws: Misconfiguration.self) { try inline.location(of: "../../other") }
  }

  @Test("A folder, and a secret")
  func others() throws {
    let folder = try load(LocalFileSystem.self, ["basepath": "/srv/data/"])
    #expect(try folder.location(of: "a/b.json") == .file("/srv/data/a/b.json"))
    #expect(throws: Misconfiguration.self) { try folder.location(of: "../b.json") }
    #expect(throws: Misconfiguration.self) { try folder.location(of: "/etc/b.json") }
    #expect(try load(LocalFileSystem.self, [:]).location(of: "b.json") == .file("b.json"))
    let secret = try load(SecretBlock.self, ["value": "hush-hush"])
    #expect(secret.value.reveal() == "hush-hush")
    #expect("\(secret)".contains("hush") == false)
    #expect(problem(SecretBlock.self, [:]).contains("no value for value"))
  }

  @Test("The environment makes the block aws; for S3 its own endpoint and AWS_REGION come first")
  func environment() async throws {
    var variables = ["AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "sec-ret"]
    func access() async throws -> S3Access {
      let reference = "aws" as BlockReference<AWSCredentials>
      return try await BlockStore([EnvironmentBlocks(variables)]).load(reference).access
    }
    #expect(try await access().endpoint == nil)
    variables["AWS_DEFAULT_REGION"] = "eu-north-1"
    variables["AWS_ENDPOINT_URL"] = "http://all"
    variables["AWS_SESSION_TOKEN"] = "tok-en"
    #expect(try await access().region == "eu-north-1")
    #expect(try await access().endpoint == "http://all")
    #expect(try await access().sessionToken?.reveal() == "tok-en")
    variables["AWS_REGION"] = "eu-west-1"
    variables["AWS_ENDPOINT_URL_S3"] = "http://s3"
    #expect(try await access().region == "eu-west-1")
    #expect(try await access().endpoint == "http://s3")
  }

  @Test("A run reaches object storage with the block it names, and with none says where it looked")
  func run() async throws {
    let store = try LoopbackStore { _ in StoreReply(body: [1, 2]) }
    var test = TestRun()
    test.blocks.add(
      MinIOCredentials.self, "archive",
      [
        "minio_root_user": "u-1", "minio_root_password": "pass-word",
        "aws_client_parameters": ["endpoint_url": .string("http://127.0.0.1:\(store.port)")],
      ])
    test.blocks.add(
      S3Bucket.self, "data", ["bucket_name": "data", "credentials": "minio-credentials/archive"])
    let run = test.flowRun()
    let location = try Location("s3://data/key")
    for credentials in ["minio-credentials/archive", "s3-bucket/data"] {
      var reader = try await run.reader(of: location, credentials: S3CredentialsReference(credentials))
      #expect(try await reader.rest() == [1, 2])
      #expect(store.requests.last?.headers["authorization"]?.contains("Credential=u-1/") == true)
    }
    let error = await #expect(throws: Misconfiguration.self) { try await run.storage.read(location) }
    #expect(
      error?.message.hasPrefix(
        "s3://data/key needs credentials: no block \"aws\" of type aws-credentials was found; searched: ")
        == true)
    let local = await #expect(throws: Misconfiguration.self) { try await Storage().read(location) }
    #expect(local?.message == "s3://data/key needs credentials: no credentials for object storage were given")
  }

  @Test("A reference is a name or type/name")
  func reference() throws {
    #expect(try S3CredentialsReference(parameter: "mine") == S3CredentialsReference(.aws, "mine"))
    #expect(try S3CredentialsReference(parameter: "minio-credentials/a").parameter == "minio-credentials/a")
    #expect(try S3CredentialsReference(parameter: "aws-credentials/a").parameter == "a")
    for text in ["", "a/", "/a", "gcs-credentials/a", "s3-bucket/a/b"] {
      #expect(throws: UnreadableParameter.self) { try S3CredentialsReference(parameter: .string(text)) }
    }
  }

  @Test(
    "Addresses: Amazon by the bucket's host, others by path",
    arguments: [
      (nil as String?, "us-east-1", "https://bucket.s3.us-east-1.amazonaws.com/a%20b/c"),
      (nil, "cn-north-1", "https://bucket.s3.cn-north-1.amazonaws.com.cn/a%20b/c"),
      ("http://store:9000", "x", "http://store:9000/bucket/a%20b/c"),
      ("https://host/base", "x", "https://host/base/bucket/a%20b/c"),
    ])
  func addresses(_ endpoint: String?, _ region: String, _ url: String) {
    let access = S3Access(endpoint: endpoint, region: region, accessKey: "a", secretKey: Secret("sec-ret"))
    #expect(access.url(bucket: "bucket", key: "a b/c") == url)
  }

  @Test("A bucket's name that no certificate covers stays in the path; a style that is asked for is used")
  func styles() {
    var access = S3Access(accessKey: "a", secretKey: Secret("sec-ret"))
    #expect(access.url(bucket: "my.bucket", key: "k") == "https://s3.us-east-1.amazonaws.com/my.bucket/k")
    #expect(access.url(bucket: "bucket") == "https://bucket.s3.us-east-1.amazonaws.com/")
    access.endpoint = "http://store:9000"
    #expect(
      access.url(bucket: "bucket", query: [("list-type", "2")]) == "http://store:9000/bucket?list-type=2")
    access.addressing = .virtual
    #expect(access.url(bucket: "bucket", key: "k") == "http://bucket.store:9000/k")
  }
}
