public import FoundationEssentials
public import JSON

extension Prefect {
  /// A version of something that runs left to be looked at.
  public struct Artifact: Codable, Sendable, Equatable {
    public var id: UUID
    public var created: Date?
    public var updated: Date?
    /// Under which versions are kept together: small letters, digits and dashes.
    public var key: String?
    /// `markdown`, `table`, `progress`, `image` ... A link is `markdown`.
    public var type: String?
    public var description: String?
    /// Text for `markdown`, text of JSON for `table`, a number for `progress`.
    public var data: JSONValue?
    public var metadata_: JSONObject?
    public var flowRunID: UUID?
    public var taskRunID: UUID?
  }

  /// The newest version of the artifacts of one key.
  public struct ArtifactCollection: Codable, Sendable, Equatable {
    public var id: UUID
    public var created: Date?
    public var updated: Date?
    public var key: String
    public var latestID: UUID
    public var type: String?
    public var description: String?
    public var data: JSONValue?
    public var metadata_: JSONObject?
    public var flowRunID: UUID?
    public var taskRunID: UUID?
  }

  /// An artifact to be made: a new version where its key is known.
  public struct ArtifactCreate: Codable, Sendable, Equatable {
    public var key: String?
    public var type: String
    public var description: String?
    public var data: JSONValue
    public var metadata_: JSONObject?
    public var flowRunID: UUID?
    public var taskRunID: UUID?

    /// - Parameter data: as ``Artifact/data`` has it.
    public init(type: String, key: String? = nil, description: String? = nil, data: JSONValue) {
      self.type = type
      self.key = key
      self.description = description
      self.data = data
    }
  }

  /// What a PATCH changes of an artifact; what is nil stays.
  public struct ArtifactUpdate: Codable, Sendable, Equatable {
    public var data: JSONValue?
    public var description: String?
    public var metadata_: JSONObject?

    public init(data: JSONValue? = nil, description: String? = nil) {
      self.data = data
      self.description = description
    }
  }
}
