import Foundation
import JSON
import Testing

@Suite("The probe files beside the manifests") struct ProbeTests {
  private func container(_ document: JSONValue) throws -> JSONValue {
    try #require(document["spec"]?["template"]?["spec"]?["containers"]?[0])
  }

  private func checkLiveness(_ probe: JSONValue?) {
    #expect(probe?["httpGet"]?["path"] == "/health")
    #expect(probe?["httpGet"]?["port"] == 8080)
    #expect(probe?["initialDelaySeconds"] == 60)
    #expect(probe?["periodSeconds"] == 30)
    #expect(probe?["timeoutSeconds"] == 10)
    #expect(probe?["failureThreshold"] == 3)
  }

  private func image(_ flow: String) throws -> String {
    "registry.example.org/sluice-\(try #require(DockerfileTests.names[flow]).dropLast("-docker".count)):0.1.0"
  }

  @Test("Kubernetes: liveness 60/30/10/3, readiness 10/5, not root, one at a time", arguments: Project.flows)
  func kubernetes(flow: String) throws {
    let document = try Project.yaml("deployments/\(flow)/kubernetes.yaml")
    #expect(document["kind"] == "Deployment" && document["spec"]?["replicas"] == 1)
    #expect(document["spec"]?["strategy"]?["type"] == "Recreate")
    let name = try #require(DockerfileTests.names[flow])
    #expect(document["metadata"]?["name"]?.string == name)
    #expect(document["spec"]?["selector"]?["matchLabels"]?["app"]?.string == name)
    #expect(document["spec"]?["template"]?["metadata"]?["labels"]?["app"]?.string == name)
    let pod = try #require(document["spec"]?["template"]?["spec"])
    #expect(pod["securityContext"]?["runAsUser"] == 10001 && pod["securityContext"]?["runAsNonRoot"] == true)
    #expect(pod["terminationGracePeriodSeconds"] == 30)
    let container = try container(document)
    #expect(container["image"]?.string == (try image(flow)))
    #expect(container["ports"]?[0]?["containerPort"] == 8080)
    checkLiveness(container["livenessProbe"])
    #expect(container["readinessProbe"]?["httpGet"]?["path"] == "/health")
    #expect(container["readinessProbe"]?["httpGet"]?["port"] == 8080)
    #expect(container["readinessProbe"]?["initialDelaySeconds"] == 10)
    #expect(container["readinessProbe"]?["periodSeconds"] == 5)
    #expect(container["volumeMounts"]?[0]?["mountPath"] == "/var/lib/sluice")
    try checkVariables(container["env"]?.array ?? [], of: flow)
  }

  @Test("Cloud Run: liveness 60/30/10/3 at port 8080, always one with a processor", arguments: Project.flows)
  func cloudRun(flow: String) throws {
    let document = try Project.yaml("deployments/\(flow)/cloud-run.yaml")
    #expect(document["kind"] == "Service" && document["apiVersion"] == "serving.knative.dev/v1")
    let annotations = document["spec"]?["template"]?["metadata"]?["annotations"]
    #expect(annotations?["autoscaling.knative.dev/minScale"] == "1")
    #expect(annotations?["autoscaling.knative.dev/maxScale"] == "1")
    #expect(annotations?["run.googleapis.com/cpu-throttling"] == "false")
    let container = try container(document)
    #expect(container["image"]?.string == (try image(flow)))
    #expect(container["ports"]?[0]?["containerPort"] == 8080)
    checkLiveness(container["livenessProbe"])
    try checkVariables(container["env"]?.array ?? [], of: flow)
  }

  @Test("ECS: the image's own health check, 30/10/3/60", arguments: Project.flows)
  func elasticContainers(flow: String) throws {
    let document = try JSONValue(parsing: try Project.text("deployments/\(flow)/ecs-task-definition.json"))
    let container = try #require(document["containerDefinitions"]?[0])
    #expect(document["family"]?.string == DockerfileTests.names[flow])
    #expect(container["image"]?.string == (try image(flow)))
    #expect(container["portMappings"]?[0]?["containerPort"] == 8080)
    let check = try #require(container["healthCheck"])
    let own = try #require(try Dockerfile("deployments/\(flow)/Dockerfile").runtime.words("HEALTHCHECK"))
    #expect(check["command"]?.array?.compactMap(\.string) == ["CMD"] + own)
    #expect(check["interval"] == 30 && check["timeout"] == 10)
    #expect(check["retries"] == 3 && check["startPeriod"] == 60)
    #expect(container["user"] == "10001:10001" && container["stopTimeout"] == 30)
    try checkVariables(container["secrets"]?.array ?? [], of: flow)
  }

  /// The variables that a flow needs, by the page's table, each from a store of secrets and none written down.
  private func checkVariables(_ variables: [JSONValue], of flow: String) throws {
    var needed = ["PREFECT_API_URL", "PREFECT_API_AUTH_STRING"]
    if flow.hasPrefix("dhis2") { needed += ["DHIS2_BASE_URL", "DHIS2_USERNAME", "DHIS2_PASSWORD"] }
    if flow.contains("era5") { needed.append("CDSAPI_KEY") }
    #expect(variables.compactMap { $0["name"]?.string } == needed)
    for variable in variables {
      #expect(variable["valueFrom"] != nil && variable["value"] == nil, "\(variable)")
      #expect(Project.sources.contains("\"\(variable["name"]?.string ?? "")\""))
    }
  }
}
