package import FoundationEssentials

/// How much of what programs leave behind is kept in a folder: records of runs, output, reports that never arrived.
package struct Retention: Sendable, Equatable {
  /// What was not changed for so long goes.
  package var age: Duration
  /// Where there are more bytes in all, the oldest go first.
  package var bytes: Int
  /// What was changed within it stays in any case: somebody may be at work on it.
  package var spared: Duration

  package init(age: Duration, bytes: Int, spared: Duration = .seconds(86_400)) {
    self.age = age
    self.bytes = bytes
    self.spared = spared
  }

  /// A file of a folder, or a folder in it with all that it holds.
  package struct Entry: Sendable, Equatable {
    package let name: String
    package let bytes: Int
    package let changed: Date

    package init(_ name: String, bytes: Int, changed: Date) {
      self.name = name
      self.bytes = bytes
      self.changed = changed
    }
  }

  /// The names of those that go, the oldest first.
  package func outdated(_ entries: [Entry], now: Date) -> [String] {
    var total = entries.reduce(0) { $0 + $1.bytes }
    var names: [String] = []
    for entry in entries.sorted(by: { $0.changed < $1.changed }) {
      let age = now.timeIntervalSince(entry.changed)
      guard age > spared.seconds, age > self.age.seconds || total > bytes else { continue }
      names.append(entry.name)
      total -= entry.bytes
    }
    return names
  }

  /// Removes what goes from a folder. What cannot be removed stays, for the next time: nobody's work depends on it.
  ///
  /// - Parameter isMeant: whether an entry of a name is one that the rule is about.
  /// - Returns: the names of those that were removed.
  @discardableResult package func apply(
    to folder: String, now: Date, isMeant: (String) -> Bool = { _ in true }
  ) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let entries = names.filter(isMeant).compactMap { Self.entry($0, in: folder) }
    return outdated(entries, now: now).filter { name in
      (try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")) != nil
    }
  }

  /// Size and time of an entry; of a folder, those of all that it holds.
  private static func entry(_ name: String, in folder: String) -> Entry? {
    let path = "\(folder)/\(name)"
    guard let found = facts(path) else { return nil }
    var (bytes, changed) = (found.bytes, found.changed)
    if found.isFolder {
      for inner in (try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? [] {
        guard let found = facts("\(path)/\(inner)") else { continue }
        bytes += found.bytes
        changed = max(changed, found.changed)
      }
    }
    return Entry(name, bytes: bytes, changed: changed)
  }

  private static func facts(_ path: String) -> (bytes: Int, changed: Date, isFolder: Bool)? {
    // Of a link itself, not of what it leads to.
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
      let changed = attributes[.modificationDate] as? Date
    else { return nil }
    let isFolder = attributes[.type] as? FileAttributeType == .typeDirectory
    return (isFolder ? 0 : attributes[.size] as? Int ?? 0, changed, isFolder)
  }
}
