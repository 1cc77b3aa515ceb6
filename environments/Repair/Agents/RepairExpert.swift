internal import Foundation
internal import TurnwiseCore
internal import TurnwiseSandbox

/// The scripted expert: it knows the programs by heart, but must read a line to know whether it has a bug.
///
/// It runs the tests, reads the suspicious lines and then the others until one is wrong, corrects that
/// line, runs the tests and submits. The habit skips a look: it rewrites some line without having read it,
/// or submits a change that was not tested.
struct RepairExpert {
  private let program: Program
  private let window: Int
  private let tests: Text
  private let shufflesSuspects: Bool
  private let earlier: Earlier
  /// The current lines of the program's files; none if a file is missing.
  private let files: [[String]]
  private let notes: Notes

  /// What is known of turns that the agent does not remember.
  struct Earlier {
    /// Whether a line was replaced.
    var hasChanged = false
    /// The lines that were read, from 1, by file; others are read first.
    var lines: [String: Set<Int>] = [:]
  }

  /// A line of the program.
  private struct Place: Hashable {
    /// The number of the file.
    var file: Int
    /// The number of the line, from 0.
    var line: Int
  }

  /// What the turns have shown.
  private struct Notes {
    /// The last report of the tests, if the files have not changed since.
    var report: String?
    /// Whether a line was replaced.
    var hasChanged = false
    /// The places at which reading started.
    var starts: Set<String> = []
  }

  /// Creates the expert.
  ///
  /// - Parameters:
  ///   - program: The program.
  ///   - state: The present state.
  ///   - turns: The turns so far.
  ///   - window: The number of lines that one reply shows.
  ///   - tests: The file of the visible tests.
  ///   - shufflesSuspects: Whether suspicious lines are read in any order, and not from the first one on.
  ///   - earlier: What is known of turns before `turns`.
  init(
    _ program: Program, _ state: Repair.State, after turns: [Turn], window: Int,
    tests: Text = VisibleRun.testsPath, shufflesSuspects: Bool = false,
    earlier: Earlier = Earlier()
  ) {
    (self.program, self.window) = (program, window)
    (self.tests, self.shufflesSuspects) = (tests, shufflesSuspects)
    self.earlier = earlier
    files = program.files.map { file in
      (state.workspace[Text(file.path)]?.lines ?? []).map(\.string)
    }
    var notes = Notes(hasChanged: earlier.hasChanged)
    for turn in turns {
      guard let call = turn.action.calls.first, let reply = turn.replies.first, !reply.isRefusal
      else { continue }
      switch call.name {
      case RunTests.name: notes.report = reply.text.string
      case ReplaceLine.name: (notes.report, notes.hasChanged) = (nil, true)
      case RunBash.name: notes.report = nil
      case ReadLines.name:
        if case .string(let place)? = call.arguments["place"] { notes.starts.insert(place) }
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
      return notes.hasChanged ? .call(SubmitRepair.name) : guess(among: allPlaces, using: &random)
    }
    let wrong = wrongPlaces
    if wrong.isEmpty { return .call(SubmitRepair.name) }
    if let place = wrong.first(where: isRead) { return correction(place) }
    var suspects = suspects(in: report)
    if shufflesSuspects { suspects.shuffle(using: &random) }
    if isHasty, !notes.hasChanged {
      return guess(among: suspects.isEmpty ? allPlaces : suspects, using: &random)
    }
    let unread = (suspects + places(after: report)).filter { !isRead($0) }
    let place = unread.first { !wasRead($0) } ?? unread.first
    let start = shufflesSuspects ? place.map { firstSuspect(beside: $0, among: suspects) } : place
    return start.map { .call(ReadLines.name, ["place": .string(name($0))]) }
      ?? .call(SubmitRepair.name)
  }

  /// The lines that are wrong; lines that were added or removed are not found.
  private var wrongPlaces: [Place] {
    files.indices.flatMap { file in
      zip(program.files[file].lines, files[file]).enumerated()
        .filter { $0.element.0 != $0.element.1 }.map { Place(file: file, line: $0.offset) }
    }
  }

  /// All lines that are not empty.
  private var allPlaces: [Place] {
    program.files.indices.flatMap { file in
      program.files[file].lines.indices.filter { !program.files[file].lines[$0].isEmpty }
        .map { Place(file: file, line: $0) }
    }
  }

  /// The spelling of a place in the tool `read`.
  private func name(_ place: Place) -> String {
    let path = program.files[place.file].path
    return place.line == 0 ? path : "\(path):\(place.line + 1)"
  }

  /// Whether the line was shown.
  private func isRead(_ place: Place) -> Bool {
    (max(0, place.line - window + 1)...place.line).contains {
      notes.starts.contains(name(Place(file: place.file, line: $0)))
    }
  }

  /// The first unread suspicious line from which on a window shows a place.
  private func firstSuspect(beside place: Place, among suspects: [Place]) -> Place {
    let others = suspects.filter {
      $0.file == place.file && (place.line - window + 1..<place.line).contains($0.line)
        && !isRead($0)
    }
    return others.min { $0.line < $1.line } ?? place
  }

  /// Whether the line was shown before the turns that the expert considers.
  private func wasRead(_ place: Place) -> Bool {
    earlier.lines[program.files[place.file].path]?.contains(place.line + 1) ?? false
  }

  /// The lines that a report names as suspicious: `suspect cart.py:7,8 price.py:3`.
  private func suspects(in report: String) -> [Place] {
    guard let mark = report.range(of: "suspect ") else { return [] }
    return report[mark.upperBound...].prefix { $0 != "\n" }.split(separator: " ").flatMap { words in
      let parts = words.split(separator: ":")
      guard parts.count == 2, let file = program.files.firstIndex(where: { $0.path == parts[0] })
      else { return [Place]() }
      return parts[1].split(separator: ",").compactMap { Int($0) }
        .filter { program.files[file].lines.indices.contains($0 - 1) }
        .map { Place(file: file, line: $0 - 1) }
    }
  }

  /// All lines, beginning with those of the file that a report mentions first.
  private func places(after report: String) -> [Place] {
    func position(_ file: Int) -> String.Index {
      report.range(of: program.files[file].module + ".")?.lowerBound ?? report.endIndex
    }
    let order = program.files.indices.sorted { (position($0), $0) < (position($1), $1) }
    return order.flatMap { file in
      program.files[file].lines.indices.map { Place(file: file, line: $0) }
    }
  }

  private func correction(_ place: Place) -> Action {
    let file = program.files[place.file]
    return .call(
      ReplaceLine.name,
      [
        "path": .string(file.path), "line": .integer(place.line + 1),
        "text": .string(String(file.lines[place.line].drop { $0 == " " })),
      ])
  }

  /// Rewrites some line as it should be.
  private func guess(among places: [Place], using random: inout Randomness) -> Action {
    correction(places.randomElement(using: &random) ?? Place(file: 0, line: 0))
  }

  /// One wrong step: mostly useless, sometimes the end of the episode.
  private func slip(using random: inout Randomness) -> Action {
    switch random.unit() {
    case ..<0.5: return .call(ListFiles.name, ["path": "."])
    case ..<0.8: return .call(ReadLines.name, ["place": .string(tests.string)])
    default: return .call(SubmitRepair.name)
    }
  }
}

extension Program.File {
  /// The name by which the file is imported.
  var module: String { String(path.dropLast(".py".count)) }
}
