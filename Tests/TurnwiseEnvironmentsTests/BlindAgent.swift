import TurnwiseCore
import TurnwiseEnvironments

/// An agent that repeats the most common actions of won episodes and never reads their replies.
///
/// It only fills in the words of the instruction. A task that it solves needs no looking.
struct BlindAgent {
  private var plans: [String: [String]] = [:]

  /// An episode to learn from.
  struct Lesson {
    var task: ShellTask
    var actions: [String]
    var isWon: Bool

    /// Reads an episode on one task.
    init(_ session: Session<some Environment>, _ task: ShellTask) {
      self.task = task
      actions = session.turns.map(\.action.text.string)
      isWon = session.judgement?.success == true
    }
  }

  /// Learns from the episodes that were won: their most common number of turns, and for each turn the
  /// most common action.
  init(learningFrom lessons: [Lesson]) {
    let winners = lessons.filter(\.isWon)
    for (family, episodes) in Dictionary(grouping: winners, by: \.task.family) {
      let length = Self.mostCommon(episodes.map(\.actions.count)) ?? 0
      plans[family] = (0..<length).compactMap { turn in
        Self.mostCommon(
          episodes.filter { $0.actions.count == length }
            .map { Self.template($0.actions[turn], $0.task.clues) })
      }
    }
  }

  /// The actions for a task.
  func actions(for task: ShellTask) -> [String] {
    (plans[task.family] ?? []).map { action in
      task.clues.reduce(action) { $0.replacing("{\($1.key)}", with: $1.value) }
    }
  }

  private static func template(_ action: String, _ clues: [String: String]) -> String {
    clues.reduce(action) { $0.replacing($1.value, with: "{\($1.key)}") }
  }

  private static func mostCommon<T: Hashable & Comparable>(_ values: [T]) -> T? {
    let counts = values.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
  }
}
