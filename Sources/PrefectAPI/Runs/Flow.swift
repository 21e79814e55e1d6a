public import FoundationEssentials
public import JSON

extension Prefect {
  /// A flow, as the server knows it: by its name.
  public struct Flow: Codable, Sendable, Equatable {
    public var id: UUID
    public var created: Date?
    public var updated: Date?
    public var name: String
    public var tags: [String]
    public var labels: JSONObject
  }

  /// A flow to be made known; one of the same name is given back.
  public struct FlowCreate: Codable, Sendable, Equatable {
    /// Without `/`, `%`, `&`, `<` and `>`.
    public var name: String
    public var tags: [String]
    public var labels: JSONObject?

    public init(name: String, tags: [String] = [], labels: JSONObject? = nil) {
      self.name = name
      self.tags = tags
      self.labels = labels
    }
  }

  /// Who or what made a thing.
  public struct CreatedBy: Codable, Sendable, Equatable {
    public var id: UUID?
    /// `SCHEDULE`, `DEPLOYMENT`, `AUTOMATION` ...
    public var type: String?
    public var displayValue: String?
  }
}
