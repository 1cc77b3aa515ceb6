import Foundation
import TurnwiseCore
import TurnwiseCredit

/// A page of the catalog `TurnwiseCredit.docc`.
struct Page {
  /// A table with the paragraph before it as its caption.
  struct Table {
    var caption: String
    var columns: [String]
    var rows: [[String]]

    /// Returns the cells of the column of a name.
    func column(_ name: String) -> [String] {
      columns.firstIndex(of: name).map { place in rows.map { $0[place] } } ?? []
    }
  }

  /// An error in a page.
  struct Problem: Error, CustomStringConvertible {
    var description: String
  }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Sources/TurnwiseCredit/TurnwiseCredit.docc").standardized

  let path: String
  let text: String

  /// Reads a page, given its path in the catalog.
  init(_ path: String) throws {
    self.path = path
    text = try String(contentsOf: Self.folder.appending(path: path), encoding: .utf8)
  }

  /// Returns the ids of the estimators or shapers that have a page in a folder.
  static func ids(in folder: String, prefix: String) throws -> Set<String> {
    let names = try FileManager.default.contentsOfDirectory(
      atPath: Self.folder.appending(path: folder).path())
    return Set(
      try names.map { name in
        guard name.hasPrefix(prefix), name.hasSuffix(".md") else {
          throw Problem(description: "\(folder)/\(name) is not called \(prefix)ID.md")
        }
        return String(name.dropFirst(prefix.count).dropLast(3))
      })
  }

  var headings: [String] {
    text.split(separator: "\n").filter { $0.hasPrefix("## ") }.map { String($0.dropFirst(3)) }
  }

  var tables: [Table] {
    var tables: [Table] = []
    var (caption, isInside) = ("", false)
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      guard line.hasPrefix("|") else {
        isInside = false
        if !line.allSatisfy(\.isWhitespace) { caption = String(line) }
        continue
      }
      let cells = line.split(separator: "|", omittingEmptySubsequences: false).dropFirst()
        .dropLast()
        .map { $0.trimmingCharacters(in: .whitespaces) }
      if !isInside {
        tables.append(Table(caption: caption, columns: cells, rows: []))
        isInside = true
      } else if !cells.allSatisfy({ $0.allSatisfy { "-:".contains($0) } }) {
        tables[tables.count - 1].rows.append(cells)
      }
    }
    return tables
  }

  /// Returns the table with a caption.
  func table(_ caption: String) throws -> Table {
    guard let table = tables.first(where: { $0.caption == caption }) else {
      throw Problem(description: "\(path) has no table '\(caption)'")
    }
    return table
  }

  /// The tables of the credit or the process rewards on Fixture A, each with the name of what gives them.
  var examples: [(kind: String, name: String, table: Table)] {
    tables.compactMap { table in
      if let match = table.caption.wholeMatch(of: /`--credit (\S+)` on Fixture A:/) {
        return ("credit", String(match.1), table)
      }
      if let match = table.caption.wholeMatch(of: /`(process=\S+)` pays on Fixture A:/) {
        return ("pay", String(match.1), table)
      }
      return nil
    }
  }

  /// Returns the default value of an option, which is in brackets at the end of its item in the list.
  func defaultValue(of option: String) -> String? {
    let items = text.components(separatedBy: "\n- ").dropFirst()
      .compactMap { $0.components(separatedBy: "\n\n").first }
    let item = items.first { $0.hasPrefix("`\(option)`: ") }
    return item?.split(separator: "(").last?.split(separator: ")").first
      .map { $0.trimmingCharacters(in: ["`"]) }
  }

  /// All names of estimators in command lines of the page.
  var commands: [String] { text.matches(of: /--credit ([^\s`]+)/).map { String($0.1) } }
}

extension Page.Table {
  /// Returns the numbers of episodes and turns; several numbers in a cell are those of tokens.
  func numbers() throws -> [[[Double]]] {
    try rows.map { row in
      try row.dropFirst().filter { !$0.isEmpty }.map { cell in
        try cell.split(separator: ", ").map { word in
          let decimals = word.split(separator: ".", maxSplits: 1).dropFirst().first?.count ?? 0
          guard let number = Double(word), decimals <= 4 else {
            throw Page.Problem(
              description: "'\(word)' is not a number with at most four decimals")
          }
          return number
        }
      }
    }
  }

  /// Returns numbers as a page prints them in a table.
  static func printed(_ numbers: [[[Double]]]) -> String {
    let longest = numbers.map(\.count).max() ?? 0
    let header = (1...max(1, longest)).map { " turn \($0) |" }.joined()
    let rows = numbers.enumerated().map { index, turns in
      let cells = turns.map { $0.map(printed).joined(separator: ", ") }
      let padded = cells + Array(repeating: "", count: longest - cells.count)
      return "| E\(index + 1) | " + padded.joined(separator: " | ") + " |"
    }
    return (["| episode |" + header, "|" + String(repeating: "---|", count: longest + 1)] + rows)
      .joined(separator: "\n")
  }

  private static func printed(_ number: Double) -> String {
    let rounded = (number * 1e4).rounded() / 1e4
    return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }
}

/// Fixture A, read from the landing page.
struct PrintedFixture {
  /// The result of an action: a state, or the end with a reward.
  enum Step {
    case to(String)
    case pays(Double)
  }

  private(set) var group: CreditGroup
  /// All evidence but forks, which are played on request.
  private(set) var evidence: Evidence
  private var steps: [String: [String: Step]] = [:]
  private var potentials: [String: Double] = [:]
  private var models: [String: Double] = [:]
  private var continuations: [String: [String]] = [:]
  /// The states before the turns of each episode.
  private var visited: [[String]] = []

  init(_ page: Page) throws {
    group = try CreditGroup([CreditEpisode]())
    evidence = Evidence()
    for row in try page.table("The states of Fixture A:").rows {
      for words in row[1].split(separator: ", ").map({ $0.split(separator: " ") }) {
        steps[row[0], default: [:]][String(words[0])] =
          words[1] == "to" ? .to(String(words[2])) : .pays(Double(words[2]) ?? .nan)
      }
      potentials[row[0]] = Double(row[2])
      models[row[0]] = Double(row[3])
      continuations[row[0]] = row[4].split(separator: ", ").map(String.init)
    }
    var episodes: [CreditEpisode] = []
    for row in try page.table("The episodes of Fixture A:").rows {
      let tokens = row[2].split(separator: ", ").compactMap { Int($0) }
      var turns = try played(row[1], from: "S0")
      for turn in turns.indices { turns[turn].turn.sampledTokens = tokens[turn] }
      episodes.append(CreditEpisode(name: row[0], turns: turns.map(\.turn)))
      visited.append(turns.map(\.state))
    }
    group = try CreditGroup(episodes)
    try read(page)
  }

  private mutating func read(_ page: Page) throws {
    let none = [Double?](repeating: nil, count: group.episodes.count)
    evidence.critic = .init(
      values: try page.table("A critic's value before each token:").numbers(), bootstrap: none)
    evidence.implicitModel =
      try page.table("The log-ratio of an implicit process reward model at each token:").numbers()
    evidence.processModel = .init(
      values: visited.map { $0.map { models[$0] ?? .nan } }, bootstrap: none)
    let answer = "The mean log-probability of the right answer in the context of each turn:"
    evidence.answerLikelihood = try page.table(answer).numbers().map { $0.map { $0.first } }
    // According to the page, each token was chosen from two.
    let chances = try page.table("The probability of each token:").numbers()
    func each(_ number: (Double) -> Double) -> [[[Double]]] {
      chances.map { $0.map { $0.map(number) } }
    }
    evidence.distributions = .init(
      logProbabilities: each { log($0) }, squares: each { $0 * $0 + (1 - $0) * (1 - $0) },
      entropies: each { -$0 * log($0) - (1 - $0) * log(1 - $0) })
    evidence.referencePolicy = each { _ in log(0.5) }
  }

  /// Plays actions from a state.
  private func played(
    _ actions: String, from start: String
  ) throws -> [(state: String, turn: CreditTurn)] {
    var state: String? = start
    let turns = try actions.split(separator: " ").map(String.init).map { action in
      guard let here = state, let step = steps[here]?[action] else {
        throw Page.Problem(description: "there is no action \(action) in \(state ?? "the end")")
      }
      var turn = CreditTurn(
        potential: potentials[here], stateKey: key(here), actionKey: key(action))
      switch step {
      case .to(let next): state = next
      case .pays(let reward): (state, turn.reward) = (nil, reward)
      }
      return (here, turn)
    }
    guard state == nil else { throw Page.Problem(description: "\(actions) does not end") }
    return turns
  }

  /// Returns the credit of an estimator, with the continuations that it requests.
  func credit(by estimator: any CreditEstimator) throws -> GroupCredit {
    var evidence = evidence
    while true {
      let open = estimator.requests(group, evidence: evidence).filter {
        (evidence.forks[$0.point]?.count ?? 0) < $0.count
      }
      guard !open.isEmpty else { return try estimator.credit(group, evidence: evidence) }
      for request in open {
        let state = visited[request.point.episode][request.point.turn]
        let listed = continuations[state] ?? []
        guard request.point.token == 0, listed.count >= request.count else {
          throw Page.Problem(description: "the page does not list \(request)")
        }
        evidence.forks[request.point] = try listed.prefix(request.count).map {
          ForkOutcome(turns: try played($0, from: state).map(\.turn))
        }
      }
    }
  }
}
