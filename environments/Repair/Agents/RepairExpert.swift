internal import TurnwiseCore
internal import TurnwiseSandbox

/// The scripted expert: knows the programs by heart, but not where a bug is before it has read the line.
///
/// Runs the tests, reads the file that they name and then the others until a line is not as it should be,
/// puts that right, runs the tests, submits. The habit skips a look: it writes some line of the program
/// as it should be without having read whether it is, or submits what was not tried.
struct RepairExpert {
  private let program: Program
  private let window: Int
  /// The lines of the program's files as they are; none where a file is gone.
  private let files: [[String]]
  private let notes: Notes

  /// What the turns have shown.
  private struct Notes {
    /// What the tests said of the files as they are, if they were run.
    var report: String?
    /// Whether something was replaced.
    var hasChanged = false
    /// The places that were read.
    var read: Set<String> = []
  }

  init(_ program: Program, _ state: Repair.State, after turns: [Turn], window: Int) {
    (self.program, self.window) = (program, window)
    files = program.files.map { file in
      (state.workspace[Text(file.path)]?.lines ?? []).map(\.string)
    }
    var notes = Notes()
    for turn in turns {
      guard let call = turn.action.calls.first, let reply = turn.replies.first, !reply.isRefusal else {
        continue
      }
      switch call.name {
      case RunTests.name: notes.report = reply.text.string
      case ReplaceLine.name: (notes.report, notes.hasChanged) = (nil, true)
      case RunBash.name: notes.report = nil
      case ReadLines.name:
        if case .string(let place)? = call.arguments["place"] { notes.read.insert(place) }
      default: break
      }
    }
    self.notes = notes
  }

  /// Chooses the next action.
  func action(_ noise: ExpertNoise, using random: inout Randomness) -> Action {
    if random.chance(noise.slip) { return slip(using: &random) }
    let isHasty = random.chance(noise.habit)
    guard let report = notes.report else {
      guard isHasty else { return .call(RunTests.name) }
      return notes.hasChanged ? .call(SubmitRepair.name) : guess(using: &random)
    }
    let wrong = wrongLines
    if wrong.isEmpty { return .call(SubmitRepair.name) }
    if let (file, line) = wrong.first(where: { notes.read.contains(place($0.file, $0.line)) }) {
      return correction(file, line)
    }
    if isHasty, !notes.hasChanged { return guess(using: &random) }
    let unread = places(after: report).first { !notes.read.contains($0) }
    return unread.map { .call(ReadLines.name, ["place": .string($0)]) } ?? .call(SubmitRepair.name)
  }

  /// The lines that are not as they should be; none can be named where lines were added or removed.
  private var wrongLines: [(file: Int, line: Int)] {
    files.indices.flatMap { file in
      let right = program.files[file].lines
      return zip(right, files[file]).enumerated().filter { $0.element.0 != $0.element.1 }
        .map { (file, $0.offset) }
    }
  }

  /// Where a reader of a line starts.
  private func place(_ file: Int, _ line: Int) -> String {
    let path = program.files[file].path
    let start = line / window * window
    return start == 0 ? path : "\(path):\(start + 1)"
  }

  /// All that can be read, beginning with the file that a report names.
  private func places(after report: String) -> [String] {
    let named = program.files.indices.first { report.contains(program.files[$0].module + ".") }
    let order = program.files.indices.sorted { ($0 == named ? -1 : $0) < ($1 == named ? -1 : $1) }
    return order.flatMap { file in
      stride(from: 0, to: program.files[file].lines.count, by: window).map { place(file, $0) }
    }
  }

  private func correction(_ file: Int, _ line: Int) -> Action {
    let text = program.files[file].lines[line].drop { $0 == " " }
    return .call(
      ReplaceLine.name,
      [
        "path": .string(program.files[file].path), "line": .integer(line + 1),
        "text": .string(String(text)),
      ])
  }

  /// Writes some line as it should be.
  private func guess(using random: inout Randomness) -> Action {
    let lines = program.files.indices.flatMap { file in
      program.files[file].lines.indices.filter { !program.files[file].lines[$0].isEmpty }
        .map { (file, $0) }
    }
    let (file, line) = lines.randomElement(using: &random) ?? (0, 0)
    return correction(file, line)
  }

  /// One wrong step: mostly idle, sometimes the end of all hope.
  private func slip(using random: inout Randomness) -> Action {
    switch random.unit() {
    case ..<0.5: return .call(ListFiles.name, ["path": "."])
    case ..<0.8: return .call(ReadLines.name, ["place": .string(VisibleRun.testsPath.string)])
    default: return .call(SubmitRepair.name)
    }
  }
}

extension Program.File {
  /// The name by which the file is imported.
  var module: String { String(path.dropLast(".py".count)) }
}
