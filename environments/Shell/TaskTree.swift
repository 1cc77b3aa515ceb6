internal import TurnwiseCore

/// Draws the words, folders and files of one task.
struct TaskTree {
  /// The random generator.
  var random: Randomness
  /// The files so far.
  private(set) var files: [ShellTask.File] = []
  /// The folders, some at the top and some inside these, each with a slash at its end.
  private(set) var folders: [String] = []
  private let split: Split
  private var words: [String] = []

  /// Draws the folders.
  init(split: Split, folders count: Int, random: Randomness) {
    (self.split, self.random) = (split, random)
    for _ in 0..<count {
      let folder = word() + "/"
      folders.append(folder)
      if self.random.chance(0.5) { folders.append(folder + word() + "/") }
    }
  }

  /// Draws a word that the tree does not contain yet, so that searching for it finds nothing else.
  mutating func word() -> String {
    require(
      words.count < Vocabulary.counts[split] ?? 0,
      "A task has at most 8 folders, as there are no names for more.")
    let taken = Set(words.map(Vocabulary.firstSyllable))
    while true {
      let word = Vocabulary.word(in: split, besides: taken, using: &random)
      guard !words.contains(word) else { continue }
      words.append(word)
      return word
    }
  }

  /// Draws several words.
  mutating func words(_ count: Int) -> [String] { (0..<count).map { _ in word() } }

  /// Draws a folder, or with the given probability the top, which is the empty string.
  mutating func folder(topChance: Double = 0) -> String {
    random.chance(topChance) ? "" : (folders.randomElement(using: &random) ?? "")
  }

  /// Adds a folder at the top or, with the given probability, inside another one.
  mutating func addFolder(_ name: String, nestedChance: Double) -> String {
    let parent = random.chance(nestedChance) ? folders.filter { !$0.dropLast().contains("/") } : []
    let folder = (parent.randomElement(using: &random) ?? "") + name + "/"
    folders.append(folder)
    return folder
  }

  /// Adds a file.
  @discardableResult
  mutating func add(_ path: String, mode: String = "644", _ text: String) -> ShellTask.File {
    let file = ShellTask.File(path: path, mode: mode, text: text)
    files.append(file)
    return file
  }

  /// Adds files that have nothing to do with the task: one in each folder that has none yet, and more
  /// until there are `count`.
  mutating func fill(_ count: Int, ending: String, _ text: (inout TaskTree) -> String) {
    let empty = folders.filter { folder in !files.contains { $0.path.hasPrefix(folder) } }
    var places = empty
    while places.count < count { places.append(folder(topChance: 0.2)) }
    for place in places {
      let name = word()
      add(place + name + ending, text(&self))
    }
  }

  /// The finished task.
  func finish(_ draft: TaskDraft, family: String) -> ShellTask {
    ShellTask(
      family: family,
      instruction: draft.instruction, clues: draft.clues,
      files: files.sorted { $0.path < $1.path }, answer: draft.answer, results: draft.results,
      removed: draft.removed, facts: draft.facts)
  }
}

extension Array where Element == String {
  /// The strings as lines of a text.
  var asLines: String { map { $0 + "\n" }.joined() }
}
