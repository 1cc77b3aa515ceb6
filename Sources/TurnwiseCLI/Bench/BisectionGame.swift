package import Turnwise

/// The game for timing environment loops: guess a number from 0 to 127 in eight turns.
///
/// Rules and texts are those of the loops in other frameworks with which it is compared, so that turns per
/// second are comparable. The agent answers in text; in ``TypedBisectionGame`` it calls a tool.
///
/// **Reward:** 1 for the number, −1 for text without a guess, otherwise 0.
package struct BisectionGame: Environment {
  package static let id = "bisection-v1"

  package var instructions: String { "Guess a number from 0 to 127. Answer <guess>N</guess>." }
  package var turnLimit: Int { Bisection.turnLimit }
  package var tools: Toolbox<Bisection> { Toolbox {} }

  package init() {}

  package func scenario(in split: Split, using random: inout Randomness) -> Int {
    Bisection.number(in: split, using: &random)
  }

  package func start(_ scenario: Int, using random: inout Randomness) -> Bisection {
    Bisection(number: scenario)
  }

  package func step(
    _ state: inout Bisection, _ action: Action, using random: inout Randomness
  ) -> Outcome {
    state.answer(to: Self.guess(in: action.text.bytes))
  }

  package func judge(_ state: Bisection) -> Judgement { state.judgement }

  /// Returns the action that guesses `number`.
  package static func action(guessing number: Int) -> Action {
    Action(text: "<guess>\(number)</guess>", calls: [])
  }

  private static let opening = Array("<guess>".utf8)
  private static let closing = Array("</guess>".utf8)

  /// Returns the number of the first `<guess>N</guess>` in a text.
  private static func guess(in words: [UInt8]) -> Int? {
    for start in words.indices {
      guard let digits = end(of: opening, in: words, at: start) else { continue }
      var (number, place) = (0, digits)
      while place < words.count, UInt8(ascii: "0")...UInt8(ascii: "9") ~= words[place] {
        // Limited to a number that is outside the game, so that it cannot overflow.
        number = min(1000, 10 * number + Int(words[place] - UInt8(ascii: "0")))
        place += 1
      }
      if place > digits, end(of: closing, in: words, at: place) != nil { return number }
    }
    return nil
  }

  /// Returns the end of `tag`, if it is in `words` at `start`.
  private static func end(of tag: [UInt8], in words: [UInt8], at start: Int) -> Int? {
    guard start + tag.count <= words.count else { return nil }
    for index in tag.indices where words[start + index] != tag[index] { return nil }
    return start + tag.count
  }
}

/// The same game with a typed tool, whose arguments are decoded.
package struct TypedBisectionGame: Environment {
  package static let id = "bisection-typed-v1"

  package var instructions: String { "Guess a number from 0 to 127." }
  package var turnLimit: Int { Bisection.turnLimit }
  package var tools: Toolbox<Bisection> { Toolbox { Guess() } }

  package init() {}

  private struct Guess: Tool {
    static let name = "guess"
    static let summary = "Guesses the number."
    struct Arguments: Decodable {
      var number: Int
    }

    func call(
      _ arguments: Arguments, on state: inout Bisection, using random: inout Randomness
    ) -> ToolReply {
      state.answer(to: arguments.number).replies[0]
    }
  }

  package func scenario(in split: Split, using random: inout Randomness) -> Int {
    Bisection.number(in: split, using: &random)
  }

  package func start(_ scenario: Int, using random: inout Randomness) -> Bisection {
    Bisection(number: scenario)
  }

  package func judge(_ state: Bisection) -> Judgement { state.judgement }

  /// Returns the action that guesses `number`.
  package static func action(guessing number: Int) -> Action {
    .call("guess", .object(["number": .integer(number)]))
  }
}

/// The parts that both forms of the game share: the state, and the answer to a guess.
package struct Bisection: Codable, Sendable {
  package static let turnLimit = 8

  private let number: Int
  private var guesses = 0
  private var isFound = false

  package init(number: Int) { self.number = number }

  /// Draws a number; every fourth number is held out.
  static func number(in split: Split, using random: inout Randomness) -> Int {
    let heldOut = 4 * Int.random(in: 0..<32, using: &random)
    return split == .heldOut ? heldOut : heldOut + Int.random(in: 1..<4, using: &random)
  }

  /// Answers a guess; `nil` means that the text has none.
  mutating func answer(to guess: Int?) -> Outcome {
    guesses += 1
    guard let guess else { return Self.badFormat }
    if guess != number { return guess < number ? Self.higher : Self.lower }
    isFound = true
    return Self.outcome("Correct after \(guesses) turns.", reward: 1, endsEpisode: true)
  }

  // Constant answers are created once.
  private static let higher = outcome("Higher.", reward: 0)
  private static let lower = outcome("Lower.", reward: 0)
  private static let badFormat = outcome("Bad format.", reward: -1)

  private static func outcome(
    _ words: Text, reward: Double, endsEpisode: Bool = false
  ) -> Outcome {
    let reply = ToolReply(words, reward: reward, endsEpisode: endsEpisode)
    return Outcome(replies: [reply], reward: reward, isTerminal: endsEpisode)
  }

  /// The judgement, without a reward, because rewards are paid turn by turn.
  var judgement: Judgement { Judgement(success: isFound, reward: nil, gold: .integer(number)) }
}

/// A policy that bisects the range of numbers, and is so fast that only the environment is timed.
package struct BisectingPlayer {
  private var low = 0
  private var high = 127
  private var last = 0

  private static let higher: Text = "Higher."
  private static let lower: Text = "Lower."

  package init() {}

  /// Returns the next guess, given the answer to the last one.
  package mutating func guess(after answer: Text?) -> Int {
    if answer == Self.higher { low = last + 1 }
    if answer == Self.lower { high = last - 1 }
    last = (low + high) / 2
    return last
  }
}
