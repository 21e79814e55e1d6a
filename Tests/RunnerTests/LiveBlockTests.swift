import Connectors
import Essentials
import FlowKit
import Foundation
import JSON
import PrefectAPI
import PrefectClient
import PrefectTesting
import Testing

@testable import Runner

@Suite(
  "Blocks that Python has saved on a real Prefect server",
  .enabled(
    if: LiveServer.isThere && LiveServer.integrations != nil, "make test-prefect starts a server for this"),
  .serialized)
struct LiveBlockTests {
  @Test("Credentials, a bucket with credentials in it, and a secret are read as Python wrote them")
  func saved() async throws {
    let name = LiveServer.unique("ours")
    // The class of ours as collections of Python have it; the others are Prefect's own.
    let said = try await LiveServer.runPython(
      """
      import sys
      from pydantic import SecretStr
      from prefect.blocks.core import Block
      from prefect.blocks.system import Secret
      from prefect_aws import AwsCredentials, MinIOCredentials, S3Bucket
      from prefect_aws.client_parameters import AwsClientParameters
      from prefect_github import GitHubCredentials

      class Dhis2Credentials(Block):
          _block_type_name = "dhis2-credentials"
          _block_type_slug = "dhis2-credentials"
          base_url: str
          username: str
          password: SecretStr

      name = sys.argv[1]
      Dhis2Credentials(base_url="https://dhis2.example.org/", username="etl", password="made-up-district").save(name)
      minio = MinIOCredentials(minio_root_user="made-up-user", minio_root_password="made-up-minio-pw",
          aws_client_parameters=AwsClientParameters(endpoint_url="http://127.0.0.1:9000"))
      minio.save(name)
      S3Bucket(bucket_name="results", bucket_folder="runs", credentials=minio).save(name)
      GitHubCredentials(token="made-up-github-token").save(name)
      Secret(value="made-up-plain-secret").save(name)
      aws = AwsCredentials(aws_access_key_id="made-up-id", aws_secret_access_key="made-up-aws-key", region_name="eu-north-1")
      aws.save(name)
      S3Bucket(bucket_name="archive", credentials=aws).save(name + "-aws")
      print("saved")
      """, name, besides: LiveServer.integrations)
    #expect(said.contains("saved"), "\(said)")
    let store = BlockStore([PrefectBlocks(LiveServer.client)])
    let dhis2 = try await store.load(BlockReference<DHIS2Credentials>(name))
    #expect(dhis2.baseURL == "https://dhis2.example.org")
    guard case .basic(let username, let password) = dhis2.login else {
      Issue.record("not a login by password")
      return
    }
    #expect(username == "etl")
    #expect(password.reveal() == "made-up-district")
    let bucket = try await store.load(BlockReference<S3Bucket>(name))
    #expect(bucket.bucketName == "results")
    guard case .inline(let access) = bucket.credentials else {
      Issue.record("the credentials are not in the bucket")
      return
    }
    #expect(access.accessKey == "made-up-user")
    #expect(access.secretKey.reveal() == "made-up-minio-pw")
    #expect(access.endpoint == "http://127.0.0.1:9000")
    let archive = try await store.load(BlockReference<S3Bucket>("\(name)-aws"))
    guard case .inline(let keys) = archive.credentials else {
      Issue.record("the credentials are not in the bucket")
      return
    }
    #expect(keys.accessKey == "made-up-id" && keys.secretKey.reveal() == "made-up-aws-key")
    #expect(try await store.load(BlockReference<AWSCredentials>(name)).access.region == "eu-north-1")
    #expect(try await store.load(BlockReference<MinIOCredentials>(name)).access.accessKey == "made-up-user")
    #expect(
      try await store.load(BlockReference<GitHubCredentials>(name)).token?.reveal() == "made-up-github-token")
    #expect(try await store.load(BlockReference<SecretBlock>(name)).value.reveal() == "made-up-plain-secret")
    #expect(
      Redaction.redact("made-up-district made-up-minio-pw made-up-github-token")
        == "******** ******** ********")
  }

  @Test("The prefect command shows a run as it shows its own")
  func command() async throws {
    let run = try await LiveServer.run(of: "sleeper", ["seconds": 0])
    #expect(await (try ExecutingProcess(run.id)).ended() == 0)
    let listed = try await LiveServer.runPrefect("flow-run", "ls", "--limit", "200")
    let line = listed.split(separator: "\n").first { $0.contains(run.name) }
    #expect(line?.contains("COMPLETED") == true, "\(listed)")
    let inspected = try await LiveServer.runPrefect("flow-run", "inspect", run.id.wire)
    #expect(inspected.contains("Completed"), "\(inspected)")
    let failing = try await LiveServer.run(of: "failing", ["how": "configuration"])
    #expect(await (try ExecutingProcess(failing.id)).ended() == 0)
    let logs = try await LiveServer.runPrefect("flow-run", "logs", failing.id.wire)
    #expect(logs.contains("no such thing. Make it."), "\(logs)")
  }
}
