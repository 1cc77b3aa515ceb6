import Foundation
import Testing
import TurnwiseCore

@Suite struct `A token tape` {
  private func tape() -> (TokenTape, [TokenTape.Reference]) {
    var tape = TokenTape()
    tape.append([1, 2, 3], as: .template, turn: 0)
    tape.append([4], as: .observation, turn: 0)
    let first = tape.appendSampled([5, 6], logProbabilities: [-0.5, -1.25], turn: 0)
    tape.startSegment()
    tape.append([7], as: .observation, turn: 1)
    let second = tape.appendSampled([], logProbabilities: [], turn: 1)
    return (tape, [first, second])
  }

  @Test func `finds the tokens of a turn by the span that the turn names`() {
    let (tape, references) = tape()
    #expect(tape[references[0]]?.range == 4..<6)
    #expect(tape[references[0]]?.logProbabilities == [-0.5, -1.25])
    #expect(tape[references[1]]?.range == 1..<1)
    #expect(tape[.init(segment: 2, span: 0)] == nil)
    #expect(tape[.init(segment: 0, span: -1)] == nil)
  }

  @Test func `keeps earlier segments when a new one starts`() {
    let (tape, _) = tape()
    #expect(tape.segments.map(\.tokens) == [[1, 2, 3, 4, 5, 6], [7]])
    #expect(tape.context == [7])
    #expect(tape.sampledCount == 2)
    #expect(TokenTape().context == [] && TokenTape().isEmpty)
  }

  @Test func `is cut back to what it was before a turn`() {
    let (tape, references) = tape()
    #expect(tape.prefix(beforeTurn: 0).isEmpty)
    #expect(tape.prefix(beforeTurn: 1).segments == [tape.segments[0]])
    #expect(tape.prefix(beforeTurn: 2) == tape)
    var longer = tape
    longer.append([8], as: .template, turn: 2)
    longer.append([9], as: .observation, turn: 2)
    #expect(longer.prefix(beforeTurn: 2) == tape)
    longer.startSegment()
    longer.append([8], as: .template, turn: 2)
    #expect(longer.prefix(beforeTurn: 2) == tape)
    #expect(longer.prefix(beforeTurn: 2)[references[0]] == tape[references[0]])
  }

  @Test func `gives the first tokens of an action`() {
    let (tape, references) = tape()
    let first = tape.beginning(of: references[0], count: 1)
    #expect(first == ActionPrefix(tokens: [5], logProbabilities: [-0.5]))
    #expect(tape.beginning(of: references[0], count: 0)?.isEmpty == true)
    #expect(tape.beginning(of: references[0], count: 2)?.tokens == [5, 6])
    #expect(tape.beginning(of: references[0], count: 3) == nil)
    #expect(tape.beginning(of: references[0], count: -1) == nil)
    #expect(tape.beginning(of: .init(segment: 0, span: 1), count: 1) == nil)
    #expect(tape.beginning(of: .init(segment: 4, span: 0), count: 0) == nil)
  }

  @Test func `survives encoding`() throws {
    let (tape, _) = tape()
    #expect(try JSON.decode(TokenTape.self, from: JSON.encode(tape)) == tape)
  }

  private static func segment(_ spans: String) -> String {
    #"[{"tokens":[1,2,3],"spans":[\#(spans)]}]"#
  }

  @Test(arguments: [
    (segment(#"{"kind":"template","turn":0,"start":0,"end":2}"#), "1 tokens outside all spans"),
    (segment(#"{"kind":"template","turn":0,"start":1,"end":3}"#), "one from 0 was expected"),
    (segment(#"{"kind":"template","turn":0,"start":0,"end":4}"#), "one from 0 was expected"),
    (segment(#"{"kind":"template","turn":0,"start":0,"end":-1}"#), "one from 0 was expected"),
    (
      segment(
        #"{"kind":"template","turn":0,"start":0,"end":2},{"kind":"template","turn":0,"start":1,"end":3}"#
      ), "one from 2 was expected"
    ),
    (
      segment(#"{"kind":"sampled","turn":0,"start":0,"end":3,"logProbabilities":[0,0]}"#),
      "3 sampled tokens but 2 log-probabilities"
    ),
    (
      segment(#"{"kind":"sampled","turn":0,"start":0,"end":3}"#),
      "3 sampled tokens but 0 log-probabilities"
    ),
    (
      segment(#"{"kind":"observation","turn":0,"start":0,"end":3,"logProbabilities":[0,0,0]}"#),
      "log-probabilities of tokens that were not sampled"
    ),
    (#"[{"tokens":[1],"spans":[]}]"#, "1 tokens outside all spans"),
    (#"[{"tokens":[4294967296],"spans":[]}]"#, "not valid"),
    (#"[{"tokens":[1],"spans":[{"kind":"guessed","turn":0,"start":0,"end":1}]}]"#, "guessed"),
  ])
  func `refuses spans that do not cover the tokens`(json: String, words: String) {
    let error = #expect(throws: DecodingError.self) {
      try JSON.decode(TokenTape.self, from: Data(json.utf8))
    }
    #expect(error?.plainDescription.contains(words) == true, "\(error?.plainDescription ?? "")")
  }

  @Test func `takes sampled tokens only with their log-probabilities`() async {
    await #expect(processExitsWith: .failure) {
      var tape = TokenTape()
      _ = tape.appendSampled([1, 2], logProbabilities: [0], turn: 0)
    }
    await #expect(processExitsWith: .failure) {
      var tape = TokenTape()
      tape.append([1], as: .sampled, turn: 0)
    }
  }
}
