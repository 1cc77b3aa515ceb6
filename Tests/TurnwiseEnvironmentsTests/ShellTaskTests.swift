import Testing
import TurnwiseCore
import TurnwiseEnvironments

@Suite struct `Shell tasks` {
  /// The words that instructions and files of all tasks share.
  private let fixedWords: Set<String> = [
    "Add", "Count", "Follow", "How", "In", "Make", "Move", "Set", "Sort", "Submit", "Sum", "Who",
    "and", "bash", "bin", "cfg", "column", "count", "csv", "echo", "end", "all",
    "executable", "fail", "file", "folder", "for", "from", "how", "in", "info", "into", "it", "its",
    "last", "lines", "log", "many", "mention", "mentions", "mode", "next", "of", "old", "output",
    "owner", "owns", "price", "rename", "run", "script", "service", "sh", "stock", "that",
    "the", "to", "trail", "txt", "unique", "user", "warn", "word",
  ]

  private func tasks(_ split: Split, count: Int) throws -> [ShellTask] {
    try (0..<count).map { index in
      var random = Randomness(seed: 3).stream(split.rawValue, index)
      return try Shell().scenario(in: split, using: &random)
    }
  }

  private func words(of task: ShellTask) -> [String] {
    let files = (task.files + task.results).flatMap { [$0.path, $0.text] }
    let texts = files + task.removed + task.facts + task.clues.values + [task.instruction]
    return (texts + [task.answer ?? ""]).flatMap { $0.split { !$0.isLetter }.map(String.init) }
  }

  @Test func `share no word between the splits except the fixed wording`() throws {
    let train = Set(try tasks(.train, count: 2000).flatMap(words))
    let heldOut = Set(try tasks(.heldOut, count: 2000).flatMap(words))
    #expect(train.count > 500 && heldOut.count > 120)
    #expect(train.intersection(heldOut).subtracting(fixedWords).sorted() == [])
  }

  @Test func `have no fixed wording that divides the syllables of made-up words`() {
    for word in fixedWords { #expect(!dividesSyllables(word), "\(word)") }
  }

  @Test func `come from at least eight families, all of them in both splits`() throws {
    let train = Set(try tasks(.train, count: 400).map(\.family))
    #expect(train.count >= 8)
    #expect(train == Set(Shell().families))
    #expect(train == Set(try tasks(.heldOut, count: 400).map(\.family)))
  }

  @Test func `give the expert no word that the instruction does not contain`() throws {
    for task in try tasks(.train, count: 500) {
      for clue in task.clues.values { #expect(task.instruction.contains(clue)) }
    }
  }

  @Test func `never reveal the answer in the instruction`() throws {
    for task in try tasks(.heldOut, count: 1000) {
      guard let answer = task.answer else { continue }
      #expect(!task.instruction.split { !$0.isLetter && !$0.isNumber }.contains { $0 == answer })
    }
  }

  @Test func `are small, and no path occurs twice`() throws {
    for task in try tasks(.train, count: 500) {
      #expect((4...14).contains(task.files.count))
      #expect(Set(task.files.map(\.path)).count == task.files.count)
      #expect(task.instruction.utf8.count < 100)
      #expect(task.files.allSatisfy { $0.text.utf8.count < 300 })
    }
  }

  @Test func `have the families that a parameter names, which is checked`() throws {
    let shell = try Parameters.setting([("families", "sum,log")], of: Shell())
    var random = Randomness(seed: 1)
    let families = try (0..<40).map { _ in
      try shell.scenario(in: .train, using: &random).family
    }
    #expect(Set(families) == ["sum", "log"])
    #expect(throws: Parameters.Problem.self) {
      try Parameters.setting([("families", "sum,nothing")], of: Shell())
    }
  }

  @Test func `have at most as many folders as there are names for`() throws {
    for wrong in ["0", "9", "1000000"] {
      #expect(throws: Parameters.Problem.self) {
        try Parameters.setting([("folders", wrong)], of: Shell())
      }
    }
    let shell = try Parameters.setting([("folders", "8")], of: Shell())
    for split in [Split.train, .heldOut] {
      for seed in 0..<200 {
        var random = Randomness(seed: UInt64(seed))
        let files = try shell.scenario(in: split, using: &random).files
        #expect(files.count >= 8)
      }
    }
  }

  @Test func `can be read back from plain JSON`() throws {
    for task in try tasks(.train, count: 20) {
      let json = try JSONValue(encoding: task)
      #expect(json["instruction"] == .string(task.instruction))
      #expect(try json.decode(ShellTask.self) == task)
    }
  }
}
