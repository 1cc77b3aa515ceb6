import Testing
import TurnwiseCore
import TurnwiseTraining

@Suite struct `A demonstration with the names of another` {
  /// Finds a file by its name, in a folder that only the reply names; the reply of episode 7 is an
  /// error.
  private func episode(_ number: Int, name: String, folder: String) -> Episode {
    func turn(_ command: String, _ reply: String) -> Turn {
      Turn(
        observation: Observation(Text("Print \(name).txt.")),
        action: .call("bash", ["command": .string(command)]),
        replies: [ToolReply(Text(reply))])
    }
    var episode = template
    episode.origin = EpisodeOrigin(seed: 0, split: .train, scenario: number)
    episode.turns = [
      turn("find . -name \(name).txt", "./\(folder)/\(name).txt"),
      turn("cat ./\(folder)/\(name).txt", number == 7 ? "Permission denied" : "\(name)"),
    ]
    return episode
  }

  private static let words: [String] = (0..<120).map { number in
    let letters = Array("abcdefghijklmnopqrstuvwxyz")
    return "q\(letters[number / 26])\(letters[number % 26])"
  }

  /// An episode of which only the turns and the origin matter.
  private let template: Episode
  private var episodes: [Episode] {
    (0..<60).map { episode($0, name: Self.words[2 * $0], folder: Self.words[2 * $0 + 1]) }
  }

  init() async throws {
    template = try await WarmStart.demonstrations(
      in: Switchboard(), Tiny.configuration { $0.imitation.demonstrations = 1 }, workers: 1)[0]
  }

  @Test func `finds the words that actions copy, and no others`() {
    let names = Renaming(episodes).names.map { $0.map { String(decoding: $0, as: UTF8.self) } }
    for (number, names) in names.enumerated() {
      #expect(Set(names) == [Self.words[2 * number], Self.words[2 * number + 1]])
    }
  }

  @Test func `finds them where few tasks share few names`() {
    // Each name is in a fifth of the tasks, the wording in all tasks.
    let few = (0..<40).map {
      episode($0, name: Self.words[$0 % 20], folder: Self.words[20 + $0 / 4 % 10])
    }
    let names = Renaming(few).names.map { $0.map { String(decoding: $0, as: UTF8.self) } }
    for (number, names) in names.enumerated() {
      #expect(Set(names) == [Self.words[number % 20], Self.words[20 + number / 4 % 10]])
    }
  }

  @Test func `finds them in other scripts, too`() {
    let rare = (0..<60).map { number in
      episode(number, name: "Ж\(Self.words[number])", folder: "река")
    }
    let single = Renaming(rare).names.map { $0.map { String(decoding: $0, as: UTF8.self) } }
    #expect(single == Self.words.prefix(60).map { ["Ж\($0)"] })
  }

  @Test(
    arguments: [
      ("Ж", "«", "»"), ("", "“", "”"), ("Ж", "‘", "’"), ("", "—", "…"), ("Ж", "、", "。"),
      ("", Text([0xFF] as [UInt8]), Text([0xC2] as [UInt8])),
    ] as [(String, Text, Text)])
  func `exchanges a name between any marks`(letter: String, before: Text, after: Text) {
    let names = Self.words.prefix(60).map { letter + $0 }
    let marked = names.enumerated().map { number, name in
      var result = episode(number, name: name, folder: "река")
      result.turns[1].replies = [ToolReply(Text(before.bytes + Array(name.utf8) + after.bytes))]
      return result
    }
    let renaming = Renaming(marked)
    #expect(renaming.names.map { $0.map { Array($0) } } == names.map { [Array($0.utf8)] })
    var random = Randomness(seed: 1)
    for number in 0..<5 {
      let renamed = texts(renaming.episode(number, using: &random))
      #expect(marked.contains { texts($0) == renamed })
    }
  }

  @Test func `has no names in scripts without spaces`() {
    // Bytes do not show where a name ends in them.
    let mixed = (0..<60).map { number in
      episode(number, name: number < 2 ? "東京の川は" : Self.words[number], folder: "река")
    }
    #expect(Renaming(mixed).names.prefix(3).map(\.count) == [0, 0, 1])
  }

  @Test func `exchanges a name everywhere, and nothing else`() {
    let renaming = Renaming(episodes)
    var random = Randomness(seed: 1)
    for (number, original) in episodes.enumerated() {
      for _ in 0..<3 {
        let renamed = renaming.episode(number, using: &random)
        let other = episodes.indices.first { other in
          [false, true].contains { isSwapped in
            let (a, b) = (Self.words[2 * other], Self.words[2 * other + 1])
            let (name, folder) = isSwapped ? (b, a) : (a, b)
            return texts(renamed) == texts(episode(number, name: name, folder: folder))
          }
        }
        #expect(renamed.origin == original.origin)
        #expect(other != nil, "\(renamed.turns)")
      }
    }
  }

  @Test func `says the same with the same seed`() {
    let renaming = Renaming(episodes)
    var (first, second) = (Randomness(seed: 3), Randomness(seed: 3))
    let (one, same) = (
      renaming.episode(2, using: &first), renaming.episode(2, using: &second)
    )
    #expect(one == same)
    var others: Set<Episode> = []
    for _ in 0..<50 { others.insert(renaming.episode(2, using: &first)) }
    #expect(others.count > 10)
  }

  /// Returns all texts that are read and written in an episode.
  private func texts(_ episode: Episode) -> [Text] {
    episode.turns.flatMap { [$0.observation.text, $0.action.text] + $0.replies.map(\.text) }
  }
}
