public import TurnwiseCore

/// Several programs in one folder, each with one bug: the scenario of ``Overhaul``.
public struct OverhaulTask: Codable, Hashable, Sendable {
  /// The programs with their bugs; no two are the same program.
  public var parts: [RepairTask]

  /// Creates a task.
  public init(parts: [RepairTask]) { self.parts = parts }

  /// The names of the programs.
  var names: [String] { parts.map(\.program) }
}

/// When ``Overhaul`` pays for repaired programs.
public enum RepairTiming: String, WordChoice {
  /// Each program is paid when it is submitted, and must stay right.
  case bug
  /// All programs are paid together at the end, without saying which of them are right.
  case end
}

extension OverhaulTask {
  /// Draws programs, and for each of them a line and a bug of this line.
  ///
  /// The line is drawn first: otherwise lines with many possible bugs would be wrong so often that guessing
  /// them paid.
  ///
  /// - Throws: A `Failure` if there are too few programs.
  static func draw(
    _ count: Int, of programs: [String], in split: Split, unseenShare: Double,
    using random: inout Randomness
  ) throws -> OverhaulTask {
    var parts: [RepairTask] = []
    while parts.count < count {
      let isUnseen = split == .heldOut && random.chance(unseenShare)
      let left = programs.filter { name in
        !parts.contains { $0.program == name } && !bugs(of: name, in: split).isEmpty
      }
      guard let name = Program.draw(from: left, isUnseen: isUnseen, using: &random) else {
        throw Failure(
          .environment, code: "no-task",
          message: "Only \(parts.count) of the programs have bugs in the split "
            + "'\(split.rawValue)', not \(count). Name more programs, or set fewer bugs.")
      }
      // Places are sorted, because dictionaries have another order in each process.
      let lines = Dictionary(grouping: bugs(of: name, in: split), by: \.place)
        .sorted { $0.key < $1.key }
      guard let bug = lines.randomElement(using: &random)?.value.randomElement(using: &random)
      else { continue }
      parts.append(RepairTask(program: name, bugs: [bug]))
    }
    return OverhaulTask(parts: parts)
  }

  private static func bugs(of program: String, in split: Split) -> [RepairTask.Bug] {
    Mutant.tasks(of: program, in: split, silent: false).map(\.bug)
  }
}
