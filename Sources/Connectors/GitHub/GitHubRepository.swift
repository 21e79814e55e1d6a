import JSON

/// A repository, as far as flows ask.
public struct GitHubRepository: Sendable, Hashable {
  /// `owner/name` as it is now; another one than was asked for where the repository was renamed.
  public let fullName: String
  public let stars: Int

  init?(_ document: JSONValue) {
    guard let stars = document["stargazers_count"]?.integer, let fullName = document["full_name"]?.string
    else {
      return nil
    }
    self.fullName = fullName
    self.stars = stars
  }

  var document: JSONValue { ["full_name": .string(fullName), "stargazers_count": .integer(stars)] }
}
