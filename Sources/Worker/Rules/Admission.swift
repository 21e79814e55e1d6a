package import FoundationEssentials

/// Which of the runs that a poll found are claimed now, and which later.
package enum Admission {
  /// A run that a poll found.
  package struct Candidate: Sendable, Equatable {
    package var id: UUID
    /// When it is to start; nil is now.
    package var due: Date?

    package init(_ id: UUID, due: Date?) {
      self.id = id
      self.due = due
    }
  }

  /// - Parameters:
  ///   - candidates: by the server's order, which is by priority and time.
  ///   - known: runs that this worker has claimed, or waits for already.
  ///   - slots: how many more it may claim; nil without a limit.
  /// - Returns: those to claim now, as many as there are slots; and those to wait for. Nothing is claimed ahead of its
  ///   time: a claimed run cannot be taken by another worker any more.
  package static func sort(
    _ candidates: [Candidate], known: Set<UUID>, slots: Int?, now: Date
  ) -> (now: [UUID], later: [(id: UUID, due: Date)]) {
    var ready: [UUID] = []
    var later: [(id: UUID, due: Date)] = []
    var seen = known
    for candidate in candidates where seen.insert(candidate.id).inserted {
      if let due = candidate.due, due > now {
        later.append((candidate.id, due))
      } else if slots.map({ ready.count < $0 }) ?? true {
        ready.append(candidate.id)
      }
    }
    return (ready, later)
  }
}
