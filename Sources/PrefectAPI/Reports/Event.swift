public import FoundationEssentials
public import JSON

extension Prefect {
  /// Something that happened to something, as told to the server.
  public struct Event: Sendable, Equatable, JSONRepresentable {
    /// Of its own: of two events with one id the server keeps one.
    public var id: UUID
    public var occurred: Date
    /// `prefect.flow-run.heartbeat`.
    public var event: String
    /// What it happened to. Must have `prefect.resource.id`.
    public var resource: JSONObject
    /// What else it is about: resources that each have `prefect.resource.id` and `prefect.resource.role`.
    public var related: [JSONObject]
    public var payload: JSONObject
    /// The event before it.
    public var follows: UUID?

    public init(
      id: UUID, occurred: Date, event: String, resource: JSONObject, related: [JSONObject] = [],
      payload: JSONObject = [:], follows: UUID? = nil
    ) {
      self.id = id
      self.occurred = occurred
      self.event = event
      self.resource = resource
      self.related = related
      self.payload = payload
      self.follows = follows
    }

    public var json: JSONValue {
      var event: JSONObject = [
        "id": .string(id.wire), "occurred": .string(WireDate.text(occurred)), "event": .string(self.event),
        "resource": .object(resource), "related": .array(related.map { .object($0) }),
        "payload": .object(payload),
      ]
      if let follows { event["follows"] = .string(follows.wire) }
      return .object(event)
    }

    /// A resource: its id, `prefect.flow-run.<id>`, and what is said of it.
    public static func resource(
      _ id: String, name: String? = nil, role: String? = nil, _ labels: JSONObject = [:]
    ) -> JSONObject {
      var resource: JSONObject = ["prefect.resource.id": .string(id)]
      if let role { resource["prefect.resource.role"] = .string(role) }
      if let name { resource["prefect.resource.name"] = .string(name) }
      for (key, value) in labels { resource[key] = value }
      return resource
    }
  }
}
