import Foundation
import JSON
import PrefectAPI
import PrefectClient
import PrefectTesting
import Testing

@Suite(
  "Blocks go to and fro between Python and this program",
  .enabled(
    if: LiveServer.integrations != nil && LiveServer.isThere, "make test-prefect starts a server for this"),
  .timeLimit(.minutes(5)), .serialized)
struct LiveBlockExchangeTests {
  private let client = LiveServer.client

  /// The class as collections of Python have it.
  private static let theirs = """
    import json, sys
    from typing import Optional
    from pydantic import Field, SecretStr
    from prefect.blocks.core import Block

    class Dhis2Credentials(Block):
        _block_type_name = "dhis2-credentials"
        _block_type_slug = "dhis2-credentials"
        base_url: str
        username: str
        password: SecretStr

    """

  /// The class as this program has it, member by member.
  private static let ours = """
    import json, sys
    from typing import Optional
    from pydantic import Field, SecretStr
    from prefect.blocks.core import Block

    class Dhis2Credentials(Block):
        _block_type_name = "dhis2-credentials"
        _block_type_slug = "dhis2-credentials"
        _description = "How to log in to a DHIS2 server: user name and password, or a personal access token."
        base_url: str = Field(description="The server's address, without /api")
        username: Optional[str] = Field(default=None, description="The user's name")
        password: Optional[SecretStr] = Field(default=None, description="The user's password")
        token: Optional[SecretStr] = Field(
            default=None, description="A personal access token, instead of user name and password")

    """

  @Test("Credentials that Python saved are loaded by a run of ours and used, and shown nowhere")
  func savedByPython() async throws {
    try await Stage.with { stage in
      let printed = try await stage.startSandbox(intoEnvironment: false)
      let (url, user) = (try #require(printed["DHIS2_BASE_URL"]), try #require(printed["DHIS2_USERNAME"]))
      let password = try #require(printed["DHIS2_PASSWORD"])
      let name = LiveServer.unique("python")
      let said = try await LiveServer.runPython(
        Self.theirs + """
          name, base_url, username, password = sys.argv[1:]
          Dhis2Credentials(base_url=base_url, username=username, password=password).save(name)
          print("saved", Dhis2Credentials._calculate_schema_checksum())
          """, name, url, user, password)
      #expect(said.contains("saved sha256:"), "\(said)")

      let worker = try stage.worker()
      let deployment = try await stage.deploy("dhis2_org_units", "parameters: {dhis2: \(name)}")
      let ended = try await stage.completed(try await stage.run(deployment))
      #expect(ended.parameters["dhis2"] == .string(name))
      #expect(try await stage.requestCount("GET", "/organisationUnits") > 0)
      let shown = try await stage.sluice("block", "inspect", "dhis2-credentials/\(name)").output
      #expect(shown.contains(url) && shown.contains("********"))
      let lines = try await LiveServer.logs(ended.id).map(\.message).joined(separator: "\n")
      for text in [shown, lines, worker.errors, worker.output] { #expect(!text.contains(password)) }

      // A run that names another block is told every place that was searched.
      let lost = try await stage.run(deployment, "-p", "dhis2=nowhere")
      let state = try await stage.reached(.failed, lost)
      #expect(state.displayName == "Misconfigured")
      for place in [
        "blocks of the Prefect server at", "documents in blocks/",
        "dhis2-credentials/nowhere",
      ] { #expect(state.message?.contains(place) == true, "\(state.message ?? "")") }
    }
  }

  @Test("Credentials that create_blocks made are loaded by Python, with the schema that Python computes")
  func createdHere() async throws {
    try await Stage.with { stage in
      let registered = try JSONValue(
        parsing: try await stage.sluice("block", "register", "-o", "json").output)
      let checksum = registered["registered"]?.array?.first { $0["slug"] == "dhis2-credentials" }?["checksum"]
      let secret = "made-up-\(UUID().wire)"
      #expect(
        try await createBlocks(stage, password: secret, "--overwrite").contains("dhis2-credentials/dhis2"))
      let load = """
        block = Dhis2Credentials.load("dhis2")
        print("loaded", block.base_url, block.username, block.password.get_secret_value() == sys.argv[1])
        print("schema", Dhis2Credentials._calculate_schema_checksum())
        """
      let said = try await LiveServer.runPython(Self.ours + load, secret)
      #expect(said.contains("loaded https://dhis2.example.org etl True"), "\(said)")
      #expect(said.contains("schema \(checksum?.string ?? "?")"), "\(said)")
      // By the class of other members, too.
      let other = try await LiveServer.runPython(Self.theirs + load, secret)
      #expect(other.contains("loaded https://dhis2.example.org etl True"), "\(other)")

      // Once more it changes nothing of what is there, unless it is told to.
      let again = try await createBlocks(stage, password: "another-\(secret)")
      #expect(again.contains("differs") && again.contains("left alone"), "\(again)")
      #expect(try await LiveServer.runPython(Self.ours + load, secret).contains("etl True"))
      _ = try await createBlocks(stage, password: "another-\(secret)", "--overwrite")
      #expect(try await LiveServer.runPython(Self.ours + load, "another-\(secret)").contains("etl True"))
    }
  }

  /// Runs scripts/create_blocks with credentials in the environment, and gives what it says; no secret is in it.
  private func createBlocks(_ stage: Stage, password: String, _ options: String...) async throws -> String {
    let variables = [
      "DHIS2_BASE_URL": "https://dhis2.example.org", "DHIS2_USERNAME": "etl", "DHIS2_PASSWORD": password,
      "SLUICE": Stage.sluice,
    ]
    let ending = try await RunningProgram.run(
      "\(LiveServer.root)/scripts/create_blocks", options, home: stage.home.path,
      environment: LiveServer.variables().merging(variables) { $1 })
    #expect(ending.code == 0, "\(ending.output)\(ending.errors)")
    #expect(!(ending.output + ending.errors).contains(password))
    return ending.output
  }

  @Test("Blocks of Prefect's integrations that are applied here are loaded by their own classes")
  func integrations() async throws {
    try await Stage.with { stage in
      let name = LiveServer.unique("sluice")
      let documents = [
        ("secret", "{value: made-up-plain-secret}"), ("github-credentials", "{token: made-up-github-token}"),
        ("aws-credentials", "{aws_access_key_id: made-up-id, aws_secret_access_key: made-up-aws-key}"),
        (
          "minio-credentials",
          "{minio_root_user: made-up-user, minio_root_password: made-up-minio-pw, "
            + "aws_client_parameters: {endpoint_url: 'http://127.0.0.1:9000'}}"
        ),
        ("s3-bucket", "{bucket_name: results, bucket_folder: runs, credentials: minio-credentials/\(name)}"),
      ]
      for (type, values) in documents {
        try stage.home.write("\(type).yaml", "type: \(type)\nname: \(name)\nvalues: \(values)\n")
      }
      let said = try await stage.sluice("block", "apply", stage.home.path).output
      #expect(!said.contains("made-up"), "\(said)")
      let loaded = try await LiveServer.runPython(
        """
        import sys
        from prefect.blocks.system import Secret
        from prefect_aws import AwsCredentials, MinIOCredentials, S3Bucket
        from prefect_github import GitHubCredentials
        name = sys.argv[1]
        print("secret", Secret.load(name).get())
        print("github", GitHubCredentials.load(name).token.get_secret_value())
        aws = AwsCredentials.load(name)
        print("aws", aws.aws_access_key_id, aws.aws_secret_access_key.get_secret_value())
        minio = MinIOCredentials.load(name)
        print("minio", minio.minio_root_user, minio.minio_root_password.get_secret_value())
        bucket = S3Bucket.load(name)
        keys = bucket.credentials
        print("bucket", bucket.bucket_name, bucket.bucket_folder, type(keys).__name__,
            keys.minio_root_password.get_secret_value(), keys.aws_client_parameters.endpoint_url)
        """, name, besides: LiveServer.integrations)
      for line in [
        "secret made-up-plain-secret", "github made-up-github-token", "aws made-up-id made-up-aws-key",
        "minio made-up-user made-up-minio-pw",
        "bucket results runs MinIOCredentials made-up-minio-pw http://127.0.0.1:9000",
      ] { #expect(loaded.contains(line), "\(loaded)") }
    }
  }
}
